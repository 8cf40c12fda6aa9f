using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Cess.BlockStore.Files;

namespace Cess.Blobs.Packs;

/// <summary>A packed blob's record without its content; see docs/format/packs.md.</summary>
/// <param name="Name">The blob's name.</param>
/// <param name="ContentLength">Bytes of the blob.</param>
/// <param name="IsDeleted">
/// Whether the blob was deleted after the record was written: one byte that no checksum covers, changed in place. A single byte
/// can't be torn.
/// </param>
/// <param name="BatchStart">Where in the pack this record's batch begins: all before it was durable when this was written.</param>
/// <param name="ContentChecksum">CRC-32C of the content and the zeros that pad it.</param>
internal readonly record struct PackRecord(
    BlobName Name, int ContentLength, bool IsDeleted, uint BatchStart, uint ContentChecksum)
{
    public const int HeaderBytes = 32;

    /// <summary>Records start at multiples of this.</summary>
    public const int Alignment = 8;

    /// <summary>Where in a record the byte stands that says whether it is deleted.</summary>
    public const int StateAt = 4;

    private const uint Magic = 0x4352_5042;
    private const byte Live = 0;
    private const byte Deleted = 0xDE;
    private const int ContentLengthAt = 8;
    private const int NameLengthAt = 12;
    private const int BatchStartAt = 16;
    private const int ContentChecksumAt = 24;
    private const int ChecksumAt = 28;

    /// <summary>What stands at <see cref="StateAt"/> in a deleted record.</summary>
    public static ReadOnlyMemory<byte> DeletedState { get; } = new[] { Deleted };

    /// <summary>What stands there in a live one.</summary>
    public static ReadOnlyMemory<byte> LiveState { get; } = new[] { Live };

    /// <summary>Where in the record the content begins.</summary>
    public int ContentAt => HeaderBytes + Name.Value.Length;

    /// <summary>Bytes of the whole record.</summary>
    public int Bytes => BytesOf(Name, ContentLength);

    public static int BytesOf(BlobName name, int contentLength) =>
        (HeaderBytes + name.Value.Length + contentLength + Alignment - 1) & ~(Alignment - 1);

    /// <summary>Writes a live record with its content into a buffer of exactly its length.</summary>
    public static void Encode(Span<byte> record, BlobName name, ReadOnlySequence<byte> content, uint batchStart, ulong salt)
    {
        int contentAt = HeaderBytes + name.Value.Length;
        content.CopyTo(record[contentAt..]);
        record[(contentAt + (int)content.Length)..].Clear();
        new PackRecord(name, (int)content.Length, IsDeleted: false, batchStart, Crc32C.Of(record[contentAt..]))
            .EncodeHeader(record, salt);
    }

    /// <summary>Writes the header and the name before content that stands there already.</summary>
    public void EncodeHeader(Span<byte> record, ulong salt)
    {
        record[..HeaderBytes].Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(record, Magic);
        record[StateAt] = IsDeleted ? Deleted : Live;
        BinaryPrimitives.WriteInt32LittleEndian(record[ContentLengthAt..], ContentLength);
        BinaryPrimitives.WriteInt32LittleEndian(record[NameLengthAt..], Name.Value.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(record[BatchStartAt..], BatchStart);
        BinaryPrimitives.WriteUInt32LittleEndian(record[ContentChecksumAt..], ContentChecksum);
        Encoding.ASCII.GetBytes(Name.Value, record[HeaderBytes..]);
        BinaryPrimitives.WriteUInt32LittleEndian(record[ChecksumAt..], Checksum(record[..ContentAt], salt));
    }

    /// <summary>Null if the bytes don't begin with a record's header and name of the pack with this salt.</summary>
    public static PackRecord? Decode(ReadOnlySpan<byte> bytes, ulong salt)
    {
        if (bytes.Length < HeaderBytes || BinaryPrimitives.ReadUInt32LittleEndian(bytes) != Magic)
            return null;
        int contentLength = BinaryPrimitives.ReadInt32LittleEndian(bytes[ContentLengthAt..]);
        int nameLength = BinaryPrimitives.ReadInt32LittleEndian(bytes[NameLengthAt..]);
        byte state = bytes[StateAt];
        if (contentLength is < 0 or > BlobLimits.PackedBytesMax
            || nameLength is < 1 or > BlobLimits.NameCharsMax
            || bytes.Length < HeaderBytes + nameLength
            || state is not (Live or Deleted)
            || BinaryPrimitives.ReadUInt32LittleEndian(bytes[ChecksumAt..]) != Checksum(bytes[..(HeaderBytes + nameLength)], salt)
            || !BlobName.TryParse(Encoding.ASCII.GetString(bytes.Slice(HeaderBytes, nameLength)), out BlobName name))
            return null;
        return new PackRecord(
            name,
            contentLength,
            state == Deleted,
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[BatchStartAt..]),
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[ContentChecksumAt..]));
    }

    /// <summary>Whether a whole record has the content that its header tells.</summary>
    public bool HasContentOf(ReadOnlySpan<byte> record) =>
        record.Length == Bytes && Crc32C.Of(record[ContentAt..]) == ContentChecksum;

    /// <summary>Of the salt, the header without its state and its checksum, and the name.</summary>
    private static uint Checksum(ReadOnlySpan<byte> headerAndName, ulong salt)
    {
        Span<byte> salted = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(salted, salt);
        uint checksum = Crc32C.Continue(Crc32C.Of(salted), headerAndName[..StateAt]);
        checksum = Crc32C.Continue(checksum, headerAndName[(StateAt + 1)..ChecksumAt]);
        return Crc32C.Continue(checksum, headerAndName[HeaderBytes..]);
    }
}
