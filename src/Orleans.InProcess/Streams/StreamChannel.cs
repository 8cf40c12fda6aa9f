using Orleans.Runtime;

namespace Orleans.InProcess;

/// <summary>One stream while it has subscriptions: gives each published batch to all of them.</summary>
internal sealed class StreamChannel
{
    private readonly Dictionary<Guid, StreamSubscription> _subscriptions = [];
    private TaskCompletionSource? _room;
    private int _explicit;

    internal StreamChannel(MemoryStreamProvider provider, StreamId streamId)
    {
        Provider = provider;
        StreamId = streamId;
        foreach (var grain in provider.Implicit.SubscribersOf(streamId))
        {
            var id = ImplicitSubscriptions.IdOf(grain, provider.Name, streamId);
            _subscriptions.Add(id, new StreamSubscription(this, id, provider.ConsumerOf(grain)));
        }
    }

    internal Lock Gate { get; } = new();

    internal MemoryStreamProvider Provider { get; }

    internal StreamId StreamId { get; }

    /// <summary>Set under the lock when the provider has forgotten the channel: whoever holds it must ask again.</summary>
    internal bool IsForgotten { get; private set; }

    /// <summary>Publishes a batch, unless the channel is forgotten. The task is complete when publishers may go on.</summary>
    internal Task? Publish(StreamBatch batch)
    {
        StreamSubscription? single = null;
        List<StreamSubscription>? several = null;
        Task room = Task.CompletedTask;
        lock (Gate)
        {
            if (IsForgotten)
            {
                return null;
            }

            ThrowIfFull();
            foreach (var (_, subscription) in _subscriptions)
            {
                if (subscription.Enqueue(batch))
                {
                    if (single is null)
                    {
                        single = subscription;
                    }
                    else
                    {
                        (several ??= []).Add(subscription);
                    }
                }

                if (subscription.Waiting > Limits.StreamQueueLengthMax / 2 && !IsOfThisGrain(subscription))
                {
                    _room ??= new TaskCompletionSource();
                    room = _room.Task;
                }
            }

            ForgetIfUnused();
        }

        single?.Deliver();
        foreach (var subscription in several ?? [])
        {
            subscription.Deliver();
        }

        return room;
    }

    internal bool Subscribe(StreamSubscription subscription)
    {
        lock (Gate)
        {
            if (IsForgotten)
            {
                return false;
            }

            if (_subscriptions.ContainsKey(subscription.Id))
            {
                return true;
            }

            if (_subscriptions.Count == Limits.StreamSubscriptionsMax)
            {
                throw new LimitExceededException(
                    $"{StreamId} has {Limits.StreamSubscriptionsMax} subscriptions, as many as it may have.");
            }

            _subscriptions.Add(subscription.Id, subscription);
            _explicit++;
            return true;
        }
    }

    internal void Unsubscribe(Guid id)
    {
        TaskCompletionSource? room;
        lock (Gate)
        {
            // An implicit subscription is the class's: only its observer goes.
            if (_subscriptions.TryGetValue(id, out var subscription) && !Provider.IsImplicit(subscription))
            {
                _subscriptions.Remove(id);
                _explicit--;
                subscription.End();
            }

            room = OnProgress();
        }

        room?.SetResult();
    }

    internal StreamSubscription? Find(Guid id)
    {
        lock (Gate)
        {
            var found = _subscriptions.GetValueOrDefault(id);
            ForgetIfUnused();
            return found;
        }
    }

    internal List<StreamSubscription> SubscriptionsOf(GrainId? grain)
    {
        lock (Gate)
        {
            var found = _subscriptions.Values.Where(subscription => subscription.Consumer.Reference?.GrainId == grain).ToList();
            ForgetIfUnused();
            return found;
        }
    }

    /// <summary>
    /// Under the lock, after a delivery or the end of a subscription; what it returns is to be completed outside of it.
    /// </summary>
    internal TaskCompletionSource? OnProgress()
    {
        var room = _room;
        if (room is not null && _subscriptions.Values.Any(subscription => subscription.Waiting > Limits.StreamQueueLengthMax / 4))
        {
            room = null;
        }
        else
        {
            _room = null;
        }

        ForgetIfUnused();
        return room;
    }

    // A grain that publishes to itself would wait for itself.
    private static bool IsOfThisGrain(StreamSubscription subscription) =>
        RuntimeContext.Current is { } context && subscription.Consumer.Reference?.GrainId == context.GrainId;

    private void ThrowIfFull()
    {
        foreach (var (_, subscription) in _subscriptions)
        {
            if (subscription.Waiting >= Limits.StreamQueueLengthMax)
            {
                throw new InvalidOperationException(
                    $"Can not enqueue since the count has reached its maximum of {Limits.StreamQueueLengthMax}: "
                    + $"{subscription.Consumer} is behind on {StreamId}.");
            }
        }
    }

    private void ForgetIfUnused()
    {
        if (_explicit == 0 && !IsForgotten && _subscriptions.Values.All(subscription => subscription.IsQuiet))
        {
            IsForgotten = true;
            Provider.Forget(this);
        }
    }
}
