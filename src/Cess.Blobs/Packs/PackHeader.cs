using System.Buffers.Binary;
using Cess.BlockStore.Files;

namespace Cess.Blobs.Packs;

/// <summary>How a pack file begins; see docs/format/packs.md.</summary>
/// <param name="Number">Packs are numbered in the order in which they were begun.</param>
/// <param name="Salt">A random number that goes into the checksums of this pack's records.</param>
internal readonly record struct PackHeader(ulong Number, ulong Salt)
{
    public const int Bytes = 64;
    private const uint Version = 1;
    private const int VersionAt = 8;
    private const int NumberAt = 16;
    private const int SaltAt = 24;
    private const int ChecksumAt = 60;
    private const string NameEnd = ".pack";
    private const int NumberDigits = 20;

    private static ReadOnlySpan<byte> Magic => "CESSPACK"u8;

    public string FileName => Number.ToString($"d{NumberDigits}") + NameEnd;

    public static bool IsFileName(string name) =>
        name.Length == NumberDigits + NameEnd.Length
        && name.EndsWith(NameEnd, StringComparison.Ordinal)
        && !name.AsSpan(0, NumberDigits).ContainsAnyExceptInRange('0', '9');

    public byte[] Encode()
    {
        byte[] header = new byte[Bytes];
        Magic.CopyTo(header);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(VersionAt), Version);
        BinaryPrimitives.WriteUInt64LittleEndian(header.AsSpan(NumberAt), Number);
        BinaryPrimitives.WriteUInt64LittleEndian(header.AsSpan(SaltAt), Salt);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(ChecksumAt), Crc32C.Of(header.AsSpan(0, ChecksumAt)));
        return header;
    }

    /// <summary>Null if the bytes are no whole header of a version that this program knows.</summary>
    public static PackHeader? Decode(ReadOnlySpan<byte> header) =>
        header.Length >= Bytes
        && header.StartsWith(Magic)
        && BinaryPrimitives.ReadUInt32LittleEndian(header[ChecksumAt..]) == Crc32C.Of(header[..ChecksumAt])
        && BinaryPrimitives.ReadUInt32LittleEndian(header[VersionAt..]) == Version
            ? new PackHeader(
                BinaryPrimitives.ReadUInt64LittleEndian(header[NumberAt..]),
                BinaryPrimitives.ReadUInt64LittleEndian(header[SaltAt..]))
            : null;
}
