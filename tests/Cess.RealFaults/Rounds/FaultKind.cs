using Cess.RealFaults.Load;

namespace Cess.RealFaults.Rounds;

/// <summary>One kind of fault, and what a node has to be like under it and after it.</summary>
internal abstract class FaultKind
{
    /// <summary>What <c>--kind</c> takes.</summary>
    public abstract string Name { get; }

    /// <summary>Why this machine can't have it; null if it can.</summary>
    public virtual string? ReasonToSkip => null;

    /// <summary>The node that rounds of this kind begin with, unless they make one of their own.</summary>
    public virtual NodeOptions Options { get; } = Usual;

    /// <summary>Few miners, so that a round is short; two validators, so that votes count; snapshots and a door for other nodes, so that there is all that a node has.</summary>
    protected static NodeOptions Usual { get; } = new()
    {
        Miners = 6,
        Validators = 2,
        Policy = "4+2",
        More = ["--snapshot-blocks", "15", "--peer-port", "0"],
    };

    /// <summary>Makes the node of the kind's rounds.</summary>
    /// <param name="folder">A folder that is not there yet.</param>
    public virtual Task<Installation> MakeInstallationAsync(string folder) => Installation.MakeAsync(folder, Options);

    /// <summary>Takes that folder away.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="keep">True if somebody is to look at what is in it.</param>
    /// <returns>Where it is kept.</returns>
    public virtual string Release(string folder, bool keep)
    {
        if (!keep)
            Directory.Delete(folder, recursive: true);
        return folder;
    }

    /// <summary>Runs a round.</summary>
    /// <exception cref="BrokenPromiseException">The node did not keep what it promises.</exception>
    public abstract Task RunAsync(Round round);

    /// <summary>A kill, a start and the checks: what most rounds end with.</summary>
    protected static async Task RecoverAsync(Round round, NodeProcess node)
    {
        if (node.IsRunning)
            await node.KillAsync();
        round.At("the start after the fault");
        await using NodeProcess again = await round.StartAsync();
        round.At("the checks after the fault");
        await round.Installation.InspectAsync(again);
        round.At("the end of the round");
        await round.StopAsync(again);
    }
}
