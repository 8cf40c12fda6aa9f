namespace Cess.Grains.Chain;

/// <summary>Passes transactions on to other nodes, so that whichever validator proposes next has them.</summary>
public interface ITransactionGossip
{
    /// <summary>Sends transactions to other nodes, without waiting. Some or all of them may be lost.</summary>
    /// <param name="transactions">At most <see cref="GrainLimits.TransactionsPerBatch"/>; each element holds the SCALE bytes of one signed transaction.</param>
    void Spread(IReadOnlyList<ReadOnlyMemory<byte>> transactions);
}

/// <summary>For a node that runs all validators of its network itself: there is nobody to send to.</summary>
public sealed class NoGossip : ITransactionGossip
{
    /// <inheritdoc/>
    public void Spread(IReadOnlyList<ReadOnlyMemory<byte>> transactions)
    {
    }
}
