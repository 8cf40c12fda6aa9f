using Cess.BlockStore;
using Cess.Consensus.Messages;
using Cess.Consensus;
using Cess.Grains.Chain;
using Cess.Grains;
using Cess.Ledger.Blocks;
using Cess.Primitives;
using Cess.Simulation.Checks;

namespace Cess.Simulation.World;

/// <summary>
/// As <c>Cess.Node</c>'s follower, over the simulated network: brings final blocks to a node whose validator is not one of the era.
/// </summary>
internal sealed class SimulatedFollower(
    SimulatedWorld world, SimulatedNode node, LedgerHead head, CandidateBlocks candidates, IGrainFactory grains, TimeProvider time)
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(1);
    private bool _isTaking;

    public async Task RunAsync()
    {
        while (true)
        {
            await Task.Delay(s_interval, time);
            if (!head.Head.EraMembers().Accounts.Contains(node.Validator.Id) && !_isTaking)
                Ask();
        }
    }

    private void Ask()
    {
        SimulatedNode other = world.NetworkDice.Pick(world.Nodes);
        ulong above = head.Head.Height;
        if (other == node)
            return;
        world.Network.Deliver(node.Index, other.Index, TimeSpan.Zero, () => other.ServeFinalBlocks(above, blocks =>
            world.Network.Deliver(other.Index, node.Index, TimeSpan.Zero, () => node.OnLife(_ => world.Spawn(() => TakeAsync(blocks))))));
    }

    private async Task TakeAsync(byte[] bytes)
    {
        LedgerState state = head.Head;
        if (Scale.Decode<ConsensusMessage>(bytes) is not FinalBlocks blocks || blocks.Blocks[0].Header.Height != state.Height + 1)
            return;
        if (blocks.Verify(state, SharedKeyCache.Instance) != ConsensusError.None)
        {
            world.Sometimes(Rare.FollowerRefusedBlocks);
            return;
        }

        _isTaking = true;
        try
        {
            await grains.GetGrain<IChainGrain>(StreamNames.ChainKey).FinaliseAsync(
                candidates.Offer(blocks.Blocks, blocks.Links.IsEmpty ? blocks.Certificate : null));
            world.Sometimes(Rare.FollowerTookBlocks);
        }
        finally
        {
            _isTaking = false;
        }
    }
}
