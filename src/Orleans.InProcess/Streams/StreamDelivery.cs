using Microsoft.Extensions.Logging;
using Orleans.Runtime;
using Orleans.Serialization.Invocation;
using Orleans.Streams;
using Orleans.Streams.Core;

namespace Orleans.InProcess;

/// <summary>
/// A batch on its way to a subscriber: a call like any other, so it waits for the grain's turn and interleaves no more than
/// others do.
/// </summary>
internal sealed class StreamDelivery : GrainCall
{
    private static readonly GrainMethod s_method = new(typeof(StreamSubscription), typeof(StreamSubscription).GetMethod(
        nameof(StreamSubscription.OnDelivered), System.Reflection.BindingFlags.Instance | System.Reflection.BindingFlags.NonPublic)!);

    private readonly StreamSubscription _subscription;
    private readonly StreamBatch _batch;

    internal StreamDelivery(StreamSubscription subscription, StreamBatch batch)
    {
        _subscription = subscription;
        _batch = batch;
        Method = s_method;
        Reference = subscription.Consumer.Reference!;
        Context = batch.Context;
    }

    internal override bool IsFilterable => false;

    internal override Task Invoke(object target)
    {
        var observers = _subscription.Consumer.ObserversNow;
        if (observers is not null && observers.TryGetValue(_subscription.Id, out var observer))
        {
            return observer.Deliver(_batch);
        }

        return target is IStreamSubscriptionObserver asked ? AskAndDeliver(asked) : Drop();
    }

    internal override void Answer(Task completed)
    {
        if (TryAnswer())
        {
            _subscription.OnDelivered(_batch, completed.IsCompletedSuccessfully ? null : ExceptionOf(completed));
        }
    }

    internal override void AnswerResponse(Response response) => throw new NotSupportedException("Deliveries are not filtered.");

    internal override Response ToResponse(Task completed) => throw new NotSupportedException("Deliveries are not filtered.");

    public override int GetArgumentCount() => 0;

    public override object? GetArgument(int index) => throw new ArgumentOutOfRangeException(nameof(index));

    public override void SetArgument(int index, object value) => throw new ArgumentOutOfRangeException(nameof(index));

    public override string ToString() => $"delivery of {_subscription.Channel.StreamId} to {_subscription.Consumer}";

    protected override void SetException(Exception exception) => _subscription.OnDelivered(_batch, exception);

    private async Task AskAndDeliver(IStreamSubscriptionObserver asked)
    {
        await asked.OnSubscribed(new HandleFactory(_subscription));
        if (_subscription.Consumer.ObserversNow is { } observers && observers.TryGetValue(_subscription.Id, out var observer))
        {
            await observer.Deliver(_batch);
        }
        else
        {
            await Drop();
        }
    }

    private Task Drop()
    {
        _subscription.Channel.Provider.Catalog.Logger.LogWarning(
            "{Consumer} got an event of {Stream} and has no observer for it; the event is dropped.", _subscription.Consumer,
            _subscription.Channel.StreamId);
        return Task.CompletedTask;
    }

    private sealed class HandleFactory(StreamSubscription subscription) : IStreamSubscriptionHandleFactory
    {
        public StreamId StreamId => subscription.Channel.StreamId;

        public string ProviderName => subscription.Channel.Provider.Name;

        public GuidId SubscriptionId => GuidId.GetGuidId(subscription.Id);

        public StreamSubscriptionHandle<T> Create<T>() => new SubscriptionHandle<T>(
            (MemoryStream<T>)subscription.Channel.Provider.GetStream<T>(StreamId), subscription.Id);
    }
}
