using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;

namespace Cess.TestHost;

/// <summary>A fault that befalls a request.</summary>
internal enum Fault
{
    /// <summary>The connection breaks before the door sees the request.</summary>
    DropBefore,

    /// <summary>The door does its work; then the connection breaks before the answer is out.</summary>
    DropAfter,

    /// <summary>The connection breaks in the middle of the answer.</summary>
    DropWithin,

    /// <summary>Somebody in between answers 500.</summary>
    ServerError,

    /// <summary>No answer comes until the client goes away.</summary>
    Hang,
}

/// <summary>Befalls requests with faults, in the order in which they were planned.</summary>
internal sealed class Faults
{
    private readonly Lock _lock = new();
    private readonly List<(string Method, string PathPart, Fault Fault)> _planned = [];
    private readonly TaskCompletionSource _hanging = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends when a request hangs.</summary>
    public Task Hanging => _hanging.Task;

    /// <summary>What the Date of answers says; null for the machine's time.</summary>
    public DateTimeOffset? ClaimsTime { get; set; }

    /// <summary>Faults that have not happened yet.</summary>
    public int Left
    {
        get
        {
            lock (_lock)
                return _planned.Count;
        }
    }

    /// <summary>Requests that came in, faults or not: method and path.</summary>
    public ConcurrentQueue<string> Seen { get; } = [];

    /// <summary>The next <paramref name="times"/> requests of a method whose path has this part fail so.</summary>
    public void Plan(string method, string pathPart, Fault fault, int times = 1)
    {
        lock (_lock)
            _planned.AddRange(Enumerable.Repeat((method, pathPart, fault), times));
    }

    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        Seen.Enqueue($"{context.Request.Method} {context.Request.Path}{context.Request.QueryString}");
        if (ClaimsTime is { } time)
            context.Response.OnStarting(() => Task.FromResult(context.Response.Headers.Date = time.ToString("R")));
        switch (Take(context.Request))
        {
            case null:
                await next(context);
                return;
            case Fault.DropBefore:
                context.Abort();
                return;
            case Fault.ServerError:
                context.Response.StatusCode = StatusCodes.Status500InternalServerError;
                await context.Response.WriteAsync("<html>fault</html>");
                return;
            case Fault.Hang:
                _hanging.TrySetResult();
                await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                return;
            case Fault.DropAfter:
                context.Response.Body = Stream.Null;
                await next(context);
                context.Abort();
                return;
            case Fault.DropWithin:
                await DropWithinAsync(context, next);
                return;
        }
    }

    private static async Task DropWithinAsync(HttpContext context, RequestDelegate next)
    {
        Stream body = context.Response.Body;
        using MemoryStream answer = new();
        context.Response.Body = answer;
        await next(context);
        await body.WriteAsync(answer.GetBuffer().AsMemory(0, (int)answer.Length / 2));
        await body.FlushAsync();
        context.Abort();
    }

    private Fault? Take(HttpRequest request)
    {
        lock (_lock)
        {
            int at = _planned.FindIndex(plan => plan.Method == request.Method && request.Path.Value!.Contains(plan.PathPart, StringComparison.Ordinal));
            if (at < 0)
                return null;
            Fault fault = _planned[at].Fault;
            _planned.RemoveAt(at);
            return fault;
        }
    }
}
