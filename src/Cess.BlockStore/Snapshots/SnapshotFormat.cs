using System.Buffers.Binary;
using Cess.BlockStore.Files;

namespace Cess.BlockStore.Snapshots;

/// <summary>A snapshot file's header and trailer; see docs/format/block-log.md.</summary>
internal static class SnapshotFormat
{
    public const int HeaderBytes = 24;
    public const int TrailerBytes = 16;
    private const uint Version = 1;
    private const int VersionAt = 8;
    private const int HeightAt = 16;
    private const int ChecksumAt = 8;

    private static ReadOnlySpan<byte> Magic => "CESSSNAP"u8;

    public static byte[] EncodeHeader(ulong height)
    {
        byte[] header = new byte[HeaderBytes];
        Magic.CopyTo(header);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(VersionAt), Version);
        BinaryPrimitives.WriteUInt64LittleEndian(header.AsSpan(HeightAt), height);
        return header;
    }

    /// <param name="length">Bytes of content.</param>
    /// <param name="checksum">CRC-32C of the header and the content.</param>
    public static byte[] EncodeTrailer(long length, uint checksum)
    {
        byte[] trailer = new byte[TrailerBytes];
        BinaryPrimitives.WriteInt64LittleEndian(trailer, length);
        uint whole = Crc32C.Continue(checksum, trailer.AsSpan(0, ChecksumAt));
        BinaryPrimitives.WriteUInt32LittleEndian(trailer.AsSpan(ChecksumAt), whole);
        return trailer;
    }

    /// <summary>Reads a whole file and returns the length of its content; null if it isn't what was written.</summary>
    /// <exception cref="BlockStoreException"><see cref="BlockStoreError.UnknownVersion"/>.</exception>
    public static async ValueTask<long?> CheckAsync(ILogFile file, ulong height, CancellationToken cancellation)
    {
        long contentBytes = file.Length - HeaderBytes - TrailerBytes;
        if (contentBytes < 0)
            return null;
        var window = new LogWindow(file);
        uint checksum = 0;
        byte[] header = (await window.ReadAsync(0, HeaderBytes)).ToArray();
        for (long at = 0; at < HeaderBytes + contentBytes;)
        {
            cancellation.ThrowIfCancellationRequested();
            int wanted = (int)Math.Min(BlockStoreLimits.ReadAheadBytes, HeaderBytes + contentBytes - at);
            ReadOnlyMemory<byte> piece = await window.ReadAsync(at, wanted);
            if (piece.Length < wanted)
                return null;
            checksum = Crc32C.Continue(checksum, piece.Span);
            at += piece.Length;
        }
        ReadOnlyMemory<byte> trailer = await window.ReadAsync(HeaderBytes + contentBytes, TrailerBytes);
        if (!trailer.Span.SequenceEqual(EncodeTrailer(contentBytes, checksum)) || !header.AsSpan().StartsWith(Magic))
            return null;
        uint version = BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(VersionAt));
        if (version != Version)
            throw new BlockStoreException(
                BlockStoreError.UnknownVersion, $"Snapshot {height} has version {version}; this program knows {Version}.");
        return BinaryPrimitives.ReadUInt64LittleEndian(header.AsSpan(HeightAt)) == height ? contentBytes : null;
    }
}
