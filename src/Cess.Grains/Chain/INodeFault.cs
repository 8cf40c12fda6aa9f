namespace Cess.Grains.Chain;

/// <summary>What a grain calls when this node can't go on: its store has failed, so what is durable is no longer known.</summary>
public interface INodeFault
{
    /// <summary>Stops the node. It recovers by being started again.</summary>
    void Stop(string reason, Exception cause);
}

/// <summary>Who this node is on the chain.</summary>
/// <param name="Validator">The account whose consensus grain sequences blocks here.</param>
public sealed record NodeIdentity(Primitives.AccountId Validator);
