using Orleans.Runtime;

namespace Orleans.InProcess;

/// <summary>Who subscribed: a grain, whichever activation of it is there, or a client.</summary>
internal interface IStreamConsumer
{
    /// <summary>The grain, or null for a client.</summary>
    GrainReference? Reference { get; }

    /// <summary>In a turn of the consumer: what it observes, by subscription.</summary>
    Dictionary<Guid, StreamObserver>? ObserversNow { get; }

    /// <summary>Where a delivery goes.</summary>
    CallTarget Find();
}

internal sealed class GrainConsumer(GrainReference reference) : IStreamConsumer
{
    public GrainReference Reference => reference;

    public Dictionary<Guid, StreamObserver>? ObserversNow => (RuntimeContext.Current as Activation)?.StreamObservers;

    public CallTarget Find() => reference.FindTarget();

    public override string ToString() => reference.GrainId.ToString();
}

/// <summary>A client's subscription: batches are observed one at a time, outside of any grain.</summary>
internal sealed class ClientConsumer : CallTarget, IStreamConsumer
{
    private readonly TurnQueue _turns;

    internal ClientConsumer(Catalog catalog) => _turns = new TurnQueue(catalog.Scheduler, null, catalog.Logger);

    public GrainReference? Reference => null;

    public Dictionary<Guid, StreamObserver>? ObserversNow { get; private set; }

    internal override bool IsAlive => true;

    public CallTarget Find() => this;

    public override string ToString() => "a client";

    /// <summary>Replaced as a whole: a delivery may be reading the old one.</summary>
    internal void Observe(Guid subscription, StreamObserver observer) => ObserversNow = new() { [subscription] = observer };

    internal override void Deliver(GrainCall call)
    {
        call.Target = this;
        _turns.Post(call);
    }

    internal override void Receive(GrainCall call)
    {
        if (call.Context is { } context)
        {
            RequestContext.Import(context);
        }

        Task task;
        try
        {
            task = call.Invoke(this);
        }
        catch (Exception e)
        {
            task = Task.FromException(e);
        }

        if (task.IsCompleted)
        {
            call.Answer(task);
        }
        else
        {
            task.ContinueWith(
                static (ended, state) => ((GrainCall)state!).Answer(ended), call, CancellationToken.None,
                TaskContinuationOptions.DenyChildAttach, _turns);
        }
    }

    internal override void SignalCancellation(GrainCall call)
    {
        // A delivery cannot be cancelled.
    }
}
