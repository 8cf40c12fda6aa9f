using System.Diagnostics;

namespace Cess.Benchmarks.Coding;

/// <summary>
/// Measures several ways to do the same work on one core of a machine that others use too: they take turns, round after
/// round, so that a disturbance hits all alike; of each the median of all rounds counts, and ratios are taken within a
/// round. The clock is this process's processor time, so that time lent to others does not count.
/// </summary>
internal sealed class Contest(long bytesPerRun)
{
    private readonly List<(string Name, Action Run)> _contenders = [];
    private readonly Dictionary<string, List<double>> _gbps = [];

    public void Add(string name, Action run)
    {
        _contenders.Add((name, run));
        _gbps.Add(name, []);
    }

    public void Measure(TimeSpan budget)
    {
        foreach ((_, Action run) in _contenders)
            run();

        // A turn lasts some milliseconds, to be well above the clock's grain and below a scheduler's time slice.
        TimeSpan turn = TimeSpan.FromMilliseconds(4);
        long start = Stopwatch.GetTimestamp();
        for (int round = 0; round < 5 || Stopwatch.GetElapsedTime(start) < budget; round++)
        {
            foreach ((string name, Action run) in _contenders)
            {
                run();
                long runs = 0;
                TimeSpan begin = Environment.CpuUsage.TotalTime;
                TimeSpan elapsed;
                do
                {
                    run();
                    runs++;
                    elapsed = Environment.CpuUsage.TotalTime - begin;
                }
                while (elapsed < turn);
                _gbps[name].Add(runs * bytesPerRun / elapsed.TotalSeconds / 1e9);
            }
        }
    }

    /// <summary>The median in GB/s.</summary>
    public double Gbps(string name) => Median(_gbps[name]);

    /// <summary>The median over the rounds of the ratio of two contenders.</summary>
    public double Ratio(string name, string peer) => Median(_gbps[name].Zip(_gbps[peer], (a, b) => a / b));

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }
}
