using Cess.Simulation.Faults;

namespace Cess.Simulation.Runs;

/// <summary>
/// Looks for less that breaks the same promise: fewer kinds of faults, then less time. What remains is what one has to understand.
/// </summary>
internal sealed class Shrinker(TextWriter output)
{
    /// <summary>No failure is shorter than that; a run of less would end before its nodes are up.</summary>
    private const double MinutesMin = 0.1;

    /// <summary>A run that takes longer does not count.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(5);

    /// <summary>The smallest run that was found to break what this one breaks, with what came of it; null if this one breaks nothing.</summary>
    public async Task<(RunRequest Request, RunResult Result)?> ShrinkAsync(RunRequest request)
    {
        using var worker = new WorkerProcess();
        if (await worker.RunAsync(request, s_patience) is not { Failure: { } failure } result)
            return null;
        (RunRequest Request, RunResult Result) smallest = (request, result);
        await output.WriteLineAsync($"{request.Command}: {failure}");

        // A failure while faults last does not need the time that would have come after it.
        double failedAt = Math.Max(MinutesMin, result.VirtualSeconds / 60);
        if (failedAt < request.Minutes)
            await TryAsync(request with { Minutes = failedAt });
        foreach (FaultKind fault in result.Swarm)
            await TryAsync(smallest.Request with { Without = [.. smallest.Request.Without, fault] });
        while (smallest.Request.Minutes / 2 >= MinutesMin && await TryAsync(smallest.Request with { Minutes = smallest.Request.Minutes / 2 }))
        {
        }

        return smallest;

        async Task<bool> TryAsync(RunRequest smaller)
        {
            RunResult? tried = await worker.RunAsync(smaller, s_patience);
            if (tried?.Failure is not { } other || PromiseOf(other) != PromiseOf(failure))
                return false;
            smallest = (smaller, tried);
            await output.WriteLineAsync($"{smaller.Command}: {other}");
            return true;
        }
    }

    private static string PromiseOf(string failure) => failure.Split(':')[0];
}
