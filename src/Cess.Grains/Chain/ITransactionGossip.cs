namespace Cess.Grains.Chain;

/// <summary>Spreads transactions to the nodes whose validators may propose next.</summary>
public interface ITransactionGossip
{
    /// <summary>Sends them, without waiting and without a promise: they may be lost.</summary>
    /// <param name="transactions">Each the SCALE bytes of one signed transaction, at most <see cref="GrainLimits.TransactionsPerBatch"/>.</param>
    void Spread(IReadOnlyList<ReadOnlyMemory<byte>> transactions);
}

/// <summary>For a node whose validators are all there are.</summary>
public sealed class NoGossip : ITransactionGossip
{
    /// <inheritdoc/>
    public void Spread(IReadOnlyList<ReadOnlyMemory<byte>> transactions)
    {
    }
}
