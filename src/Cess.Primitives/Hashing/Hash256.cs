using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Numerics;

namespace Cess.Primitives;

/// <summary>
/// 32 bytes, usually a SHA-256 digest (FIPS 180-4). Ordered as bytes are: the first byte is the most significant.
/// </summary>
/// <remarks>
/// The hash code is the same in every process, so that collections replay alike under simulation. Whoever chooses
/// the 32 bytes freely can therefore make them collide in a hash table.
/// </remarks>
public readonly struct Hash256 : IEquatable<Hash256>, IComparable<Hash256>, IScaleValue<Hash256>
{
    /// <summary>Length in bytes.</summary>
    public const int Size = 32;

    private readonly ulong _word0;
    private readonly ulong _word1;
    private readonly ulong _word2;
    private readonly ulong _word3;

    private Hash256(ulong word0, ulong word1, ulong word2, ulong word3)
    {
        _word0 = word0;
        _word1 = word1;
        _word2 = word2;
        _word3 = word3;
    }

    /// <summary>32 zero bytes.</summary>
    public static Hash256 Zero => default;

    /// <summary>True for 32 zero bytes.</summary>
    public bool IsZero => (_word0 | _word1 | _word2 | _word3) == 0;

    /// <summary>Takes exactly <see cref="Size"/> bytes.</summary>
    /// <exception cref="ArgumentException">There are more or fewer.</exception>
    public static Hash256 FromBytes(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size)
            throw new ArgumentException($"A hash has {Size} bytes, not {bytes.Length}.", nameof(bytes));

        return new Hash256(
            BinaryPrimitives.ReadUInt64BigEndian(bytes),
            BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]),
            BinaryPrimitives.ReadUInt64BigEndian(bytes[16..]),
            BinaryPrimitives.ReadUInt64BigEndian(bytes[24..]));
    }

    /// <summary>SHA-256 of <paramref name="data"/>.</summary>
    public static Hash256 Sha256(ReadOnlySpan<byte> data)
    {
        Sha256Context context = Sha256Context.OfThread;
        context.Append(data);
        return context.Finish();
    }

    /// <summary>SHA-256 of <paramref name="first"/> followed by <paramref name="second"/>, without joining them.</summary>
    public static Hash256 Sha256(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        Sha256Context context = Sha256Context.OfThread;
        context.Append(first);
        context.Append(second);
        return context.Finish();
    }

    /// <summary>Writes <see cref="Size"/> bytes to the start of <paramref name="destination"/>.</summary>
    /// <exception cref="ArgumentException">The destination is shorter.</exception>
    public void WriteTo(Span<byte> destination)
    {
        if (destination.Length < Size)
            throw new ArgumentException($"A hash needs {Size} bytes of room, not {destination.Length}.", nameof(destination));

        BinaryPrimitives.WriteUInt64BigEndian(destination, _word0);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], _word1);
        BinaryPrimitives.WriteUInt64BigEndian(destination[16..], _word2);
        BinaryPrimitives.WriteUInt64BigEndian(destination[24..], _word3);
    }

    /// <summary>The 32 bytes in a new array.</summary>
    public byte[] ToArray()
    {
        byte[] bytes = new byte[Size];
        WriteTo(bytes);
        return bytes;
    }

    /// <summary>
    /// Bit <paramref name="index"/> (0 to 255), counted from the most significant bit of the first byte: the step
    /// that a binary radix tree takes at that depth.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The index is not 0 to 255.</exception>
    public bool Bit(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)index, 255u, nameof(index));
        return ((Word(index >> 6) >> (63 - (index & 63))) & 1) != 0;
    }

    /// <summary>How many leading bits (0 to 256) both hashes have in common.</summary>
    public int CommonPrefixBits(Hash256 other)
    {
        for (int i = 0; i < 4; i++)
        {
            ulong difference = Word(i) ^ other.Word(i);
            if (difference != 0)
                return (i * 64) + BitOperations.LeadingZeroCount(difference);
        }

        return Size * 8;
    }

    /// <summary>Reads 64 hexadecimal digits of either case, without a prefix.</summary>
    /// <exception cref="FormatException">The text is anything else.</exception>
    public static Hash256 Parse(ReadOnlySpan<char> text) =>
        TryParse(text, out Hash256 hash) ? hash : throw new FormatException($"A hash is written as {Size * 2} hexadecimal digits.");

    /// <summary>Reads 64 hexadecimal digits of either case, without a prefix; false for anything else.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out Hash256 hash)
    {
        hash = default;
        if (text.Length != Size * 2)
            return false;

        Span<byte> bytes = stackalloc byte[Size];
        if (Convert.FromHexString(text, bytes, out _, out _) != System.Buffers.OperationStatus.Done)
            return false;

        hash = FromBytes(bytes);
        return true;
    }

    /// <summary>64 hexadecimal digits in lower case.</summary>
    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[Size];
        WriteTo(bytes);
        return Convert.ToHexStringLower(bytes);
    }

    /// <inheritdoc/>
    public int CompareTo(Hash256 other)
    {
        int order = _word0.CompareTo(other._word0);
        if (order == 0)
            order = _word1.CompareTo(other._word1);
        if (order == 0)
            order = _word2.CompareTo(other._word2);
        return order != 0 ? order : _word3.CompareTo(other._word3);
    }

    /// <inheritdoc/>
    public bool Equals(Hash256 other) =>
        ((_word0 ^ other._word0) | (_word1 ^ other._word1) | (_word2 ^ other._word2) | (_word3 ^ other._word3)) == 0;

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => obj is Hash256 other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        ulong mixed = _word0
            ^ BitOperations.RotateLeft(_word1, 17)
            ^ BitOperations.RotateLeft(_word2, 31)
            ^ BitOperations.RotateLeft(_word3, 47);
        return (int)(mixed ^ (mixed >> 32));
    }

    /// <summary>Writes the 32 bytes, without a length.</summary>
    public void Encode(ScaleWriter writer) => WriteTo(writer.Reserve(Size));

    /// <summary>Reads 32 bytes.</summary>
    public static Hash256 Decode(ref ScaleReader reader) => FromBytes(reader.ReadFixed(Size));

    /// <summary>True if both have the same bytes.</summary>
    public static bool operator ==(Hash256 left, Hash256 right) => left.Equals(right);

    /// <summary>True if any byte differs.</summary>
    public static bool operator !=(Hash256 left, Hash256 right) => !left.Equals(right);

    /// <summary>Order as bytes.</summary>
    public static bool operator <(Hash256 left, Hash256 right) => left.CompareTo(right) < 0;

    /// <summary>Order as bytes.</summary>
    public static bool operator >(Hash256 left, Hash256 right) => left.CompareTo(right) > 0;

    /// <summary>Order as bytes.</summary>
    public static bool operator <=(Hash256 left, Hash256 right) => left.CompareTo(right) <= 0;

    /// <summary>Order as bytes.</summary>
    public static bool operator >=(Hash256 left, Hash256 right) => left.CompareTo(right) >= 0;

    private ulong Word(int index) => index switch
    {
        0 => _word0,
        1 => _word1,
        2 => _word2,
        _ => _word3,
    };
}
