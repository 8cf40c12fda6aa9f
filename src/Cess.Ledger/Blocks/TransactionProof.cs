using System.Collections.Immutable;
using Cess.Ledger.Transactions;
using Cess.Primitives;

namespace Cess.Ledger.Blocks;

/// <summary>A transaction of a final block, what became of it, and why that is so.</summary>
/// <param name="Finality">Of the block's header.</param>
/// <param name="Count">How many transactions the block has, as far as the shape of its tree matters: a near number may fit, too.</param>
/// <param name="Index">Which of them it is, from 0.</param>
/// <param name="Transaction">The transaction.</param>
/// <param name="TransactionPath">Its audit path (RFC 6962) under the transactions root, lowest level first.</param>
/// <param name="Receipt">Its receipt, with its events.</param>
/// <param name="ReceiptPath">The receipt's audit path under the receipts root, where it is leaf <paramref name="Index"/> + 1.</param>
public sealed record TransactionProof(
    FinalityProof Finality,
    uint Count,
    uint Index,
    SignedTransaction Transaction,
    ImmutableArray<Hash256> TransactionPath,
    Receipt Receipt,
    ImmutableArray<Hash256> ReceiptPath) : IScaleValue<TransactionProof>
{
    /// <summary>The proof of one transaction of a block.</summary>
    /// <param name="record">The block.</param>
    /// <param name="finality">Shows that it is final.</param>
    /// <param name="index">Which of its transactions.</param>
    public static TransactionProof Of(BlockRecord record, FinalityProof finality, int index)
    {
        ImmutableArray<SignedTransaction> transactions = record.Block.Transactions;
        Hash256[] leaves = new Hash256[transactions.Length];
        for (int i = 0; i < leaves.Length; i++)
            leaves[i] = MerkleTree.LeafHash(transactions[i].Bytes.Span);
        return new TransactionProof(
            finality,
            (uint)transactions.Length,
            (uint)index,
            transactions[index],
            [.. MerkleTree.FromLeafHashes(leaves).ProveInclusion(index)],
            record.Receipts[index],
            [.. MerkleTree.FromLeafHashes(Receipt.LeavesOf(record.StartEvents, record.Receipts.AsSpan())).ProveInclusion(index + 1)]);
    }

    /// <summary>
    /// True if the block of the header has this transaction and this receipt of it. That the header is final is to be checked besides.
    /// </summary>
    public bool IsOf(BlockHeader header) =>
        Index < Count
        && Receipt.TransactionId == Transaction.Id
        && MerkleProof.VerifyInclusion(
            header.TransactionsRoot, Count, Index, MerkleTree.LeafHash(Transaction.Bytes.Span), TransactionPath.AsSpan())
        && MerkleProof.VerifyInclusion(
            header.ReceiptsRoot, Count + 1L, Index + 1L, MerkleTree.LeafHash(Scale.Encode(Receipt)), ReceiptPath.AsSpan());

    /// <summary>Writes the fields in the order of their declaration; the transaction with its length before it.</summary>
    public void Encode(ScaleWriter writer)
    {
        writer.Write(Finality);
        writer.WriteCompact(Count);
        writer.WriteCompact(Index);
        writer.WriteBytes(Transaction.Bytes.Span);
        writer.WriteVector(TransactionPath);
        writer.Write(Receipt);
        writer.WriteVector(ReceiptPath);
    }

    /// <summary>Reads a proof; whether it proves anything is not said.</summary>
    public static TransactionProof Decode(ref ScaleReader reader) => new(
        reader.Read<FinalityProof>(),
        reader.ReadCompactU32(),
        reader.ReadCompactU32(),
        SignedTransaction.Decode(reader.ReadBytes(LedgerLimits.TransactionBytesMax).ToArray()),
        reader.ReadImmutable<Hash256>(PrimitivesLimits.MerkleDepthMax, Hash256.Size),
        reader.Read<Receipt>(),
        reader.ReadImmutable<Hash256>(PrimitivesLimits.MerkleDepthMax, Hash256.Size));
}
