using System.Collections.Concurrent;
using System.Globalization;
using Orleans.Runtime;

namespace Orleans.InProcess;

/// <summary>The client's objects that grains may call.</summary>
internal sealed class Observers(Catalog catalog)
{
    /// <summary>The type in the identity of such an object.</summary>
    internal static readonly GrainType Type = GrainType.Create("sys.client");

    private readonly ConcurrentDictionary<GrainId, Target> _targets = new();
    private long _made;

    internal GrainReference Create(Type interfaceType, IGrainObserver observer)
    {
        ThrowIfInGrain();
        ArgumentNullException.ThrowIfNull(observer);
        if (observer is GrainReference)
        {
            throw new ArgumentException("The observer is a reference already.", nameof(observer));
        }

        var id = GrainId.Create(Type, Interlocked.Increment(ref _made).ToString(CultureInfo.InvariantCulture));
        _targets[id] = new Target(catalog, id, observer);
        return catalog.Interfaces.Get(interfaceType).CreateReference(id);
    }

    internal void Delete(IGrainObserver reference)
    {
        ThrowIfInGrain();
        if (reference is not GrainReference { GrainId: var id })
        {
            throw new ArgumentException("The observer is not a reference that CreateObjectReference returned.", nameof(reference));
        }

        if (_targets.TryRemove(id, out var target))
        {
            target.End();
        }
    }

    private void Forget(GrainId id) => _targets.TryRemove(id, out _);

    internal CallTarget Find(GrainId id) =>
        _targets.TryGetValue(id, out var target)
            ? target
            : throw new ClientNotAvailableException($"No client has an object {id}.");

    private static void ThrowIfInGrain()
    {
        if (RuntimeContext.Current is not null)
        {
            throw new InvalidOperationException("Cannot create or delete a local object reference from a grain.");
        }
    }

    /// <summary>One object: its calls run one at a time, each to its end.</summary>
    private sealed class Target : CallTarget
    {
        private readonly GrainId _id;
        private readonly Observers _owner;
        private readonly WeakReference<IGrainObserver> _observer;
        private readonly Queue<GrainCall> _waiting = new();
        private readonly TurnQueue _turns;
        private volatile bool _ended;
        private bool _busy;

        internal Target(Catalog catalog, GrainId id, IGrainObserver observer)
        {
            _id = id;
            _owner = catalog.Observers;
            _observer = new WeakReference<IGrainObserver>(observer);
            _turns = new TurnQueue(catalog.Scheduler, null, catalog.Logger);
        }

        internal override bool IsAlive => !_ended;

        internal void End() => _ended = true;

        internal override void Deliver(GrainCall call)
        {
            call.Target = this;
            _turns.Post(call);
        }

        internal override void Receive(GrainCall call)
        {
            if (_busy && !call.InterleavesAlways)
            {
                if (_waiting.Count == Limits.MailboxLengthMax)
                {
                    call.Fail(new LimitExceededException($"{Limits.MailboxLengthMax} calls of an observer wait, as many as may."));
                    return;
                }

                _waiting.Enqueue(call);
                return;
            }

            Start(call);
        }

        internal override void SignalCancellation(GrainCall call) => _turns.Post(call.CancelGrainsToken);

        private void Start(GrainCall call)
        {
            if (_ended || !_observer.TryGetTarget(out var observer))
            {
                _ended = true;
                _owner.Forget(_id);
                call.Fail(new ClientNotAvailableException($"The object behind {call} is gone."));
                return;
            }

            if (call.Context is { } context)
            {
                RequestContext.Import(context);
            }

            Task task;
            try
            {
                task = call.Invoke(observer);
            }
            catch (Exception e)
            {
                task = Task.FromException(e);
            }

            if (task.IsCompleted)
            {
                call.Answer(task);
                return;
            }

            bool blocks = !call.InterleavesAlways;
            _busy |= blocks;
            task.ContinueWith(
                (ended, _) =>
                {
                    call.Answer(ended);
                    if (blocks)
                    {
                        _busy = false;
                        StartWaiting();
                    }
                },
                null, CancellationToken.None, TaskContinuationOptions.DenyChildAttach, _turns);
        }

        private void StartWaiting()
        {
            while (!_busy && _waiting.TryDequeue(out var next))
            {
                _turns.ResetExecutionContext();
                Start(next);
            }
        }
    }
}
