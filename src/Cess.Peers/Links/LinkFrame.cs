using System.Buffers;
using System.Buffers.Binary;
using Cess.Primitives;

namespace Cess.Peers;

/// <summary>The first byte of a frame.</summary>
internal enum FrameKind : byte
{
    /// <summary>Two accounts, from and to, and a consensus message.</summary>
    Consensus = 0,

    /// <summary>A vector of transactions.</summary>
    Transactions = 1,
}

/// <summary>A frame that waits to be sent. Bytes: docs/format/peers.md.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="From">The sender of a consensus message.</param>
/// <param name="To">Its receiver.</param>
/// <param name="Body">The message, or the encoded transactions.</param>
internal readonly record struct LinkFrame(FrameKind Kind, AccountId From, AccountId To, ReadOnlyMemory<byte> Body)
{
    /// <summary>Bytes of kind and length.</summary>
    public const int HeaderBytes = 1 + sizeof(uint);

    private const int AddressBytes = 2 * AccountId.Size;

    /// <summary>Bytes before the body.</summary>
    public int HeadBytes => HeaderBytes + (Kind == FrameKind.Consensus ? AddressBytes : 0);

    /// <summary>Bytes on the wire.</summary>
    public int Bytes => HeadBytes + Body.Length;

    /// <summary>Writes what comes before the body.</summary>
    public void WriteHead(IBufferWriter<byte> writer)
    {
        Span<byte> head = writer.GetSpan(HeadBytes);
        head[0] = (byte)Kind;
        BinaryPrimitives.WriteUInt32LittleEndian(head[1..], (uint)(Bytes - HeaderBytes));
        if (Kind == FrameKind.Consensus)
        {
            From.Hash.WriteTo(head[HeaderBytes..]);
            To.Hash.WriteTo(head[(HeaderBytes + AccountId.Size)..]);
        }

        writer.Advance(HeadBytes);
    }
}
