using Cess.Consensus.Messages;
using Cess.Grains.Chain;
using Cess.Primitives;

namespace Cess.Simulation.World;

/// <summary>Takes what one node's grains send to the simulated network, in bytes.</summary>
internal sealed class NodeRouter(SimulatedNetwork network, SimulatedNode node, Life life) : IConsensusNetwork, ITransactionGossip
{
    public void Send(AccountId from, IReadOnlyList<AccountId> to, ConsensusMessage message)
    {
        if (!life.IsAlive)
            return;
        foreach (AccountId validator in to)
            network.Send(node, validator, message);
    }

    public void Spread(IReadOnlyList<ReadOnlyMemory<byte>> transactions)
    {
        if (life.IsAlive)
            network.Spread(node, transactions);
    }
}
