using System.Collections.Concurrent;
using System.Diagnostics;

namespace Cess.Simulation.Runs;

/// <summary>Makes many runs, several at a time, each kind of trouble with a run being an answer.</summary>
internal sealed class BatchRunner(int jobs)
{
    /// <summary>Runs of one batch.</summary>
    public const ulong RunsMax = 1_000_000;

    /// <summary>A run that takes longer has lost its way; that is a failure, too.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(5);

    public async Task<BatchSummary> RunAsync(IReadOnlyList<RunRequest> requests, bool twice, bool log)
    {
        long started = Stopwatch.GetTimestamp();
        var waiting = new ConcurrentQueue<RunRequest>(requests);
        var summary = new BatchSummary();
        await Task.WhenAll(Enumerable.Range(0, Math.Min(jobs, requests.Count)).Select(_ => WorkAsync(waiting, summary, twice, log)));
        summary.Elapsed = Stopwatch.GetElapsedTime(started);
        return summary;
    }

    private static async Task WorkAsync(ConcurrentQueue<RunRequest> waiting, BatchSummary summary, bool twice, bool log)
    {
        WorkerProcess? worker = null;
        WorkerProcess? second = null;
        while (waiting.TryDequeue(out RunRequest? request))
        {
            RunResult? result = await (worker ??= new WorkerProcess()).RunAsync(request with { Log = log }, s_patience);
            if (result is null)
            {
                summary.AddLost(request);
                worker.Dispose();
                worker = null;
                continue;
            }

            summary.Add(request, result);
            if (!twice)
                continue;
            // The other process has made other runs before.
            RunResult? again = await (second ??= new WorkerProcess()).RunAsync(request, s_patience);
            summary.AddRepeated(request, result, again);
        }

        worker?.Dispose();
        second?.Dispose();
    }
}
