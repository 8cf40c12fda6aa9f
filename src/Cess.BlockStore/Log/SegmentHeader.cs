using System.Buffers.Binary;
using Cess.BlockStore.Files;

namespace Cess.BlockStore.Log;

/// <summary>How a segment file begins; see docs/format/block-log.md.</summary>
/// <param name="FirstHeight">The height of the segment's first block.</param>
/// <param name="Salt">
/// A random number that goes into the checksums of this segment's records: bytes of another segment, or of a block that
/// someone made to look like a record, are none here.
/// </param>
internal readonly record struct SegmentHeader(ulong FirstHeight, ulong Salt)
{
    public const int Bytes = 64;
    private const uint Version = 1;
    private const int VersionAt = 8;
    private const int FirstHeightAt = 16;
    private const int SaltAt = 24;
    private const int ChecksumAt = 60;
    private const string NameEnd = ".blocks";
    private const int HeightDigits = 20;

    private static ReadOnlySpan<byte> Magic => "CESSBLKS"u8;

    public string FileName => FirstHeight.ToString($"d{HeightDigits}") + NameEnd;

    public static bool IsFileName(string name) =>
        name.Length == HeightDigits + NameEnd.Length
        && name.EndsWith(NameEnd, StringComparison.Ordinal)
        && !name.AsSpan(0, HeightDigits).ContainsAnyExceptInRange('0', '9');

    public byte[] Encode()
    {
        byte[] header = new byte[Bytes];
        Magic.CopyTo(header);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(VersionAt), Version);
        BinaryPrimitives.WriteUInt64LittleEndian(header.AsSpan(FirstHeightAt), FirstHeight);
        BinaryPrimitives.WriteUInt64LittleEndian(header.AsSpan(SaltAt), Salt);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(ChecksumAt), Crc32C.Of(header.AsSpan(0, ChecksumAt)));
        return header;
    }

    /// <summary>Null if the bytes are no whole header.</summary>
    /// <exception cref="BlockStoreException"><see cref="BlockStoreError.UnknownVersion"/>.</exception>
    public static SegmentHeader? Decode(ReadOnlySpan<byte> header, string file)
    {
        if (header.Length < Bytes
            || !header.StartsWith(Magic)
            || BinaryPrimitives.ReadUInt32LittleEndian(header[ChecksumAt..]) != Crc32C.Of(header[..ChecksumAt]))
            return null;
        uint version = BinaryPrimitives.ReadUInt32LittleEndian(header[VersionAt..]);
        if (version != Version)
            throw new BlockStoreException(
                BlockStoreError.UnknownVersion, $"'{file}' has version {version}; this program knows {Version}.") { File = file };
        return new SegmentHeader(
            BinaryPrimitives.ReadUInt64LittleEndian(header[FirstHeightAt..]),
            BinaryPrimitives.ReadUInt64LittleEndian(header[SaltAt..]));
    }
}
