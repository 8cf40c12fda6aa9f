using System.Collections.Immutable;
using Cess.Ledger.Modules;
using Cess.Primitives;

namespace Cess.Ledger.Blocks;

/// <summary>What the start of a final block changed, before its first transaction, and why that is so.</summary>
/// <param name="Finality">Of the block's header.</param>
/// <param name="Count">How many transactions the block has, as far as the shape of its tree matters: a near number may fit, too.</param>
/// <param name="Events">What happened; often nothing.</param>
/// <param name="Path">The audit path (RFC 6962) of the events, which are leaf 0 under the receipts root, lowest level first.</param>
public sealed record StartEventsProof(
    FinalityProof Finality, uint Count, ImmutableArray<LedgerEvent> Events, ImmutableArray<Hash256> Path) : IScaleValue<StartEventsProof>
{
    /// <summary>The proof of a block's start.</summary>
    /// <param name="record">The block.</param>
    /// <param name="finality">Shows that it is final.</param>
    public static StartEventsProof Of(BlockRecord record, FinalityProof finality) => new(
        finality,
        (uint)record.Receipts.Length,
        record.StartEvents,
        [.. MerkleTree.FromLeafHashes(Receipt.LeavesOf(record.StartEvents, record.Receipts.AsSpan())).ProveInclusion(0)]);

    /// <summary>True if the block of the header began with these events. That the header is final is to be checked besides.</summary>
    public bool IsOf(BlockHeader header) => MerkleProof.VerifyInclusion(
        header.ReceiptsRoot, Count + 1L, 0, Receipt.LeavesOf(Events, [])[0], Path.AsSpan());

    /// <summary>Writes the fields in the order of their declaration.</summary>
    public void Encode(ScaleWriter writer)
    {
        writer.Write(Finality);
        writer.WriteCompact(Count);
        writer.WriteVector(Events);
        writer.WriteVector(Path);
    }

    /// <summary>Reads a proof; whether it proves anything is not said.</summary>
    public static StartEventsProof Decode(ref ScaleReader reader) => new(
        reader.Read<FinalityProof>(),
        reader.ReadCompactU32(),
        reader.ReadImmutable<LedgerEvent>(LedgerLimits.EventsMax, Receipt.EventBytesMin),
        reader.ReadImmutable<Hash256>(PrimitivesLimits.MerkleDepthMax, Hash256.Size));
}
