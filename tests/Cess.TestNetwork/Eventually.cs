using System.Diagnostics;

namespace Cess.TestNetwork;

/// <summary>Waiting for what another process does and nobody can await.</summary>
public static class Eventually
{
    /// <summary>Looks again and again until <paramref name="look"/> gives a value.</summary>
    /// <param name="awaited">Names what is waited for; part of the time-out's message.</param>
    /// <param name="limit">How long at most.</param>
    /// <param name="look">Gives null while it has not come; may throw to end the wait.</param>
    /// <exception cref="TimeoutException">It did not come.</exception>
    public static async Task<T> SeeAsync<T>(string awaited, TimeSpan limit, Func<Task<T?>> look) where T : class
    {
        var since = Stopwatch.GetTimestamp();
        while (true)
        {
            if (await look() is { } seen)
            {
                return seen;
            }

            if (Stopwatch.GetElapsedTime(since) > limit)
            {
                throw new TimeoutException($"{awaited} did not come within {limit.TotalSeconds:0.#} s.");
            }

            await Task.Delay(TestLimits.PollInterval);
        }
    }

    /// <summary>Looks again and again until it is so.</summary>
    /// <exception cref="TimeoutException">It did not come to be within <see cref="TestLimits.Event"/>.</exception>
    public static Task IsSoAsync(string awaited, Func<bool> look) =>
        SeeAsync(awaited, TestLimits.Event, () => Task.FromResult(look() ? awaited : null));

    /// <summary>Tries again and again until <paramref name="attempt"/> does not throw; the last failure is the cause of the time-out.</summary>
    public static async Task SucceedAsync(string awaited, TimeSpan limit, Func<Task> attempt)
    {
        Exception? last = null;
        try
        {
            await SeeAsync(awaited, limit, async () =>
            {
                try
                {
                    await attempt();
                    return awaited;
                }
                catch (Exception failure)
                {
                    last = failure;
                    return null;
                }
            });
        }
        catch (TimeoutException timeout) when (last is not null)
        {
            throw new TimeoutException(timeout.Message, last);
        }
    }
}
