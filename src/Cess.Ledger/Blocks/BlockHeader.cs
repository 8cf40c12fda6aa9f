using Cess.Primitives;

namespace Cess.Ledger.Blocks;

/// <summary>What a certificate finalises, and what a light client keeps.</summary>
/// <param name="Height">Blocks before this one.</param>
/// <param name="Parent">Hash of the block before; of the genesis for block 0.</param>
/// <param name="TimeMs">The proposer's time in milliseconds since 1970, never before the parent's.</param>
/// <param name="Proposer">The account that gets the tips.</param>
/// <param name="TransactionsRoot">Merkle root (RFC 6962) over the signed transactions' bytes.</param>
/// <param name="ReceiptsRoot">Merkle root over the events of the block's start, then the receipts.</param>
/// <param name="StateRoot">Root of the state after the block.</param>
public sealed record BlockHeader(
    ulong Height,
    Hash256 Parent,
    ulong TimeMs,
    AccountId Proposer,
    Hash256 TransactionsRoot,
    Hash256 ReceiptsRoot,
    Hash256 StateRoot) : IScaleValue<BlockHeader>
{
    /// <summary>The version that this code makes and accepts.</summary>
    public const byte CurrentVersion = 1;

    internal const int EncodedBytesMin = 3 + (5 * Hash256.Size);

    /// <summary>Version of the block's format and rules.</summary>
    public byte Version { get; init; } = CurrentVersion;

    /// <summary>The block's hash: SHA-256 of the header's encoding.</summary>
    public Hash256 ComputeHash() => Scale.Sha256(this);

    /// <summary>Writes the version, then the fields in the order of their declaration.</summary>
    public void Encode(ScaleWriter writer)
    {
        writer.WriteU8(Version);
        writer.WriteCompact(Height);
        writer.Write(Parent);
        writer.WriteCompact(TimeMs);
        writer.Write(Proposer);
        writer.Write(TransactionsRoot);
        writer.Write(ReceiptsRoot);
        writer.Write(StateRoot);
    }

    /// <summary>Reads a header of any version.</summary>
    public static BlockHeader Decode(ref ScaleReader reader)
    {
        byte version = reader.ReadU8();
        return new BlockHeader(
            reader.ReadCompactU64(),
            Hash256.Decode(ref reader),
            reader.ReadCompactU64(),
            AccountId.Decode(ref reader),
            Hash256.Decode(ref reader),
            Hash256.Decode(ref reader),
            Hash256.Decode(ref reader))
        {
            Version = version,
        };
    }
}
