using Orleans.Runtime;

namespace Orleans.InProcess;

/// <summary>
/// The activations of one stateless worker: a call goes to an idle one, or to a new one, or to the one with the least to do.
/// </summary>
internal sealed class StatelessWorkers(Catalog catalog, GrainClass grainClass, GrainId grainId) : CallTarget
{
    private readonly Lock _gate = new();
    private Activation[] _workers = [];
    private volatile bool _ended;

    internal override bool IsAlive => !_ended;

    internal GrainId GrainId => grainId;

    internal ReadOnlySpan<Activation> Workers => Volatile.Read(ref _workers);

    internal override void Deliver(GrainCall call)
    {
        lock (_gate)
        {
            if (!_ended)
            {
                // Choosing and delivering under one lock: otherwise two callers choose the same idle worker.
                Choose().Deliver(call);
                return;
            }
        }

        catalog.Deliver(call);
    }

    internal override void Receive(GrainCall call) => throw new NotSupportedException("Calls are received by the workers.");

    internal override void SignalCancellation(GrainCall call)
    {
        // The call has not reached a worker: it is answered, and so dropped by the one that it reaches.
    }

    internal void Remove(Activation worker)
    {
        lock (_gate)
        {
            _workers = [.. _workers.Where(other => other != worker)];
            _ended = _workers.Length == 0;
            if (_ended)
            {
                grainClass.Directory.TryRemove(new(grainId.Key, this));
            }
        }

        catalog.OnActivationEnded();
    }

    private Activation Choose()
    {
        Activation? best = null;
        int least = int.MaxValue;
        foreach (var worker in _workers)
        {
            int load = worker.Load;
            if (worker.TakesCalls && load < least)
            {
                best = worker;
                least = load;
            }
        }

        if (best is not null && (least == 0 || _workers.Length >= grainClass.MaxWorkers))
        {
            return best;
        }

        catalog.OnActivationStarting();
        var added = new Activation(catalog, grainClass, grainId, this);
        _workers = [.. _workers, added];
        return added;
    }
}
