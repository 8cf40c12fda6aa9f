namespace Cess.Ledger.Blocks;

/// <summary>How much goes into a block; the chain's own bounds are <see cref="Protocol"/>.</summary>
/// <param name="Transactions">Most transactions.</param>
/// <param name="TransactionBytes">Most bytes of transactions together.</param>
/// <param name="ReceiptBytes">Most bytes of receipts together.</param>
/// <param name="ReceiptBytesEach">Most bytes of one receipt.</param>
internal sealed record BlockBounds(int Transactions, int TransactionBytes, int ReceiptBytes, int ReceiptBytesEach)
{
    public static BlockBounds Protocol { get; } = new(
        LedgerLimits.BlockTransactionsMax,
        LedgerLimits.BlockTransactionBytesMax,
        LedgerLimits.BlockReceiptBytesMax,
        LedgerLimits.ReceiptBytesMax);
}
