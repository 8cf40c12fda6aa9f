using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace Orleans.Runtime.Conformance;

/// <summary>Waits that name the event that did not come.</summary>
public static class Wait
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    public static async Task For(Task task, [CallerArgumentExpression(nameof(task))] string what = "")
    {
        try
        {
            await task.WaitAsync(Limit);
        }
        catch (TimeoutException) when (!task.IsCompleted)
        {
            throw new TimeoutException($"Waited {Limit.TotalSeconds} s in vain for: {what}");
        }
    }

    public static async Task<T> For<T>(Task<T> task, [CallerArgumentExpression(nameof(task))] string what = "")
    {
        await For((Task)task, what);
        return await task;
    }
}

/// <summary>Named places where grains and tests meet: whoever signals lets those who wait go on. Each test takes names of its own.</summary>
public static class Signals
{
    private static readonly ConcurrentDictionary<string, TaskCompletionSource> s_signals = new();

    public static void Give(string name) => Of(name).TrySetResult();

    public static Task Given(string name) => Of(name).Task;

    public static Task WaitFor(string name) => Wait.For(Given(name), $"signal {name}");

    private static TaskCompletionSource Of(string name) =>
        s_signals.GetOrAdd(name, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
}

/// <summary>What happened, in order, by a name that each test chooses.</summary>
public static class Journal
{
    private static readonly ConcurrentDictionary<string, ConcurrentQueue<string>> s_entries = new();

    public static void Write(string name, string entry) => s_entries.GetOrAdd(name, _ => new()).Enqueue(entry);

    public static string[] Read(string name) => s_entries.TryGetValue(name, out var entries) ? [.. entries] : [];
}
