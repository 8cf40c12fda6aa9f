using System.Collections.Immutable;
using Cess.Ledger.Modules;
using Cess.Primitives;

namespace Cess.Ledger.Blocks;

/// <summary>What became of a transaction in a block.</summary>
/// <param name="TransactionId">Which one.</param>
/// <param name="Error">Why its call failed; null if it succeeded.</param>
/// <param name="Fee">What it paid to the treasury; the tip comes on top. Paid by a failed call, too.</param>
/// <param name="Events">What its call changed; none if it failed.</param>
public sealed record Receipt(Hash256 TransactionId, LedgerError? Error, Balance Fee, ImmutableArray<LedgerEvent> Events)
    : IScaleValue<Receipt>
{
    internal const int EncodedBytesMin = Hash256.Size + 3;

    internal const int EventBytesMin = 2;

    /// <summary>True if the call took effect.</summary>
    public bool IsSuccess => Error is null;

    /// <summary>The Merkle root (RFC 6962) over the events of the block's start as one leaf, then one leaf a receipt.</summary>
    public static Hash256 RootOf(ImmutableArray<LedgerEvent> startEvents, ReadOnlySpan<Receipt> receipts) =>
        MerkleTree.RootOfLeafHashes(LeavesOf(startEvents, receipts));

    /// <summary>The hashes of that tree's leaves.</summary>
    internal static Hash256[] LeavesOf(ImmutableArray<LedgerEvent> startEvents, ReadOnlySpan<Receipt> receipts)
    {
        using ScaleWriter writer = new();
        Hash256[] leaves = new Hash256[receipts.Length + 1];
        writer.WriteVector(startEvents);
        leaves[0] = MerkleTree.LeafHash(writer.WrittenSpan);
        for (int i = 0; i < receipts.Length; i++)
        {
            writer.Clear();
            receipts[i].Encode(writer);
            leaves[i + 1] = MerkleTree.LeafHash(writer.WrittenSpan);
        }

        return leaves;
    }

    /// <summary>Writes the fields in the order of their declaration.</summary>
    public void Encode(ScaleWriter writer)
    {
        writer.Write(TransactionId);
        writer.WriteOption(Error);
        writer.WriteAmount(Fee);
        writer.WriteVector(Events);
    }

    /// <summary>Reads a receipt.</summary>
    public static Receipt Decode(ref ScaleReader reader) => new(
        Hash256.Decode(ref reader),
        reader.ReadOptionalValue<LedgerError>(),
        reader.ReadAmount(),
        reader.ReadImmutable<LedgerEvent>(LedgerLimits.EventsMax, EventBytesMin));
}
