using Cess.Grains;
using Cess.Node.Setup;
using Cess.Primitives;
using Orleans;

namespace Cess.Node.Network.Snapshots;

/// <summary>The last step of taking another node's state, before any block follows: its handovers are kept where this node's own are.</summary>
internal sealed class HandoverAdoption(IGrainFactory grains, NodeFolder folder, SnapshotProof proof) : IHostedService
{
    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        IHandoverKeeperGrain keeper = grains.GetGrain<IHandoverKeeperGrain>(StreamNames.ChainKey);
        // In parts: no call takes long, however many eras there were.
        foreach (var part in proof.Handovers.Chunk(NodeLimits.HandoversAdoptedAtOnce))
            await keeper.AdoptAsync([.. part.Select(handover => new StoredHandover(handover.Era.Index - 1, Scale.Encode(handover)))]);
        SnapshotCatchUp.Forget(folder);
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
