using System.Diagnostics;
using Cess.RealFaults.Load;
using Cess.RealFaults.Rounds;

namespace Cess.RealFaults.Kinds;

/// <summary>A node that was killed under load is killed again and again while it starts.</summary>
internal sealed class KillDuringStart : FaultKind
{
    private const int KillsMin = 2;
    private const int KillsMax = 6;
    private const int StepsMax = 60;

    /// <summary>Kills come up to so much later than the node would be ready.</summary>
    private const double Later = 1.15;

    public override string Name => "kill-start";

    public override async Task RunAsync(Round round)
    {
        TimeSpan ready;
        round.At("the first start");
        await using (NodeProcess node = await round.StartAsync())
        {
            ready = node.ReadyAfter;
            await using ClientLoad load = round.Load(node);
            await load.StepAsync(round.Random.Next(StepsMax));
            load.ExpectFailures();
            await node.KillAsync();
            await load.StopAsync();
        }

        int kills = round.Random.Next(KillsMin, KillsMax + 1);
        round.Draw($"{kills} kills");
        for (int kill = 1; kill <= kills; kill++)
        {
            TimeSpan moment = ready * (round.Random.NextDouble() * Later);
            round.At($"kill {kill} of {kills}, {moment.TotalMilliseconds:0} ms after the start");
            await using NodeProcess starting = NodeProcess.Launch(round.Installation.Data, round.Installation.Options);
            long since = Stopwatch.GetTimestamp();
            await Eventually.SeeAsync("the moment of the kill", moment + TestLimits.Stop,
                () => Task.FromResult(Stopwatch.GetElapsedTime(since) >= moment ? "now" : null));
            BrokenPromiseException.Unless(starting.IsRunning, $"The node ended by itself with exit code {(starting.IsRunning ? 0 : starting.ExitCode)}.\n{Recovery.LastWords(starting)}");
            await starting.KillAsync();
        }

        round.At("the last start");
        await using NodeProcess last = await round.StartAsync();
        round.At("the checks");
        await round.Installation.InspectAsync(last);
        await round.StopAsync(last);
    }
}
