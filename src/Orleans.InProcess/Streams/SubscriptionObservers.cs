using Orleans.Runtime;

namespace Orleans.Streams.Core;

/// <summary>
/// A grain class that is told of its subscriptions, implicit ones above all, when an event comes and no observer is there yet.
/// </summary>
public interface IStreamSubscriptionObserver
{
    /// <summary>Runs before the event; resume the handle to get it.</summary>
    Task OnSubscribed(IStreamSubscriptionHandleFactory handleFactory);
}

/// <summary>Makes the handle of a subscription, whose item type only the grain knows.</summary>
public interface IStreamSubscriptionHandleFactory
{
    /// <summary>The stream.</summary>
    StreamId StreamId { get; }

    /// <summary>The provider's name.</summary>
    string ProviderName { get; }

    /// <summary>The subscription's identity.</summary>
    GuidId SubscriptionId { get; }

    /// <summary>The handle.</summary>
    StreamSubscriptionHandle<T> Create<T>();
}
