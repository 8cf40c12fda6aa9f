using System.Buffers.Binary;
using Cess.BlockStore.Files;

namespace Cess.BlockStore.Log;

/// <summary>What stands before each block in a segment; see docs/format/block-log.md.</summary>
/// <param name="Length">Bytes of the block.</param>
/// <param name="Height">The block's height.</param>
/// <param name="BatchStart">
/// Where in the segment the first record of this one's batch stands: everything before it was durable when this was written.
/// </param>
/// <param name="IsLastOfBatch">Whether the batch is complete with this record.</param>
/// <param name="ContentChecksum">CRC-32C of the block and the zeros that pad it.</param>
internal readonly record struct RecordHeader(
    int Length, ulong Height, uint BatchStart, bool IsLastOfBatch, uint ContentChecksum)
{
    public const int Bytes = 32;

    /// <summary>Records start at multiples of this.</summary>
    public const int Alignment = 8;

    private const uint Magic = 0x4352_4C42;
    private const uint LastOfBatch = 1;
    private const int LengthAt = 4;
    private const int HeightAt = 8;
    private const int BatchStartAt = 16;
    private const int FlagsAt = 20;
    private const int ContentChecksumAt = 24;
    private const int ChecksumAt = 28;

    /// <summary>Bytes of a block of a length with its padding.</summary>
    public static int Padded(int length) => (length + Alignment - 1) & ~(Alignment - 1);

    /// <summary>Bytes of a record with a block of a length.</summary>
    public static int RecordBytes(int length) => Bytes + Padded(length);

    public void Encode(Span<byte> header, ulong salt)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(header, Magic);
        BinaryPrimitives.WriteInt32LittleEndian(header[LengthAt..], Length);
        BinaryPrimitives.WriteUInt64LittleEndian(header[HeightAt..], Height);
        BinaryPrimitives.WriteUInt32LittleEndian(header[BatchStartAt..], BatchStart);
        BinaryPrimitives.WriteUInt32LittleEndian(header[FlagsAt..], IsLastOfBatch ? LastOfBatch : 0);
        BinaryPrimitives.WriteUInt32LittleEndian(header[ContentChecksumAt..], ContentChecksum);
        BinaryPrimitives.WriteUInt32LittleEndian(header[ChecksumAt..], Checksum(header, salt));
    }

    /// <summary>Null if the bytes are no header of a record of the segment with this salt.</summary>
    public static RecordHeader? Decode(ReadOnlySpan<byte> header, ulong salt)
    {
        if (header.Length < Bytes
            || BinaryPrimitives.ReadUInt32LittleEndian(header) != Magic
            || BinaryPrimitives.ReadUInt32LittleEndian(header[ChecksumAt..]) != Checksum(header, salt))
            return null;
        int length = BinaryPrimitives.ReadInt32LittleEndian(header[LengthAt..]);
        uint flags = BinaryPrimitives.ReadUInt32LittleEndian(header[FlagsAt..]);
        if (length is < 0 or > BlockStoreLimits.BlockBytesMax || flags > LastOfBatch)
            return null;
        return new RecordHeader(
            length,
            BinaryPrimitives.ReadUInt64LittleEndian(header[HeightAt..]),
            BinaryPrimitives.ReadUInt32LittleEndian(header[BatchStartAt..]),
            flags == LastOfBatch,
            BinaryPrimitives.ReadUInt32LittleEndian(header[ContentChecksumAt..]));
    }

    private static uint Checksum(ReadOnlySpan<byte> header, ulong salt)
    {
        Span<byte> salted = stackalloc byte[sizeof(ulong) + ChecksumAt];
        BinaryPrimitives.WriteUInt64LittleEndian(salted, salt);
        header[..ChecksumAt].CopyTo(salted[sizeof(ulong)..]);
        return Crc32C.Of(salted);
    }
}
