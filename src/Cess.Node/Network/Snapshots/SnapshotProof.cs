using System.Collections.Immutable;
using Cess.Ledger.Blocks;
using Cess.Node.Setup;
using Cess.Primitives;

namespace Cess.Node.Network.Snapshots;

/// <summary>
/// What was proven with a snapshot of another node, and what this node keeps of it beside the state: the block, with which its own
/// blocks begin, and the handovers, by which light clients follow the chain through it.
/// </summary>
/// <param name="Block">The block's record, with a certificate.</param>
/// <param name="Handovers">Out of the eras that this node has not executed, oldest first.</param>
internal sealed record SnapshotProof(BlockRecord Block, ImmutableArray<EraHandover> Handovers) : IScaleValue<SnapshotProof>
{
    private const int HandoverBytesMin = 7 * Hash256.Size;

    public ulong Height => Block.Block.Header.Height;

    public void Encode(ScaleWriter writer)
    {
        writer.WriteBytes(Scale.Encode(Block));
        writer.WriteVector(Handovers.AsSpan());
    }

    public static SnapshotProof Decode(ref ScaleReader reader) => new(
        Scale.Decode<BlockRecord>(reader.ReadBytes(Ledger.LedgerLimits.BlockRecordBytesMax)),
        [.. reader.ReadVector<EraHandover>(NodeLimits.HandoversTakenMax, HandoverBytesMin)]);
}
