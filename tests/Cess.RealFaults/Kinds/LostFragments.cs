using Cess.RealFaults.Load;
using Cess.RealFaults.Rounds;

namespace Cess.RealFaults.Kinds;

/// <summary>
/// As many miners as a policy bears lose their fragments, or have them spoilt, while the node runs or while it is down. Every object comes
/// back as it was.
/// </summary>
internal sealed class LostFragments : FaultKind
{
    private const int ParityFragments = 2;
    private const int StepsMin = 60;
    private const int StepsMax = 120;
    private const double Deletions = 0.3;

    public override string Name => "lost-fragments";

    /// <summary>Two miners more than a segment needs, so that what is new finds a place.</summary>
    public override NodeOptions Options { get; } = Usual with { Miners = 8 };

    public override async Task RunAsync(Round round)
    {
        Installation whole = round.Installation;
        bool isRunning = round.Random.Next(2) == 0;
        round.Draw(isRunning ? "while it runs" : "while it is down");
        round.At("the load before the loss");
        await using (NodeProcess node = await round.StartAsync())
        {
            await using ClientLoad load = round.Load(node);
            await load.StepAsync(round.Random.Next(StepsMin, StepsMax));
            await load.StopAsync();
            await whole.InspectAsync(node);
            await round.StopAsync(node);
        }

        string copy = whole.Data + "-damaged";
        using Installation damaged = whole.CopyTo(copy);
        if (!isRunning)
            Spoil(round, copy);
        round.At("the start");
        await using (NodeProcess node = await NodeProcess.StartAsync(copy, whole.Options))
        {
            if (isRunning)
                Spoil(round, copy);
            round.At("reading what has lost fragments");
            await damaged.InspectAsync(node);
            await round.StopAsync(node);
        }

        round.At("the start after the loss");
        await using NodeProcess again = await NodeProcess.StartAsync(copy, whole.Options);
        await damaged.InspectAsync(again);
        await round.StopAsync(again);
        Directory.Delete(copy, recursive: true);
    }

    private static void Spoil(Round round, string data)
    {
        string[] miners = [.. Directory.GetDirectories(Path.Combine(data, "miners")).Order()];
        round.Random.Shuffle(miners);
        foreach (string miner in miners.Take(ParityFragments))
        {
            Damage? damage = round.Random.NextDouble() < Deletions ? null : Damage.All[round.Random.Next(Damage.All.Count)];
            round.Draw(damage?.Name ?? "no file");
            foreach (string file in Directory.EnumerateFiles(miner, "*", SearchOption.AllDirectories).Where(file => Path.GetFileName(file) != ".lock"))
            {
                if (damage is null)
                    File.Delete(file);
                else
                    damage.ApplyTo(file, round.Random);
            }
        }
    }
}
