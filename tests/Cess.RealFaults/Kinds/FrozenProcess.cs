using System.Diagnostics;
using Cess.RealFaults.Load;
using Cess.RealFaults.Rounds;

namespace Cess.RealFaults.Kinds;

/// <summary>SIGSTOP for some seconds under load. Then the process goes on and nobody's request has failed, or it is killed as it stands.</summary>
internal sealed class FrozenProcess : FaultKind
{
    private const double Kills = 0.35;
    private const int FreezesMax = 2;
    private const int StepsMax = 120;
    private const double SecondsMin = 0.5;
    private const double SecondsMax = 3;

    public override string Name => "freeze";

    public override async Task RunAsync(Round round)
    {
        round.At("the start");
        await using NodeProcess node = await round.StartAsync();
        await using ClientLoad load = round.Load(node);
        int freezes = round.Random.Next(1, FreezesMax + 1);
        bool isKilled = round.Random.NextDouble() < Kills;
        for (int freeze = 1; freeze <= freezes; freeze++)
        {
            round.At($"the load before freeze {freeze}");
            await load.StepAsync(round.Random.Next(1, StepsMax));
            double seconds = SecondsMin + (round.Random.NextDouble() * (SecondsMax - SecondsMin));
            round.Draw($"{seconds:0.0} s");
            round.At($"freeze {freeze}");
            node.Freeze();
            long since = Stopwatch.GetTimestamp();
            await Eventually.SeeAsync("the end of the freeze", TimeSpan.FromMinutes(1),
                () => Task.FromResult(Stopwatch.GetElapsedTime(since).TotalSeconds >= seconds ? "now" : null));
            if (isKilled && freeze == freezes)
            {
                round.Draw("killed");
                load.ExpectFailures();
                await node.KillAsync();
            }
            else
            {
                node.Thaw();
                await load.StepAsync(10);
            }
        }

        round.At("the end of the load");
        await load.StopAsync();
        if (!isKilled)
        {
            round.At("the checks of the process that went on");
            await round.Installation.InspectAsync(node);
        }

        await RecoverAsync(round, node);
    }
}
