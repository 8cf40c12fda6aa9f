using Cess.RealFaults.Load;
using Cess.RealFaults.Rounds;

namespace Cess.RealFaults.Kinds;

/// <summary>
/// Hundreds of clients that don't keep to the rules, at one of the doors. Those that do go on being served, each within a bound and none
/// with a failure, and when the others have gone, what they took has been given back.
/// </summary>
internal sealed class BrokenClients : FaultKind
{
    private const int StepsBefore = 60;
    private const int StepsAfter = 10;

    private static readonly (string Door, string Name, Func<HostileClients, Task> Attack)[] s_attacks =
    [
        ("s3", "slow headers", clients => clients.SendSlowHeadersAsync()),
        ("s3", "half bodies", clients => clients.SendHalfBodiesAsync()),
        ("s3", "slow bodies", clients => clients.SendSlowBodiesAsync()),
        ("s3", "slow readers", clients => clients.ReadSlowlyAsync()),
        ("s3", "idle flood", clients => clients.FloodAsync()),
        ("s3", "pipelines", clients => clients.PipelineAsync()),
        ("s3", "garbage", clients => clients.SendGarbageAsync()),
        ("rest", "slow headers", clients => clients.SendSlowHeadersAsync()),
        ("rest", "half bodies", clients => clients.SendHalfBodiesAsync()),
        ("rest", "slow bodies", clients => clients.SendSlowBodiesAsync()),
        ("rest", "idle flood", clients => clients.FloodAsync()),
        ("rest", "pipelines", clients => clients.PipelineAsync()),
        ("peers", "idle flood", clients => clients.FloodAsync()),
        ("peers", "garbage", clients => clients.SendGarbageAsync()),
        ("peers", "half handshakes", clients => clients.BeginHandshakesAsync()),
    ];

    public override string Name => "broken-clients";

    public override async Task RunAsync(Round round)
    {
        round.At("the start");
        await using NodeProcess node = await round.StartAsync();
        await using ClientLoad load = round.Load(node);
        await load.StepAsync(StepsBefore);
        (int handles, int threads, long memory) = (node.Handles(), node.Threads(), node.Memory());

        // Two at a time, so that all come within eight turns.
        foreach (int number in (int[])[2 * round.Turn, (2 * round.Turn) + 1])
        {
            (string door, string name, Func<HostileClients, Task> attack) = s_attacks[number % s_attacks.Length];
            round.Draw($"{name} at {door}");
            round.At($"{name} at {door}");
            Uri address = door == "s3" ? node.Info.S3 : door == "rest" ? node.Info.Http : node.Info.Peer!;
            await attack(new HostileClients(node.Info, address, door == "s3", new Random(round.Random.Next())));
            BrokenPromiseException.Unless(node.IsRunning, $"The node has ended under {name}.\n{Recovery.LastWords(node)}");
            await load.StepAsync(StepsAfter);
        }

        round.At("the end of the load");
        await load.StopAsync();
        BrokenPromiseException.Unless(
            load.Slowest < FaultLimits.HonestAnswer, $"An honest client waited {load.Slowest.TotalSeconds:0.0} s for an answer.");
        round.Draw($"slowest answer {load.Slowest.TotalSeconds:0.0} s");
        round.At("the release of what hostile clients had taken");
        await ReleasedAsync("handles", handles + FaultLimits.HandlesLeftMax, () => node.Handles());
        await ReleasedAsync("threads", threads + FaultLimits.ThreadsLeftMax, () => node.Threads());
        await ReleasedAsync("bytes of memory", memory + FaultLimits.MemoryLeftMax, node.Memory);
        round.At("the checks");
        await round.Installation.InspectAsync(node);
        await round.StopAsync(node);
    }

    private static async Task ReleasedAsync(string what, long max, Func<long> look)
    {
        try
        {
            await Eventually.SeeAsync(what, FaultLimits.Release, () => Task.FromResult(look() <= max ? what : null));
        }
        catch (TimeoutException)
        {
            throw new BrokenPromiseException($"{look()} {what} are still taken; at most {max} should be.");
        }
    }
}
