using System.Buffers.Binary;
using System.Security.Cryptography;
using Cess.Primitives;

namespace Cess.Ledger.State;

/// <summary>
/// Where a value stands in the state: <c>module byte ‖ collection byte ‖ 30 bytes that hash the entry's own key</c>.
/// The entries of one collection share their first 16 bits and can be walked; otherwise keys are spread evenly.
/// </summary>
/// <remarks>
/// The 30 bytes are the start of SHA-256(entry key). In a grouped collection (objects by bucket) they are
/// the first 8 bytes of SHA-256(group) and the first 22 of SHA-256(group ‖ member), so that one group can be walked
/// on its own. Two groups that somebody made collide are walked together; their entries still differ.
/// </remarks>
public readonly struct StateKey : IEquatable<StateKey>, IComparable<StateKey>, IScaleValue<StateKey>
{
    /// <summary>Length in bytes.</summary>
    public const int Size = Hash256.Size;

    /// <summary>Length in bits.</summary>
    public const int Bits = Size * 8;

    private const int CollectionBytes = 2;
    private const int GroupBytes = 8;
    private const int KeyBytesMax = 512;

    private readonly Hash256 _bytes;

    /// <summary>The key with these 32 bytes.</summary>
    public StateKey(Hash256 bytes) => _bytes = bytes;

    /// <summary>The 32 bytes.</summary>
    public Hash256 Bytes => _bytes;

    /// <summary>The key of an entry.</summary>
    /// <param name="module">Who owns the collection.</param>
    /// <param name="collection">Which of the module's collections.</param>
    /// <param name="entryKey">The entry's own key, encoded.</param>
    public static StateKey Of(byte module, byte collection, ReadOnlySpan<byte> entryKey) =>
        Of(module, collection, Hash256.Sha256(entryKey));

    /// <summary>The key of an entry.</summary>
    /// <param name="module">Who owns the collection.</param>
    /// <param name="collection">Which of the module's collections.</param>
    /// <param name="entryKeyHash">SHA-256 of the entry's own key, encoded.</param>
    public static StateKey Of(byte module, byte collection, Hash256 entryKeyHash)
    {
        Span<byte> bytes = stackalloc byte[CollectionBytes + Hash256.Size];
        bytes[0] = module;
        bytes[1] = collection;
        entryKeyHash.WriteTo(bytes[CollectionBytes..]);
        return new StateKey(Hash256.FromBytes(bytes[..Size]));
    }

    /// <summary>The key of an entry of a grouped collection.</summary>
    /// <param name="module">Who owns the collection.</param>
    /// <param name="collection">Which of the module's collections.</param>
    /// <param name="group">The group's key, encoded.</param>
    /// <param name="member">The entry's key within the group, encoded; with the group at most 512 bytes.</param>
    public static StateKey Of(byte module, byte collection, ReadOnlySpan<byte> group, ReadOnlySpan<byte> member)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(group.Length + member.Length, KeyBytesMax, nameof(member));
        Span<byte> both = stackalloc byte[KeyBytesMax];
        group.CopyTo(both);
        member.CopyTo(both[group.Length..]);

        Span<byte> bytes = stackalloc byte[CollectionBytes + GroupBytes + Hash256.Size];
        WriteGroup(module, collection, group, bytes);
        SHA256.HashData(both[..(group.Length + member.Length)], bytes[(CollectionBytes + GroupBytes)..]);
        return new StateKey(Hash256.FromBytes(bytes[..Size]));
    }

    /// <summary>What the keys of a collection start with.</summary>
    public static StateKeyPrefix Collection(byte module, byte collection)
    {
        Span<byte> bytes = stackalloc byte[Size];
        bytes.Clear();
        bytes[0] = module;
        bytes[1] = collection;
        return new StateKeyPrefix(new StateKey(Hash256.FromBytes(bytes)), CollectionBytes * 8);
    }

    /// <summary>What the keys of one group of a grouped collection start with.</summary>
    public static StateKeyPrefix Group(byte module, byte collection, ReadOnlySpan<byte> group)
    {
        Span<byte> bytes = stackalloc byte[CollectionBytes + Hash256.Size];
        WriteGroup(module, collection, group, bytes);
        bytes[(CollectionBytes + GroupBytes)..].Clear();
        return new StateKeyPrefix(new StateKey(Hash256.FromBytes(bytes[..Size])), (CollectionBytes + GroupBytes) * 8);
    }

    /// <summary>Bit <paramref name="index"/> (0 to 255), from the most significant bit of the first byte.</summary>
    public bool Bit(int index) => _bytes.Bit(index);

    /// <summary>How many leading bits (0 to 256) both keys share.</summary>
    public int CommonPrefixBits(StateKey other) => _bytes.CommonPrefixBits(other._bytes);

    /// <summary>Writes the 32 bytes to the start of <paramref name="destination"/>.</summary>
    public void WriteTo(Span<byte> destination) => _bytes.WriteTo(destination);

    /// <inheritdoc/>
    public bool Equals(StateKey other) => _bytes.Equals(other._bytes);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is StateKey other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _bytes.GetHashCode();

    /// <summary>Order as bytes.</summary>
    public int CompareTo(StateKey other) => _bytes.CompareTo(other._bytes);

    /// <summary>64 hexadecimal digits.</summary>
    public override string ToString() => _bytes.ToString();

    /// <summary>Writes the 32 bytes.</summary>
    public void Encode(ScaleWriter writer) => _bytes.Encode(writer);

    /// <summary>Reads 32 bytes.</summary>
    public static StateKey Decode(ref ScaleReader reader) => new(Hash256.Decode(ref reader));

    /// <summary>True if both have the same bytes.</summary>
    public static bool operator ==(StateKey left, StateKey right) => left.Equals(right);

    /// <summary>True if any byte differs.</summary>
    public static bool operator !=(StateKey left, StateKey right) => !left.Equals(right);

    /// <summary>Order as bytes.</summary>
    public static bool operator <(StateKey left, StateKey right) => left.CompareTo(right) < 0;

    /// <summary>Order as bytes.</summary>
    public static bool operator >(StateKey left, StateKey right) => left.CompareTo(right) > 0;

    /// <summary>Order as bytes.</summary>
    public static bool operator <=(StateKey left, StateKey right) => left.CompareTo(right) <= 0;

    /// <summary>Order as bytes.</summary>
    public static bool operator >=(StateKey left, StateKey right) => left.CompareTo(right) >= 0;

    private static void WriteGroup(byte module, byte collection, ReadOnlySpan<byte> group, Span<byte> destination)
    {
        destination[0] = module;
        destination[1] = collection;
        SHA256.HashData(group, destination.Slice(CollectionBytes, Hash256.Size));
    }
}

/// <summary>The first bits that some keys have in common.</summary>
/// <param name="Key">A key that starts with them; the bits behind them are zero.</param>
/// <param name="Bits">How many bits count, 0 to 256.</param>
public readonly record struct StateKeyPrefix(StateKey Key, int Bits)
{
    /// <summary>What every key starts with: nothing.</summary>
    public static StateKeyPrefix Any => default;

    /// <summary>True if <paramref name="key"/> starts with these bits.</summary>
    public bool Covers(StateKey key) => Key.CommonPrefixBits(key) >= Bits;
}
