using System.Buffers.Binary;
using Cess.Primitives;

namespace Cess.Gateway.Rest.Chain.History;

/// <summary>Where the entry of a key leads. Ordered by key, then by place.</summary>
/// <param name="Key">The first 8 bytes of a transaction's id or of an account, big-endian: others can have the same, so look.</param>
/// <param name="Place">Height of the block, times 65,536, plus the transaction's index in it: it fits by the ledger's bounds.</param>
internal readonly record struct HistoryEntry(ulong Key, ulong Place) : IComparable<HistoryEntry>
{
    public const int Bytes = 16;
    private const int IndexBits = 16;

    /// <summary>Greatest height that a place can have.</summary>
    public const ulong HeightMax = ulong.MaxValue >> IndexBits;

    public static ulong KeyOf(Hash256 hash)
    {
        Span<byte> bytes = stackalloc byte[Hash256.Size];
        hash.WriteTo(bytes);
        return BinaryPrimitives.ReadUInt64BigEndian(bytes);
    }

    public static ulong PlaceOf(TransactionPlace place) => (place.Height << IndexBits) | (uint)place.Index;

    public static TransactionPlace PlaceFrom(ulong place) => new(place >> IndexBits, (ushort)place);

    public static HistoryEntry Read(ReadOnlySpan<byte> bytes) => new(
        BinaryPrimitives.ReadUInt64LittleEndian(bytes), BinaryPrimitives.ReadUInt64LittleEndian(bytes[sizeof(ulong)..]));

    public void Write(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, Key);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[sizeof(ulong)..], Place);
    }

    public int CompareTo(HistoryEntry other) => Key != other.Key ? Key.CompareTo(other.Key) : Place.CompareTo(other.Place);
}
