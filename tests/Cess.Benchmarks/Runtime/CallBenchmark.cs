using System.Diagnostics;

namespace Cess.Benchmarks.Runtime;

/// <summary>Calls of active grains: by clients, each with a grain of its own, and by grains.</summary>
internal static class CallBenchmark
{
    private const int CallsARound = 1000;

    public static async Task RunAsync(IClusterClient client, BenchmarkReport report, int callers, TimeSpan time)
    {
        await Measure(client, callers, TimeSpan.FromSeconds(1));
        report.Add("runtime_calls_per_s", await Measure(client, callers, time), $"{callers} clients, a grain each, one call after the other");
        report.Add(
            "runtime_grain_calls_per_s", await MeasureGrains(client, callers / 2, time), $"{callers / 2} grains that each call another, one call after the other");
        var alone = await Measure(client, 1, TimeSpan.FromSeconds(1));
        report.Add("runtime_call_us_alone", 1e6 / alone, "one client and nobody else: there and back");
    }

    private static async Task<double> Measure(IClusterClient client, int callers, TimeSpan time)
    {
        var clock = Stopwatch.StartNew();
        var counts = await Task.WhenAll(Enumerable.Range(0, callers).Select(i => Task.Run(() => CallUntil(client.GetGrain<IPing>(i), clock, time))));
        return counts.Sum() / clock.Elapsed.TotalSeconds;
    }

    private static async Task<long> CallUntil(IPing grain, Stopwatch clock, TimeSpan end)
    {
        long calls = 0;
        while (clock.Elapsed < end)
        {
            for (var i = 0; i < CallsARound; i++, calls++)
            {
                if (await grain.Ping(calls) != calls + 1)
                {
                    throw new InvalidOperationException("A call was answered with another's result.");
                }
            }
        }

        return calls;
    }

    private static async Task<double> MeasureGrains(IClusterClient client, int pairs, TimeSpan time)
    {
        var clock = Stopwatch.StartNew();
        var rounds = await Task.WhenAll(Enumerable.Range(0, pairs).Select(i => Task.Run(async () =>
        {
            var caller = client.GetGrain<IPing>(-1 - (2 * i));
            var called = client.GetGrain<IPing>(-2 - (2 * i));
            long calls = 0;
            while (clock.Elapsed < time)
            {
                await caller.CallOther(called, CallsARound);
                calls += CallsARound;
            }

            return calls;
        })));
        return rounds.Sum() / clock.Elapsed.TotalSeconds;
    }
}
