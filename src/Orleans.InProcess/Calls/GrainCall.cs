using System.Reflection;
using Orleans.Runtime;
using Orleans.Serialization.Invocation;

namespace Orleans.InProcess;

/// <summary>
/// One call of a grain method, from the caller's reference to the answer. A class for each method, with a field for each
/// argument, is emitted by <see cref="ProxyEmitter"/>.
/// </summary>
internal abstract class GrainCall : WorkItem, IInvokable
{
    private CancellationTokenSource? _cancellation;
    private CancellationTokenRegistration _callersCancellation;
    private int _answered;

    internal GrainMethod Method = null!;
    internal GrainReference Reference = null!;
    internal IGrainContext? Source;
    internal Dictionary<string, object>? Context;
    internal CallTarget? Target;

    internal int Forwards;

    // Links of the list of outstanding calls; guarded by the stripe's lock.
    internal GrainCall? LaterOutstanding;
    internal GrainCall? EarlierOutstanding;
    internal OutstandingCalls? Outstanding;
    internal int Stripe;
    internal long SentAtMs;

    /// <summary>Takes the target's answer instead of the caller, when outgoing filters see it first.</summary>
    protected TaskCompletionSource<Response>? Filtered { get; private set; }

    internal bool IsAnswered => Volatile.Read(ref _answered) != 0;

    internal virtual bool InterleavesAlways => Method.AlwaysInterleaves;

    /// <summary>Whether incoming filters see the call.</summary>
    internal virtual bool IsFilterable => true;

    /// <summary>Whether the call keeps the grain from being idle.</summary>
    internal virtual bool CountsAsUse => true;

    /// <summary>The token that the grain sees, if the method takes one.</summary>
    protected virtual CancellationToken Token
    {
        get => CancellationToken.None;
        set { }
    }

    /// <summary>Called in the target's turn.</summary>
    internal sealed override void Run() => Target!.Receive(this);

    /// <summary>Calls the method on an object; the task is that of <see cref="Answer"/>.</summary>
    internal abstract Task Invoke(object target);

    /// <summary>Answers the caller with what a task that <see cref="Invoke"/> returned has come to.</summary>
    internal abstract void Answer(Task completed);

    internal abstract void AnswerResponse(Response response);

    internal abstract Response ToResponse(Task completed);

    internal void Fail(Exception exception)
    {
        if (TryAnswer())
        {
            if (Filtered is { } filtered)
            {
                filtered.SetResult(Response.FromException(exception));
            }
            else
            {
                SetException(exception);
            }
        }
    }

    /// <summary>The answer to one sending of the call, for the outgoing filters.</summary>
    internal Task<Response> FilterAnswer()
    {
        Filtered = new TaskCompletionSource<Response>(TaskCreationOptions.RunContinuationsAsynchronously);
        Unanswer();
        return Filtered.Task;
    }

    /// <summary>After the filters, gives the caller the answer at last.</summary>
    internal void AnswerAfterFilters(Response response)
    {
        Filtered = null;
        Unanswer();
        AnswerResponse(response);
    }

    /// <summary>
    /// Gives the grain a token of its own, so that what the grain registers on it runs in the grain's turns, not on the
    /// canceller's thread.
    /// </summary>
    internal void ObserveCancellation(bool waitForGrain)
    {
        var callers = Token;
        if (!callers.CanBeCanceled)
        {
            return;
        }

        _cancellation = new CancellationTokenSource();
        Token = _cancellation.Token;
        _callersCancellation = waitForGrain
            ? callers.UnsafeRegister(static call => ((GrainCall)call!).Target!.SignalCancellation((GrainCall)call), this)
            : callers.UnsafeRegister(static (call, token) => ((GrainCall)call!).Cancel(token), this);
    }

    private void Cancel(CancellationToken token)
    {
        Target!.SignalCancellation(this);
        Fail(new OperationCanceledException(token));
    }

    /// <summary>Called in the target's turn.</summary>
    internal void CancelGrainsToken() => _cancellation?.Cancel();

    protected bool TryAnswer()
    {
        if (Interlocked.Exchange(ref _answered, 1) != 0)
        {
            return false;
        }

        Outstanding?.Remove(this);
        if (_cancellation is not null)
        {
            _callersCancellation.Unregister();
        }

        return true;
    }

    /// <summary>The caller's token, before the call is sent.</summary>
    /// <exception cref="OperationCanceledException">The caller's token is cancelled already.</exception>
    internal void ThrowIfCancelled() => Token.ThrowIfCancellationRequested();

    private void Unanswer()
    {
        Outstanding = null;
        _cancellation = null;
        Volatile.Write(ref _answered, 0);
    }

    protected abstract void SetException(Exception exception);

    internal static Exception ExceptionOf(Task task)
    {
        if (task.Exception is { } aggregate)
        {
            return aggregate.InnerException!;
        }

        try
        {
            task.GetAwaiter().GetResult();
            return new OrleansException("The task did not fail.");
        }
        catch (OperationCanceledException e)
        {
            return e;
        }
    }

    public override string ToString() => $"{Method} of {Reference.GrainId}";

    public abstract int GetArgumentCount();

    public abstract object? GetArgument(int index);

    public abstract void SetArgument(int index, object value);

    string IInvokable.GetMethodName() => Method.Name;

    string IInvokable.GetInterfaceName() => Method.InterfaceName;

    MethodInfo IInvokable.GetMethod() => Method.Method;

    Type IInvokable.GetInterfaceType() => Method.InterfaceType;

    TimeSpan? IInvokable.GetDefaultResponseTimeout() => Method.ResponseTimeout;

    CancellationToken IInvokable.GetCancellationToken() => Token;
}
