using System.Diagnostics;

namespace Cess.Peers.Tests;

/// <summary>Waiting for what another node does and nobody can await.</summary>
internal static class Eventually
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(10);

    /// <summary>Looks again and again until it is so.</summary>
    /// <exception cref="TimeoutException">It did not come to be; the message names what.</exception>
    public static async Task IsSoAsync(string awaited, Func<bool> look)
    {
        long since = Stopwatch.GetTimestamp();
        while (!look())
        {
            if (Stopwatch.GetElapsedTime(since) > s_limit)
                throw new TimeoutException($"{awaited} did not come to be within {s_limit.TotalSeconds} s.");
            await Task.Delay(s_interval);
        }
    }
}
