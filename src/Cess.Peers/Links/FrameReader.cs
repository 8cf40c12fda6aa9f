using System.Buffers;
using System.Buffers.Binary;
using Cess.Primitives;

namespace Cess.Peers;

/// <summary>Takes frames from a stream, never more memory than bytes have come.</summary>
/// <param name="stream">Untrusted bytes.</param>
internal sealed class FrameReader(Stream stream)
{
    private const int SkipBytes = 16 * 1024;

    private readonly byte[] _head = new byte[2 * AccountId.Size];

    /// <summary>Kind and payload length of the next frame; null where the stream ends.</summary>
    /// <exception cref="PeerException">
    /// <see cref="PeerError.FrameUnknown"/>, <see cref="PeerError.TooLong"/>, <see cref="PeerError.Malformed"/>.
    /// </exception>
    public async ValueTask<(FrameKind Kind, int Length)?> ReadHeaderAsync(CancellationToken cancellation)
    {
        Memory<byte> header = _head.AsMemory(0, LinkFrame.HeaderBytes);
        int read = await stream.ReadAtLeastAsync(header, header.Length, throwOnEndOfStream: false, cancellation);
        if (read == 0)
            return null;
        if (read < header.Length)
            throw CutOff();

        var kind = (FrameKind)header.Span[0];
        uint length = BinaryPrimitives.ReadUInt32LittleEndian(header.Span[1..]);
        int bytesMax = kind switch
        {
            FrameKind.Consensus => PeerLimits.ConsensusFrameBytesMax,
            FrameKind.Transactions => PeerLimits.TransactionsFrameBytesMax,
            _ => throw new PeerException(PeerError.FrameUnknown, $"there are no frames of kind {(byte)kind}."),
        };
        if (length > (uint)bytesMax)
            throw new PeerException(PeerError.TooLong, $"a frame has {length} bytes where {bytesMax} are allowed.");
        return (kind, (int)length);
    }

    /// <summary>Sender and receiver, at the start of a consensus frame of this length.</summary>
    /// <exception cref="PeerException"><see cref="PeerError.Malformed"/>.</exception>
    public async ValueTask<(AccountId From, AccountId To)> ReadAddressAsync(int length, CancellationToken cancellation)
    {
        if (length < _head.Length)
            throw new PeerException(PeerError.Malformed, $"a consensus frame has at least {_head.Length} bytes.");
        await ReadExactlyAsync(_head, cancellation);
        return (Account(_head.AsSpan(0, AccountId.Size)), Account(_head.AsSpan(AccountId.Size)));
    }

    /// <summary>The next bytes. Room grows with what has come, not with what is announced.</summary>
    /// <exception cref="PeerException"><see cref="PeerError.Malformed"/>.</exception>
    public async ValueTask<byte[]> ReadAsync(int length, CancellationToken cancellation)
    {
        byte[] bytes = new byte[Math.Min(length, PeerLimits.FrameBytesAtFirst)];
        await ReadExactlyAsync(bytes, cancellation);
        for (int done = bytes.Length; done < length; done = bytes.Length)
        {
            Array.Resize(ref bytes, (int)Math.Min(length, 2L * done));
            await ReadExactlyAsync(bytes.AsMemory(done), cancellation);
        }

        return bytes;
    }

    /// <summary>Lets bytes pass without keeping them.</summary>
    /// <exception cref="PeerException"><see cref="PeerError.Malformed"/>.</exception>
    public async ValueTask SkipAsync(int length, CancellationToken cancellation)
    {
        byte[] passing = ArrayPool<byte>.Shared.Rent(SkipBytes);
        try
        {
            for (int left = length; left > 0; left -= Math.Min(left, SkipBytes))
                await ReadExactlyAsync(passing.AsMemory(0, Math.Min(left, SkipBytes)), cancellation);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(passing);
        }
    }

    private async ValueTask ReadExactlyAsync(Memory<byte> bytes, CancellationToken cancellation)
    {
        if (await stream.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellation) < bytes.Length)
            throw CutOff();
    }

    private static AccountId Account(ReadOnlySpan<byte> bytes) => new(Hash256.FromBytes(bytes));

    private static PeerException CutOff() => new(PeerError.Malformed, "the stream ends within a frame.");
}
