using Orleans.Runtime;

namespace Orleans.Streams;

/// <summary>Gives out streams. Streams need not be made: every identity is one.</summary>
public interface IStreamProvider
{
    /// <summary>The provider's name.</summary>
    string Name { get; }

    /// <summary>Whether one may subscribe from an earlier event on; never so here.</summary>
    bool IsRewindable { get; }

    /// <summary>A stream of items, which must be immutable.</summary>
    IAsyncStream<T> GetStream<T>(StreamId streamId);
}

/// <summary>Ways to name a stream.</summary>
public static class StreamProviderExtensions
{
    /// <summary>A stream without a namespace.</summary>
    public static IAsyncStream<T> GetStream<T>(this IStreamProvider streamProvider, Guid id) =>
        streamProvider.GetStream<T>(StreamId.Create(null, id));

    /// <summary>A stream of a namespace.</summary>
    public static IAsyncStream<T> GetStream<T>(this IStreamProvider streamProvider, string ns, Guid id) =>
        streamProvider.GetStream<T>(StreamId.Create(ns, id));

    /// <summary>A stream without a namespace.</summary>
    public static IAsyncStream<T> GetStream<T>(this IStreamProvider streamProvider, string id) =>
        streamProvider.GetStream<T>(StreamId.Create(null, id));

    /// <summary>A stream of a namespace.</summary>
    public static IAsyncStream<T> GetStream<T>(this IStreamProvider streamProvider, string ns, string id) =>
        streamProvider.GetStream<T>(StreamId.Create(ns, id));

    /// <summary>A stream without a namespace.</summary>
    public static IAsyncStream<T> GetStream<T>(this IStreamProvider streamProvider, long id) =>
        streamProvider.GetStream<T>(StreamId.Create(null, id));

    /// <summary>A stream of a namespace.</summary>
    public static IAsyncStream<T> GetStream<T>(this IStreamProvider streamProvider, string ns, long id) =>
        streamProvider.GetStream<T>(StreamId.Create(ns, id));
}

/// <summary>A stream's identity.</summary>
public interface IAsyncStream
{
    /// <summary>Whether one may subscribe from an earlier event on; never so here.</summary>
    bool IsRewindable { get; }

    /// <summary>The provider's name.</summary>
    string ProviderName { get; }

    /// <summary>The stream's identity within the provider.</summary>
    StreamId StreamId { get; }
}

/// <summary>A stream: events that are published reach each subscription in order, one after the other.</summary>
public interface IAsyncStream<T> : IAsyncStream, IEquatable<IAsyncStream<T>>, IComparable<IAsyncStream<T>>, IAsyncObservable<T>,
    IAsyncBatchObservable<T>, IAsyncBatchProducer<T>
{
    /// <summary>The subscriptions of the calling grain, to be resumed or ended.</summary>
    Task<IList<StreamSubscriptionHandle<T>>> GetAllSubscriptionHandles();
}

/// <summary>Takes events.</summary>
public interface IAsyncObserver<in T>
{
    /// <summary>
    /// An event. As publisher: complete when it is accepted. As subscriber: the next comes when the task is complete.
    /// </summary>
    Task OnNextAsync(T item, StreamSequenceToken? token = null);

    /// <summary>The stream is complete; never called here.</summary>
    Task OnCompletedAsync();

    /// <summary>An event could not be delivered and is left out.</summary>
    Task OnErrorAsync(Exception ex);
}

/// <summary>Takes events in batches, as they were published.</summary>
public interface IAsyncBatchObserver<T>
{
    /// <summary>A batch of events; the next comes when the task is complete.</summary>
    Task OnNextAsync(IList<SequentialItem<T>> items);

    /// <summary>The stream is complete; never called here.</summary>
    Task OnCompletedAsync();

    /// <summary>A batch could not be delivered and is left out.</summary>
    Task OnErrorAsync(Exception ex);
}

/// <summary>Publishes.</summary>
public interface IAsyncBatchProducer<T> : IAsyncObserver<T>
{
    /// <summary>Publishes events together; far cheaper than one by one.</summary>
    Task OnNextBatchAsync(IEnumerable<T> batch, StreamSequenceToken? token = null);
}

/// <summary>Can be subscribed to.</summary>
public interface IAsyncObservable<T>
{
    /// <summary>Subscribes the calling grain, or client.</summary>
    Task<StreamSubscriptionHandle<T>> SubscribeAsync(IAsyncObserver<T> observer);

    /// <summary>Subscribes the calling grain, or client. The token must be null, since streams are not rewindable.</summary>
    Task<StreamSubscriptionHandle<T>> SubscribeAsync(IAsyncObserver<T> observer, StreamSequenceToken? token, string? filterData = null);
}

/// <summary>Can be subscribed to.</summary>
public interface IAsyncBatchObservable<T>
{
    /// <summary>Subscribes the calling grain, or client.</summary>
    Task<StreamSubscriptionHandle<T>> SubscribeAsync(IAsyncBatchObserver<T> observer);

    /// <summary>Subscribes the calling grain, or client. The token must be null, since streams are not rewindable.</summary>
    Task<StreamSubscriptionHandle<T>> SubscribeAsync(IAsyncBatchObserver<T> observer, StreamSequenceToken? token);
}

/// <summary>An event's place in its stream.</summary>
[GenerateSerializer]
[Immutable]
public abstract class StreamSequenceToken : IEquatable<StreamSequenceToken>, IComparable<StreamSequenceToken>
{
    /// <summary>The batch's number, rising within a provider.</summary>
    public abstract long SequenceNumber { get; protected set; }

    /// <summary>The event's place in the batch, from zero.</summary>
    public abstract int EventIndex { get; protected set; }

    /// <inheritdoc/>
    public abstract bool Equals(StreamSequenceToken? other);

    /// <inheritdoc/>
    public abstract int CompareTo(StreamSequenceToken? other);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as StreamSequenceToken);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(SequenceNumber, EventIndex);
}

/// <summary>An event of a batch and its place.</summary>
public class SequentialItem<T>
{
    /// <summary>Joins them.</summary>
    public SequentialItem(T item, StreamSequenceToken token)
    {
        Item = item;
        Token = token;
    }

    /// <summary>The event.</summary>
    public T Item { get; }

    /// <summary>Its place.</summary>
    public StreamSequenceToken Token { get; }
}

/// <summary>A subscription of a grain or client. It outlives the activation, which resumes it to get events again.</summary>
public abstract class StreamSubscriptionHandle<T> : IEquatable<StreamSubscriptionHandle<T>>
{
    /// <summary>The subscription's identity.</summary>
    public abstract Guid HandleId { get; }

    /// <summary>The stream.</summary>
    public abstract StreamId StreamId { get; }

    /// <summary>The provider's name.</summary>
    public abstract string ProviderName { get; }

    /// <summary>Ends the subscription; the handle is void.</summary>
    public abstract Task UnsubscribeAsync();

    /// <summary>Events go to another observer from now on; the handle is void and the returned one takes its place.</summary>
    public abstract Task<StreamSubscriptionHandle<T>> ResumeAsync(IAsyncObserver<T> observer, StreamSequenceToken? token = null);

    /// <summary>Events go to another observer from now on; the handle is void and the returned one takes its place.</summary>
    public abstract Task<StreamSubscriptionHandle<T>> ResumeAsync(IAsyncBatchObserver<T> observer, StreamSequenceToken? token = null);

    /// <inheritdoc/>
    public abstract bool Equals(StreamSubscriptionHandle<T>? other);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as StreamSubscriptionHandle<T>);

    /// <inheritdoc/>
    public override int GetHashCode() => HandleId.GetHashCode();
}

/// <summary>An event was refused by its subscriber until the time for its delivery was over.</summary>
public class StreamEventDeliveryFailureException : OrleansException
{
    internal StreamEventDeliveryFailureException(StreamId streamId, Exception innerException)
        : base($"Stream provider failed to deliver an event of stream {streamId}.", innerException)
    {
    }
}
