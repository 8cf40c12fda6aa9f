using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Runtime;
using Orleans.Serialization.Invocation;
using Orleans.Storage;

namespace Orleans.InProcess;

/// <summary>
/// One activation of a grain. Everything but delivery happens in its turns, so nothing here is locked: a call is queued as a
/// work item, and in its turn either starts or waits in a list until the calls before it allow it to.
/// </summary>
internal sealed partial class Activation : CallTarget, IGrainContext
{
    private static readonly Action<Task, object?> s_onCallEnded = static (task, state) =>
    {
        var call = (GrainCall)state!;
        ((Activation)call.Target!).OnCallEnded(call, task);
    };

    private readonly GrainLifecycle _lifecycle = new();
    private readonly StatelessWorkers? _pool;
    private volatile Stage _stage;
    private int _queued;
    private int _running;
    private GrainCall? _blocking;
    private List<GrainCall>? _alongside;
    private GrainCall? _firstWaiting;
    private GrainCall? _lastWaiting;
    private Dictionary<Guid, int>? _reentrantSections;
    private AsyncServiceScope? _scope;
    private GrainReference? _reference;
    private TaskCompletionSource? _deactivated;
    private DeactivationReason _reason;
    private bool _ending;

    internal Activation(Catalog catalog, GrainClass grainClass, GrainId grainId, StatelessWorkers? pool)
    {
        Catalog = catalog;
        Class = grainClass;
        GrainId = grainId;
        _pool = pool;
        Turns = new TurnQueue(catalog.Scheduler, this, catalog.Logger);
        LastUsedMs = catalog.Clock.NowMs;
    }

    private enum Stage
    {
        Created,
        Activating,
        Valid,
        Deactivating,
        Ended,
    }

    public GrainId GrainId { get; }

    public object? GrainInstance { get; private set; }

    public ActivationId ActivationId
    {
        get
        {
            if (field.IsDefault)
            {
                field = new ActivationId(Catalog.Random.NextGuid());
            }

            return field;
        }
    }

    public GrainReference GrainReference => _reference ??= Catalog.Interfaces.Get(Class.MainInterface).CreateReference(GrainId);

    public IServiceProvider ActivationServices => (_scope ??= Catalog.Services.CreateAsyncScope()).ServiceProvider;

    public IGrainLifecycle ObservableLifecycle => _lifecycle;

    public Task Deactivated
    {
        get
        {
            Interlocked.CompareExchange(ref _deactivated, new TaskCompletionSource(), null);
            if (_stage == Stage.Ended)
            {
                _deactivated.TrySetResult();
            }

            return _deactivated.Task;
        }
    }

    internal override bool IsAlive => _stage != Stage.Ended;

    /// <summary>Whether a new call would run here rather than wait for the next activation.</summary>
    internal bool TakesCalls => _stage < Stage.Deactivating;

    internal Catalog Catalog { get; }

    internal GrainClass Class { get; }

    internal TurnQueue Turns { get; }

    /// <summary>Calls that wait or run, for the choice among stateless workers. Read from any thread.</summary>
    internal int Load => Volatile.Read(ref _queued) + Volatile.Read(ref _running);

    internal long LastUsedMs { get; set; }

    /// <summary>What the activation does with events, by subscription. In its turns only.</summary>
    internal Dictionary<Guid, StreamObserver>? StreamObservers { get; set; }

    /// <summary>Not to be collected before that time.</summary>
    internal long KeepUntilMs { get; set; }

    public bool Equals(IGrainContext? other) => ReferenceEquals(this, other);

    public override bool Equals(object? obj) => ReferenceEquals(this, obj);

    public override int GetHashCode() => GrainId.GetHashCode();

    public override string ToString() => $"[Activation: {GrainId} {_stage}]";

    internal override void Deliver(GrainCall call)
    {
        if (Interlocked.Increment(ref _queued) > Catalog.MailboxLength(Class))
        {
            Interlocked.Decrement(ref _queued);
            call.Fail(new LimitExceededException(
                $"{GrainId} has {Catalog.MailboxLength(Class)} calls waiting, as many as it may have; {call} is refused."));
            return;
        }

        call.Target = this;
        Turns.Post(call);
    }

    internal override void Receive(GrainCall call)
    {
        if (IsOver(call))
        {
            Interlocked.Decrement(ref _queued);
        }
        else if (_stage == Stage.Valid && MayStart(call))
        {
            Start(call);
            EndIfQuiet();
        }
        else if (_stage == Stage.Ended)
        {
            Forward(call);
        }
        else
        {
            Wait(call);
            if (_stage == Stage.Created)
            {
                BeginActivating(call);
            }
        }
    }

    internal override void SignalCancellation(GrainCall call) => Turns.Post(call.CancelGrainsToken);

    internal void EnterReentrantSection(Guid id)
    {
        _reentrantSections ??= [];
        _reentrantSections[id] = _reentrantSections.GetValueOrDefault(id) + 1;
    }

    internal void LeaveReentrantSection(Guid id)
    {
        if (_reentrantSections is null || !_reentrantSections.TryGetValue(id, out int depth))
        {
            return;
        }

        if (depth > 1)
        {
            _reentrantSections[id] = depth - 1;
        }
        else
        {
            _reentrantSections.Remove(id);
        }
    }

    // An answered call was timed out or cancelled while it waited. One-way calls are answered from the start.
    private static bool IsOver(GrainCall call) => call.IsAnswered && !call.Method.IsOneWay;

    private bool MayStart(GrainCall call)
    {
        if (_running == 0 || call.InterleavesAlways || _blocking is null || Class.IsReentrant)
        {
            return true;
        }

        if (_blocking.Method.IsReadOnly && call.Method.IsReadOnly)
        {
            return true;
        }

        if (_reentrantSections is { Count: > 0 } sections && sections.ContainsKey(RequestContext.ReentrancyIdOf(call.Context)))
        {
            return true;
        }

        return Class.MayInterleave is not null && ClassLetsInterleave(call, _blocking);
    }

    private bool ClassLetsInterleave(GrainCall call, GrainCall blocking)
    {
        try
        {
            return Class.MayInterleave!(GrainInstance!, call) || Class.MayInterleave(GrainInstance!, blocking);
        }
        catch (Exception e)
        {
            // The call is answered, so it will not run; but it keeps its place until its turn comes.
            call.Fail(e);
            return false;
        }
    }

    private void Start(GrainCall call)
    {
        Interlocked.Decrement(ref _queued);
        _running++;
        if (!call.InterleavesAlways && !Class.IsReentrant)
        {
            if (_blocking is null)
            {
                _blocking = call;
            }
            else
            {
                (_alongside ??= []).Add(call);
            }
        }

        if (call.Context is { } context)
        {
            RequestContext.Import(context);
        }

        Task task;
        try
        {
            task = IsFiltered(call) ? IncomingCallContext.Invoke(this, call) : call.Invoke(GrainInstance!);
        }
        catch (Exception e)
        {
            task = Task.FromException(e);
        }

        if (task.IsCompleted)
        {
            EndCall(call, task);
        }
        else
        {
            // Queued, never run where the task completes: that may be in the midst of another call's turn.
            task.ContinueWith(s_onCallEnded, call, CancellationToken.None, TaskContinuationOptions.DenyChildAttach, Turns);
        }
    }

    private void OnCallEnded(GrainCall call, Task task)
    {
        EndCall(call, task);
        RunWaiting();
        EndIfQuiet();
    }

    private void EndCall(GrainCall call, Task task)
    {
        _running--;
        if (_blocking == call)
        {
            _blocking = null;
            if (_alongside is { Count: > 0 } others)
            {
                _blocking = others[0];
                others.RemoveAt(0);
            }
        }
        else
        {
            _alongside?.Remove(call);
        }

        if (call.CountsAsUse)
        {
            LastUsedMs = Catalog.Clock.NowMs;
        }

        if (IsFiltered(call))
        {
            var response = task is Task<Response> { IsCompletedSuccessfully: true } ended
                ? ended.Result
                : Response.FromException(GrainCall.ExceptionOf(task));
            OnCallFailed(call, response.Exception);
            call.AnswerResponse(response);
            return;
        }

        if (!task.IsCompletedSuccessfully)
        {
            OnCallFailed(call, GrainCall.ExceptionOf(task));
        }

        call.Answer(task);
    }

    private bool IsFiltered(GrainCall call) => (Catalog.IncomingFilters.Length != 0 || Class.FiltersItself) && call.IsFilterable;

    private void OnCallFailed(GrainCall call, Exception? exception)
    {
        if (exception is not null && call.Method.IsOneWay)
        {
            Catalog.Logger.LogWarning(exception, "The one-way call {Call} failed.", call);
        }

        // The activation's memory is older than what is stored: whoever comes next must read again.
        if (exception is InconsistentStateException { IsSourceActivation: true } conflict)
        {
            conflict.IsSourceActivation = false;
            BeginDeactivating(new(DeactivationReasonCode.ApplicationError, conflict, conflict.Message));
        }
    }

    private void Wait(GrainCall call)
    {
        call.Next = null;
        if (_lastWaiting is null)
        {
            _firstWaiting = call;
        }
        else
        {
            _lastWaiting.Next = call;
        }

        _lastWaiting = call;
    }

    private void RunWaiting()
    {
        GrainCall? before = null;
        var call = _firstWaiting;
        while (call is not null && _stage == Stage.Valid)
        {
            var next = (GrainCall?)call.Next;
            bool isOver = IsOver(call);
            if (isOver || MayStart(call))
            {
                Unlink(before, call);
                if (isOver)
                {
                    Interlocked.Decrement(ref _queued);
                }
                else
                {
                    Turns.ResetExecutionContext();
                    Start(call);
                }
            }
            else
            {
                before = call;
            }

            call = next;
        }
    }

    private void Unlink(GrainCall? before, GrainCall call)
    {
        if (before is null)
        {
            _firstWaiting = (GrainCall?)call.Next;
        }
        else
        {
            before.Next = call.Next;
        }

        if (_lastWaiting == call)
        {
            _lastWaiting = before;
        }

        call.Next = null;
    }

    private void Forward(GrainCall call)
    {
        Interlocked.Decrement(ref _queued);
        if (call is LocalCall)
        {
            return;
        }

        if (++call.Forwards > Limits.ForwardsMax)
        {
            call.Fail(new OrleansMessageRejectionException($"{call} found its activation gone {Limits.ForwardsMax} times."));
            return;
        }

        Catalog.Deliver(call);
    }
}
