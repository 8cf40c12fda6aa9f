using System.Diagnostics;

namespace Cess.Benchmarks.Runtime;

/// <summary>First calls: each makes a reference, activates the grain and gets an answer.</summary>
internal static class ActivationBenchmark
{
    private const long FirstKey = 1L << 40;

    public static async Task RunAsync(IClusterClient client, BenchmarkReport report, int callers, TimeSpan time)
    {
        var next = FirstKey;
        await Activate(TimeSpan.FromSeconds(1));
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var first = next;
        var clock = Stopwatch.StartNew();
        await Activate(time);
        var elapsed = clock.Elapsed;
        var count = next - first;
        var bytes = GC.GetTotalMemory(forceFullCollection: true) - before;
        report.Add("runtime_activations_per_s", count / elapsed.TotalSeconds, $"{callers} clients, every call to a new grain");
        report.Add("runtime_activation_bytes", (double)bytes / count, "memory that an active grain without state keeps");

        async Task Activate(TimeSpan end)
        {
            var running = Stopwatch.StartNew();
            await Task.WhenAll(Enumerable.Range(0, callers).Select(_ => Task.Run(async () =>
            {
                while (running.Elapsed < end)
                {
                    await client.GetGrain<IPing>(Interlocked.Increment(ref next)).Ping(0);
                }
            })));
        }
    }
}
