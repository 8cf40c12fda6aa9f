using System.Collections.Immutable;
using Cess.Ledger.Modules;
using Cess.Primitives;

namespace Cess.Ledger.Blocks;

/// <summary>What a node keeps of a block: the block, what executing it gave, and why it is final.</summary>
/// <param name="Block">The block.</param>
/// <param name="StartEvents">What the start of the block changed, before its first transaction.</param>
/// <param name="Receipts">One a transaction, in their order.</param>
/// <param name="Certificate">Makes the block final; null for block 0, and where a later block's does it.</param>
public sealed record BlockRecord(
    Block Block, ImmutableArray<LedgerEvent> StartEvents, ImmutableArray<Receipt> Receipts, Certificate? Certificate)
    : IScaleValue<BlockRecord>
{
    /// <summary>True if transactions, events and receipts are those that the header commits to.</summary>
    public bool HasItsContent() => Block.HasItsTransactions()
        && MerkleTree.RootOfLeafHashes(Receipt.LeavesOf(StartEvents, Receipts.AsSpan())) == Block.Header.ReceiptsRoot;

    /// <summary>Writes the fields in the order of their declaration.</summary>
    public void Encode(ScaleWriter writer)
    {
        writer.Write(Block);
        writer.WriteVector(StartEvents);
        writer.WriteVector(Receipts);
        writer.WriteOption(Certificate);
    }

    /// <summary>Reads a record; checks bounds, not roots.</summary>
    public static BlockRecord Decode(ref ScaleReader reader)
    {
        if (reader.Remaining > LedgerLimits.BlockRecordBytesMax)
            throw new ScaleException(ScaleError.TooLong, reader.Offset, "a stored block is too long.");

        return new BlockRecord(
            reader.Read<Block>(),
            reader.ReadImmutable<LedgerEvent>(LedgerLimits.EventsMax, Receipt.EventBytesMin),
            reader.ReadImmutable<Receipt>(LedgerLimits.BlockTransactionsMax, Receipt.EncodedBytesMin),
            reader.ReadOptional<Certificate>());
    }
}
