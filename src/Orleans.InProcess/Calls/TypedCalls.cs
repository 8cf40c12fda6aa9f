using System.Runtime.CompilerServices;
using Orleans.Runtime;
using Orleans.Serialization.Invocation;

namespace Orleans.InProcess;

/// <summary>A call without a result.</summary>
internal abstract class VoidCall : GrainCall
{
    // A builder makes the caller's task without a completion source beside it.
    private AsyncTaskMethodBuilder _result;

    internal Task Begin() => _result.Task;

    internal override void Answer(Task completed)
    {
        if (completed.IsCompletedSuccessfully)
        {
            Succeed();
        }
        else
        {
            Fail(ExceptionOf(completed));
        }
    }

    internal override void AnswerResponse(Response response)
    {
        if (response.Exception is { } exception)
        {
            Fail(exception);
        }
        else
        {
            Succeed();
        }
    }

    internal override Response ToResponse(Task completed) =>
        completed.IsCompletedSuccessfully ? Response.Completed : Response.FromException(ExceptionOf(completed));

    protected override void SetException(Exception exception) => _result.SetException(exception);

    internal void Succeed()
    {
        if (!TryAnswer())
        {
            return;
        }

        if (Filtered is { } filtered)
        {
            filtered.SetResult(Response.Completed);
        }
        else
        {
            _result.SetResult();
        }
    }
}

/// <summary>A call with a result.</summary>
internal abstract class ResultCall<TResult> : GrainCall
{
    private AsyncTaskMethodBuilder<TResult> _result;

    internal Task<TResult> Begin() => _result.Task;

    internal override void Answer(Task completed)
    {
        if (!completed.IsCompletedSuccessfully)
        {
            Fail(ExceptionOf(completed));
            return;
        }

        Succeed(((Task<TResult>)completed).Result);
    }

    internal override void AnswerResponse(Response response)
    {
        if (response.Exception is { } exception)
        {
            Fail(exception);
            return;
        }

        try
        {
            Succeed(response.GetResult<TResult>());
        }
        catch (InvalidCastException e)
        {
            Fail(e);
        }
    }

    internal override Response ToResponse(Task completed) =>
        completed.IsCompletedSuccessfully
            ? Response.FromResult(((Task<TResult>)completed).Result)
            : Response.FromException(ExceptionOf(completed));

    protected override void SetException(Exception exception) => _result.SetException(exception);

    private void Succeed(TResult result)
    {
        if (!TryAnswer())
        {
            return;
        }

        if (Filtered is { } filtered)
        {
            filtered.SetResult(Response.FromResult(result));
        }
        else
        {
            _result.SetResult(MessageCopy<TResult>.Copy(result));
        }
    }
}

internal abstract class TaskCall : VoidCall
{
    internal sealed override Task Invoke(object target) => InvokeMethod(target) ?? throw NoTask();

    protected abstract Task InvokeMethod(object target);

    internal static Exception NoTask() => new OrleansException("The grain's method returned null instead of a task.");
}

internal abstract class TaskCall<TResult> : ResultCall<TResult>
{
    internal sealed override Task Invoke(object target) => InvokeMethod(target) ?? throw TaskCall.NoTask();

    protected abstract Task<TResult> InvokeMethod(object target);
}

internal abstract class ValueTaskCall : VoidCall
{
    internal sealed override Task Invoke(object target) => InvokeMethod(target).AsTask();

    protected abstract ValueTask InvokeMethod(object target);
}

internal abstract class ValueTaskCall<TResult> : ResultCall<TResult>
{
    internal sealed override Task Invoke(object target) => InvokeMethod(target).AsTask();

    protected abstract ValueTask<TResult> InvokeMethod(object target);
}

/// <summary>A call of a method that returns nothing, which is one-way.</summary>
internal abstract class PlainCall : VoidCall
{
    internal sealed override Task Invoke(object target)
    {
        InvokeMethod(target);
        return Task.CompletedTask;
    }

    protected abstract void InvokeMethod(object target);
}
