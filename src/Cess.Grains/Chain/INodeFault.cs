namespace Cess.Grains.Chain;

/// <summary>What a grain calls when this node can't go on: its store has failed, so what is durable is no longer known.</summary>
public interface INodeFault
{
    /// <summary>Stops the node. It recovers by being started again.</summary>
    void Stop(string reason, Exception cause);
}

/// <summary>Who this node is on the chain.</summary>
/// <param name="Validators">The accounts for which it takes part in the consensus when they are elected; none for a node that follows.</param>
public sealed record NodeIdentity(System.Collections.Immutable.ImmutableArray<Primitives.AccountId> Validators);
