using System.Reflection;

namespace Orleans.Serialization.Invocation;

/// <summary>A call on its way: what filters and interleaving predicates may look at.</summary>
public interface IInvokable
{
    /// <summary>Number of arguments.</summary>
    int GetArgumentCount();

    /// <summary>An argument by its place.</summary>
    object? GetArgument(int index);

    /// <summary>Replaces an argument, before the grain sees it.</summary>
    void SetArgument(int index, object value);

    /// <summary>The method's name.</summary>
    string GetMethodName();

    /// <summary>The interface's full name.</summary>
    string GetInterfaceName();

    /// <summary>The method.</summary>
    MethodInfo GetMethod();

    /// <summary>The interface.</summary>
    Type GetInterfaceType();

    /// <summary>The method's own time-out, if it has one.</summary>
    TimeSpan? GetDefaultResponseTimeout();

    /// <summary>The token among the arguments, if there is one.</summary>
    CancellationToken GetCancellationToken();
}

/// <summary>How a call ended.</summary>
public abstract class Response
{
    /// <summary>The end of a call without a result.</summary>
    public static Response Completed { get; } = new ResultResponse(null);

    /// <summary>The result, if there is one. Reading it of a failed call throws the call's exception.</summary>
    public abstract object? Result { get; set; }

    /// <summary>The exception of a failed call.</summary>
    public abstract Exception? Exception { get; set; }

    /// <summary>The end of a call with a result.</summary>
    public static Response FromResult<TResult>(TResult value) => new ResultResponse(value);

    /// <summary>The end of a failed call.</summary>
    public static Response FromException(Exception exception) => new ExceptionResponse(exception);

    /// <summary>The result in its type.</summary>
    public T GetResult<T>() => Result is { } result ? (T)result : default!;

    private sealed class ResultResponse(object? result) : Response
    {
        public override object? Result { get; set; } = result;

        public override Exception? Exception
        {
            get => null;
            set => throw new InvalidOperationException("The call did not fail.");
        }
    }

    private sealed class ExceptionResponse(Exception exception) : Response
    {
        public override object? Result
        {
            get
            {
                System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(Exception!);
                return null;
            }
            set => throw new InvalidOperationException("The call failed.");
        }

        public override Exception? Exception { get; set; } = exception;
    }
}
