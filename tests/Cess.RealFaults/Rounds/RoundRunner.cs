using System.Diagnostics;
using Cess.RealFaults.Kinds;
using Cess.RealFaults.Load;

namespace Cess.RealFaults.Rounds;

/// <summary>Runs rounds, each kind in turn, and sums up.</summary>
/// <param name="folder">Where the nodes' folders go.</param>
/// <param name="output">Gets a line a round, and the summary.</param>
internal sealed class RoundRunner(string folder, TextWriter output) : IDisposable
{
    private readonly Dictionary<FaultKind, (string Folder, Installation Installation)> _nodes = [];
    private readonly Dictionary<string, (int Rounds, int Failed, TimeSpan Time)> _sums = [];
    private int _folders;

    /// <summary>Which turn of its kind the first round is.</summary>
    public int FirstTurn { get; init; }

    public static IReadOnlyList<FaultKind> Kinds { get; } =
    [
        new KillUnderLoad(), new KillDuringStart(), new FrozenProcess(), new FullDisk(), new FailingDisk(), new BrokenClients(),
        new DamagedFiles(), new LostFragments(),
    ];

    public static FaultKind? Find(string name) => Kinds.FirstOrDefault(kind => kind.Name == name);

    /// <summary>Runs rounds with the seeds from one on; each takes the next kind that the machine can have.</summary>
    /// <returns>How many failed.</returns>
    public async Task<int> RunAsync(IReadOnlyList<FaultKind> kinds, int rounds, int seed, TimeSpan timeMax)
    {
        FaultKind[] possible = [.. kinds.Where(kind => kind.ReasonToSkip is null)];
        foreach (FaultKind kind in kinds.Except(possible))
            output.WriteLine($"SKIPPED on this machine: {kind.Name}: {kind.ReasonToSkip}");
        long since = Stopwatch.GetTimestamp();
        int ran = 0;
        for (; ran < rounds && possible.Length > 0 && Stopwatch.GetElapsedTime(since) < timeMax; ran++)
            await RunAsync(possible[ran % possible.Length], seed + ran, ran + 1);

        output.WriteLine();
        foreach (FaultKind kind in kinds)
        {
            (int count, int failed, TimeSpan time) = _sums.GetValueOrDefault(kind.Name);
            output.WriteLine(kind.ReasonToSkip is { } reason
                ? $"{kind.Name,-16} SKIPPED: {reason}"
                : $"{kind.Name,-16} {count,4} rounds {failed,3} failed {time.TotalSeconds,7:0.0} s, {time.TotalSeconds / Math.Max(count, 1):0.0} s each");
        }

        int failures = _sums.Values.Sum(sum => sum.Failed);
        output.WriteLine(ran < rounds ? $"Only {ran} of {rounds} rounds were run." : "");
        output.WriteLine($"{ran} rounds, {failures} failed, {Stopwatch.GetElapsedTime(since).TotalSeconds:0} s, seeds {seed} to {seed + ran - 1}");
        return failures + (ran < rounds && timeMax == TimeSpan.MaxValue ? 1 : 0);
    }

    public void Dispose()
    {
        foreach ((FaultKind kind, (string place, Installation installation)) in _nodes)
        {
            installation.Dispose();
            kind.Release(place, keep: false);
        }
    }

    private async Task RunAsync(FaultKind kind, int seed, int number)
    {
        long since = Stopwatch.GetTimestamp();
        Round? round = null;
        Exception? failure = null;
        int turn = FirstTurn + _sums.GetValueOrDefault(kind.Name).Rounds;
        try
        {
            if (!_nodes.TryGetValue(kind, out (string Folder, Installation Installation) node))
            {
                string place = Path.Combine(folder, $"{kind.Name}-{++_folders}");
                _nodes[kind] = node = (place, await kind.MakeInstallationAsync(place));
            }

            round = new Round(new Random(seed), turn, node.Installation);
            await kind.RunAsync(round);
        }
        catch (Exception e)
        {
            failure = e;
        }

        TimeSpan took = Stopwatch.GetElapsedTime(since);
        (int rounds, int failed, TimeSpan time) = _sums.GetValueOrDefault(kind.Name);
        _sums[kind.Name] = (rounds + 1, failed + (failure is null ? 0 : 1), time + took);
        output.WriteLine($"{number,4} {kind.Name,-16} seed {seed,-10} {took.TotalSeconds,5:0.0} s  {(failure is null ? "passed" : "FAILED")}  {round?.Drawn}");
        if (failure is not null)
            Report(kind, seed, turn, round, failure);
    }

    /// <summary>The folder stays as the failure has left it; the next round of the kind gets a new one.</summary>
    private void Report(FaultKind kind, int seed, int turn, Round? round, Exception failure)
    {
        output.WriteLine($"     at {round?.Step ?? "the making of its node"}: {failure.GetType().Name}: {failure.Message}");
        if (failure is not BrokenPromiseException)
            output.WriteLine(failure.StackTrace);
        if (_nodes.Remove(kind, out (string Place, Installation Installation) kept))
        {
            kept.Installation.Dispose();
            output.WriteLine($"     data: {kind.Release(kept.Place, keep: true)}");
        }

        output.WriteLine($"     again: dotnet run -c Release --project tests/Cess.RealFaults -- --kind {kind.Name} --seed {seed} --turn {turn} --rounds 1");
    }
}
