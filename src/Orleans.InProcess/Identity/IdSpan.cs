using System.Buffers.Binary;
using System.Text;

namespace Orleans.Runtime;

/// <summary>A grain's key or type as UTF-8 bytes with a hash that is the same in every process.</summary>
[Immutable]
public readonly struct IdSpan : IEquatable<IdSpan>, IComparable<IdSpan>
{
    private readonly byte[]? _value;
    private readonly int _hash;

    /// <summary>Takes ownership of the bytes.</summary>
    public IdSpan(byte[] value)
    {
        _value = value;
        _hash = StableHash(value);
    }

    /// <summary>Whether there is no value.</summary>
    public bool IsDefault => _value is null || _value.Length == 0;

    /// <summary>The bytes.</summary>
    public ReadOnlyMemory<byte> Value => _value;

    /// <summary>Encodes a string.</summary>
    public static IdSpan Create(string id) => new(Encoding.UTF8.GetBytes(id));

    /// <summary>The bytes.</summary>
    public ReadOnlySpan<byte> AsSpan() => _value;

    /// <inheritdoc/>
    public bool Equals(IdSpan other) =>
        ReferenceEquals(_value, other._value) || (_hash == other._hash && AsSpan().SequenceEqual(other.AsSpan()));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is IdSpan other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _hash;

    /// <inheritdoc/>
    public int CompareTo(IdSpan other) => AsSpan().SequenceCompareTo(other.AsSpan());

    /// <summary>Decodes the bytes.</summary>
    public override string ToString() => Encoding.UTF8.GetString(AsSpan());

    /// <summary>Whether two values have the same bytes.</summary>
    public static bool operator ==(IdSpan left, IdSpan right) => left.Equals(right);

    /// <summary>Whether two values differ.</summary>
    public static bool operator !=(IdSpan left, IdSpan right) => !left.Equals(right);

    /// <summary>Orders by bytes.</summary>
    public static bool operator <(IdSpan left, IdSpan right) => left.CompareTo(right) < 0;

    /// <summary>Orders by bytes.</summary>
    public static bool operator >(IdSpan left, IdSpan right) => left.CompareTo(right) > 0;

    /// <summary>Orders by bytes.</summary>
    public static bool operator <=(IdSpan left, IdSpan right) => left.CompareTo(right) <= 0;

    /// <summary>Orders by bytes.</summary>
    public static bool operator >=(IdSpan left, IdSpan right) => left.CompareTo(right) >= 0;

    // string.GetHashCode differs from process to process, and with it the order of a dictionary: a replay would differ.
    private static int StableHash(ReadOnlySpan<byte> bytes)
    {
        const ulong Prime = 0x9E37_79B9_7F4A_7C15;
        ulong hash = (ulong)bytes.Length * Prime;
        while (bytes.Length >= sizeof(ulong))
        {
            hash = (hash ^ BinaryPrimitives.ReadUInt64LittleEndian(bytes)) * Prime;
            hash ^= hash >> 32;
            bytes = bytes[sizeof(ulong)..];
        }

        ulong tail = 0;
        foreach (byte b in bytes)
        {
            tail = (tail << 8) | b;
        }

        hash = (hash ^ tail) * Prime;
        return (int)(hash ^ (hash >> 32));
    }
}
