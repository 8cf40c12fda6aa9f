using System.Collections.Concurrent;
using Orleans.Configuration;
using Orleans.Runtime;
using Orleans.Streams;

namespace Orleans.InProcess;

/// <summary>
/// Streams in memory. Events are lost with the process, as are explicit subscriptions; implicit ones are the classes'.
/// </summary>
internal sealed class MemoryStreamProvider : IStreamProvider
{
    private readonly ConcurrentDictionary<StreamId, StreamChannel> _channels = new();
    private long _sequence;
    private int _channelCount;

    internal MemoryStreamProvider(string name, Catalog catalog, StreamPullingAgentOptions options)
    {
        Name = name;
        Catalog = catalog;
        MaxDeliveryTime = options.MaxEventDeliveryTime;
        Implicit = new ImplicitSubscriptions(catalog);
    }

    public string Name { get; }

    public bool IsRewindable => false;

    internal Catalog Catalog { get; }

    internal TimeSpan MaxDeliveryTime { get; }

    internal ImplicitSubscriptions Implicit { get; }

    public IAsyncStream<T> GetStream<T>(StreamId streamId)
    {
        MessageRules.CheckItems(typeof(T));
        return new MemoryStream<T>(this, streamId);
    }

    internal long NextSequence() => Interlocked.Increment(ref _sequence);

    internal Task Publish(StreamId streamId, StreamBatch batch)
    {
        while (true)
        {
            if (Channel(streamId).Publish(batch) is { } published)
            {
                return published;
            }
        }
    }

    internal StreamChannel Channel(StreamId streamId)
    {
        while (true)
        {
            if (_channels.TryGetValue(streamId, out var found))
            {
                return found;
            }

            if (Interlocked.Increment(ref _channelCount) > Limits.StreamsMax)
            {
                Interlocked.Decrement(ref _channelCount);
                throw new LimitExceededException($"{Limits.StreamsMax} streams of \"{Name}\" are in use, as many as may be.");
            }

            var added = new StreamChannel(this, streamId);
            if (_channels.TryAdd(streamId, added))
            {
                return added;
            }

            Interlocked.Decrement(ref _channelCount);
        }
    }

    internal void Forget(StreamChannel channel)
    {
        if (_channels.TryRemove(new(channel.StreamId, channel)))
        {
            Interlocked.Decrement(ref _channelCount);
        }
    }

    internal GrainConsumer ConsumerOf(GrainId grain) =>
        new(Catalog.Interfaces.Get(Catalog.Classes.Get(grain.Type).MainInterface).CreateReference(grain));

    internal bool IsImplicit(StreamSubscription subscription) =>
        subscription.Consumer.Reference is { GrainId: var grain }
        && subscription.Id == ImplicitSubscriptions.IdOf(grain, Name, subscription.Channel.StreamId)
        && Implicit.SubscribersOf(subscription.Channel.StreamId).Contains(grain);
}
