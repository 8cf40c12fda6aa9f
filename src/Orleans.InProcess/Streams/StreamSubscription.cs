using Microsoft.Extensions.Logging;
using Orleans.Runtime;
using Orleans.Streams;

namespace Orleans.InProcess;

/// <summary>
/// One subscription of a stream: a bounded queue of batches, of which one at a time is on its way to the subscriber.
/// Guarded by the channel's lock.
/// </summary>
internal sealed class StreamSubscription(StreamChannel channel, Guid id, IStreamConsumer consumer)
{
    private readonly Queue<StreamBatch> _queue = new();
    private StreamBatch? _onItsWay;
    private ITimer? _retry;
    private long _firstTryMs;
    private int _failures;

    internal Guid Id => id;

    internal IStreamConsumer Consumer => consumer;

    internal StreamChannel Channel => channel;

    internal int Waiting => _queue.Count;

    internal bool IsQuiet => _onItsWay is null && _queue.Count == 0;

    internal bool IsEnded { get; private set; }

    /// <summary>Queues a batch; true if it must be delivered now.</summary>
    internal bool Enqueue(StreamBatch batch)
    {
        if (_onItsWay is null)
        {
            _onItsWay = batch;
            return true;
        }

        _queue.Enqueue(batch);
        return false;
    }

    internal void End()
    {
        IsEnded = true;
        _queue.Clear();
        _retry?.Dispose();
    }

    /// <summary>Outside of the lock: sends the batch that is on its way.</summary>
    internal void Deliver()
    {
        var batch = _onItsWay!;
        try
        {
            consumer.Find().Deliver(new StreamDelivery(this, batch));
        }
        catch (Exception e)
        {
            OnDelivered(batch, e);
        }
    }

    /// <summary>Once for each delivery, in the subscriber's turn or wherever the delivery failed.</summary>
    internal void OnDelivered(StreamBatch batch, Exception? failure)
    {
        var catalog = channel.Provider.Catalog;
        if (failure is not null && !IsEnded && batch is not FailedBatch)
        {
            long now = catalog.Clock.Refresh();
            if (_failures++ == 0)
            {
                _firstTryMs = now;
                catalog.Logger.LogWarning(
                    failure, "{Consumer} refused an event of {Stream}; it comes again.", consumer, channel.StreamId);
            }

            if (now - _firstTryMs < channel.Provider.MaxDeliveryTime.TotalMilliseconds)
            {
                RetryLater(catalog);
                return;
            }

            // The time is over: the subscriber learns of it, and the event is left out.
            _failures = 0;
            _onItsWay = new FailedBatch(batch, new StreamEventDeliveryFailureException(channel.StreamId, failure));
            Deliver();
            return;
        }

        _failures = 0;
        bool more;
        TaskCompletionSource? room;
        lock (channel.Gate)
        {
            more = _queue.TryDequeue(out _onItsWay);
            room = channel.OnProgress();
        }

        room?.SetResult();

        if (more)
        {
            Deliver();
        }
    }

    private void RetryLater(Catalog catalog)
    {
        double delay = Math.Min(Limits.StreamRetryDelayMsMax, Limits.StreamRetryDelayMsMin * Math.Pow(2, _failures - 1));
        _retry?.Dispose();
        _retry = catalog.NewTimer(TimeSpan.FromMilliseconds(delay), Timeout.InfiniteTimeSpan, () =>
        {
            if (!IsEnded)
            {
                Deliver();
            }
        });
    }
}

/// <summary>Stands in for a batch that could not be delivered.</summary>
internal sealed class FailedBatch(StreamBatch batch, Exception exception) : StreamBatch(batch.Sequence, batch.Context)
{
    internal Exception Exception => exception;

    internal override int Count => 0;

    internal override object? this[int index] => throw new ArgumentOutOfRangeException(nameof(index));
}
