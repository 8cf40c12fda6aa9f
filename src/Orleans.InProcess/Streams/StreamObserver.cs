using Orleans.Streams;

namespace Orleans.InProcess;

/// <summary>What one activation, or client, does with the events of one subscription.</summary>
internal abstract class StreamObserver
{
    internal abstract Task Deliver(StreamBatch batch);
}

internal sealed class StreamObserver<T>(IAsyncObserver<T> observer) : StreamObserver
{
    internal override Task Deliver(StreamBatch batch)
    {
        if (batch is FailedBatch failed)
        {
            return observer.OnErrorAsync(failed.Exception);
        }

        return batch.Count == 1 ? observer.OnNextAsync(ItemOf(batch, 0), new StreamPosition(batch.Sequence, 0)) : DeliverAll(batch);
    }

    internal static T ItemOf(StreamBatch batch, int index) =>
        batch is StreamBatch<T> typed ? typed.ItemAt(index) : (T)batch[index]!;

    private async Task DeliverAll(StreamBatch batch)
    {
        for (int i = 0; i < batch.Count; i++)
        {
            await observer.OnNextAsync(ItemOf(batch, i), new StreamPosition(batch.Sequence, i));
        }
    }
}

internal sealed class StreamBatchObserver<T>(IAsyncBatchObserver<T> observer) : StreamObserver
{
    internal override Task Deliver(StreamBatch batch)
    {
        if (batch is FailedBatch failed)
        {
            return observer.OnErrorAsync(failed.Exception);
        }

        var items = new SequentialItem<T>[batch.Count];
        for (int i = 0; i < items.Length; i++)
        {
            items[i] = new SequentialItem<T>(StreamObserver<T>.ItemOf(batch, i), new StreamPosition(batch.Sequence, i));
        }

        return observer.OnNextAsync(items);
    }
}
