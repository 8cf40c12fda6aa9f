using System.Collections.Concurrent;
using Cess.Simulation.Faults;
using Cess.Simulation.Runs;

namespace Cess.Simulation.Planted;

/// <summary>Looks for each planted bug until a run fails, or so many have not.</summary>
internal static class PlantedSearch
{
    /// <summary>Seeds that may be needed to find a bug.</summary>
    public const int SeedsMax = 2_000;

    /// <summary>A run that stands still is a find, too.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    /// <summary>Prints a line a bug; gives how many were not found.</summary>
    public static async Task<int> RunAsync(IReadOnlyList<PlantedBug> bugs, int seeds, double minutes, int jobs, TextWriter output)
    {
        string program = await PlantedCopy.BuildAsync();
        var waiting = new ConcurrentQueue<PlantedBug>(bugs);
        int missed = 0;
        int found = 0;
        await Task.WhenAll(Enumerable.Range(0, jobs).Select(_ => Task.Run(async () =>
        {
            while (waiting.TryDequeue(out PlantedBug? bug))
            {
                (ulong Seed, string Failure)? find = await FindAsync(program, bug, seeds, minutes);
                string line = find is { } at ? $"found   {bug.Name} by seed {at.Seed}: {at.Failure}" : $"MISSED  {bug.Name} in {seeds} seeds";
                Interlocked.Increment(ref find is null ? ref missed : ref found);
                lock (output)
                    output.WriteLine(line);
            }
        })));
        await output.WriteLineAsync($"{found} of {found + missed} planted bugs found");
        return missed;
    }

    private static async Task<(ulong Seed, string Failure)?> FindAsync(string program, PlantedBug bug, int seeds, double minutes)
    {
        WorkerProcess? worker = null;
        try
        {
            for (ulong seed = 0; seed < (ulong)seeds; seed++)
            {
                worker ??= new WorkerProcess(program, bug.Name);
                RunResult? result = await worker.RunAsync(new RunRequest(seed, bug.Profile ?? Profile.Of(seed).Name, minutes), s_patience);
                if (result is null)
                    return (seed, "the run does not end");
                if (result.Failure is { } failure)
                    return (seed, failure.Split('\n')[0]);
            }

            return null;
        }
        finally
        {
            worker?.Dispose();
        }
    }
}
