using Cess.RealFaults.Load;
using Cess.RealFaults.Rounds;

namespace Cess.RealFaults.Kinds;

/// <summary><c>kill -9</c> at a random moment of the load, once to three times.</summary>
internal sealed class KillUnderLoad : FaultKind
{
    private const int KillsMax = 3;
    private const int StepsMax = 250;

    public override string Name => "kill";

    public override async Task RunAsync(Round round)
    {
        int kills = round.Random.Next(1, KillsMax + 1);
        for (int kill = 1; kill <= kills; kill++)
        {
            int steps = round.Random.Next(StepsMax);
            round.Draw($"after {steps} answers");
            round.At($"the start before kill {kill}");
            await using NodeProcess node = await round.StartAsync();
            await using ClientLoad load = round.Load(node);
            round.At($"the load before kill {kill}");
            await load.StepAsync(steps);
            load.ExpectFailures();
            round.At($"kill {kill}");
            await node.KillAsync();
            await load.StopAsync();
            await RecoverAsync(round, node);
        }
    }
}
