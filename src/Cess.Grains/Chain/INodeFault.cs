namespace Cess.Grains.Chain;

/// <summary>What a grain calls when this node can't go on: its store has failed, so what is durable is no longer known.</summary>
public interface INodeFault
{
    /// <summary>Stops the node. It recovers by being started again.</summary>
    void Stop(string reason, Exception cause);
}
