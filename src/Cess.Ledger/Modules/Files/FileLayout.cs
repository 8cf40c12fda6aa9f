using System.Collections.Immutable;
using Cess.Ledger.Modules.Miners;
using Cess.Primitives;

namespace Cess.Ledger.Modules.Files;

/// <summary>How a file's segments are coded: any <paramref name="DataFragments"/> of a segment's fragments give it back.</summary>
/// <param name="DataFragments">k, at least 1.</param>
/// <param name="ParityFragments">m, at least 0; k + m is at most <see cref="LedgerLimits.FragmentsPerSegmentMax"/>.</param>
public readonly record struct FilePolicy(byte DataFragments, byte ParityFragments) : IScaleValue<FilePolicy>
{
    /// <summary>k + m.</summary>
    public int Fragments => DataFragments + ParityFragments;

    /// <summary>True if the numbers are within their bounds.</summary>
    public bool IsValid => DataFragments > 0 && Fragments <= LedgerLimits.FragmentsPerSegmentMax;

    /// <summary>Bytes of each fragment of a segment: ⌈length / k⌉.</summary>
    public uint FragmentBytes(uint segmentLength) => (segmentLength + DataFragments - 1u) / DataFragments;

    /// <summary>Writes k and m.</summary>
    public void Encode(ScaleWriter writer)
    {
        writer.WriteU8(DataFragments);
        writer.WriteU8(ParityFragments);
    }

    /// <summary>Reads k and m.</summary>
    public static FilePolicy Decode(ref ScaleReader reader) => new(reader.ReadU8(), reader.ReadU8());

    /// <summary>Such as "4+8".</summary>
    public override string ToString() => $"{DataFragments}+{ParityFragments}";
}

/// <summary>A fragment and who stores it.</summary>
/// <param name="Root">The root of the fragment's Merkle tree, which names its content.</param>
/// <param name="Miner">Who stores it.</param>
public readonly record struct FileFragment(Hash256 Root, MinerId Miner) : IScaleValue<FileFragment>
{
    internal const int EncodedBytesMin = Hash256.Size + 1;

    /// <summary>Writes root and miner.</summary>
    public void Encode(ScaleWriter writer)
    {
        writer.Write(Root);
        writer.Write(Miner);
    }

    /// <summary>Reads root and miner.</summary>
    public static FileFragment Decode(ref ScaleReader reader) => new(Hash256.Decode(ref reader), MinerId.Decode(ref reader));
}

/// <summary>A stretch of a part's ciphertext that was coded on its own.</summary>
/// <param name="Length">Bytes of ciphertext, 1 to <see cref="LedgerLimits.SegmentBytesMax"/>.</param>
/// <param name="Fragments">Its k data fragments in order, then its m parity fragments, on distinct miners.</param>
public sealed record FileSegment(uint Length, ImmutableArray<FileFragment> Fragments) : IScaleValue<FileSegment>
{
    /// <summary>Writes the length and the fragments.</summary>
    public void Encode(ScaleWriter writer)
    {
        writer.WriteCompact(Length);
        writer.WriteVector(Fragments);
    }

    /// <summary>Reads a segment.</summary>
    public static FileSegment Decode(ref ScaleReader reader) => new(
        reader.ReadCompactU32(),
        reader.ReadImmutable<FileFragment>(LedgerLimits.FragmentsPerSegmentMax, FileFragment.EncodedBytesMin));
}

/// <summary>A part of a file, encrypted under a key of its own: a plain upload is one, a multipart upload has many.</summary>
/// <param name="Salt">What the part's key is derived with; <see cref="LedgerLimits.PartSaltBytes"/> bytes.</param>
/// <param name="PlainLength">Bytes of plaintext.</param>
/// <param name="Segments">Its ciphertext, in order.</param>
public sealed record FilePart(ReadOnlyMemory<byte> Salt, ulong PlainLength, ImmutableArray<FileSegment> Segments)
    : IScaleValue<FilePart>
{
    internal const int EncodedBytesMin = LedgerLimits.PartSaltBytes + 2;

    private const int SegmentBytesMin = 2;

    /// <summary>Writes the fields in the order of their declaration.</summary>
    public void Encode(ScaleWriter writer)
    {
        writer.WriteFixed(Salt.Span);
        writer.WriteCompact(PlainLength);
        writer.WriteVector(Segments);
    }

    /// <summary>Reads a part.</summary>
    public static FilePart Decode(ref ScaleReader reader) => new(
        reader.ReadFixed(LedgerLimits.PartSaltBytes).ToArray(),
        reader.ReadCompactU64(),
        reader.ReadImmutable<FileSegment>(LedgerLimits.SegmentsMax, SegmentBytesMin));
}
