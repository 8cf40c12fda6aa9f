using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Orleans.Runtime;

/// <summary>A stream's identity within its provider: a namespace and a key.</summary>
[Immutable]
public readonly struct StreamId : IEquatable<StreamId>, IComparable<StreamId>
{
    private readonly IdSpan _fullKey;
    private readonly int _keyIndex;

    private StreamId(byte[] fullKey, int keyIndex)
    {
        _fullKey = new IdSpan(fullKey);
        _keyIndex = keyIndex;
    }

    /// <summary>The namespace and the key, one after the other.</summary>
    public ReadOnlyMemory<byte> FullKey => _fullKey.Value;

    /// <summary>The namespace; empty if there is none.</summary>
    public ReadOnlyMemory<byte> Namespace => _fullKey.Value[.._keyIndex];

    /// <summary>The key.</summary>
    public ReadOnlyMemory<byte> Key => _fullKey.Value[_keyIndex..];

    /// <summary>Joins a namespace and a key.</summary>
    public static StreamId Create(ReadOnlySpan<byte> ns, ReadOnlySpan<byte> key)
    {
        if (key.IsEmpty)
        {
            throw new ArgumentException("A stream has a key.", nameof(key));
        }

        return new([.. ns, .. key], ns.Length);
    }

    /// <summary>Joins a namespace, which may be null, and a key.</summary>
    public static StreamId Create(string? ns, string key) =>
        Create(Encoding.UTF8.GetBytes(ns ?? ""), Encoding.UTF8.GetBytes(key));

    /// <summary>Joins a namespace, which may be null, and a key.</summary>
    public static StreamId Create(string? ns, long key) => Create(ns, key.ToString(CultureInfo.InvariantCulture));

    /// <summary>Joins a namespace, which may be null, and a key.</summary>
    public static StreamId Create(string? ns, Guid key)
    {
        Span<byte> digits = stackalloc byte[32];
        Utf8Formatter.TryFormat(key, digits, out _, 'N');
        return Create(Encoding.UTF8.GetBytes(ns ?? ""), digits);
    }

    /// <summary>The key as text.</summary>
    public string GetKeyAsString() => Encoding.UTF8.GetString(Key.Span);

    /// <summary>The namespace as text, or null.</summary>
    public string? GetNamespace() => _keyIndex == 0 ? null : Encoding.UTF8.GetString(Namespace.Span);

    /// <inheritdoc/>
    public bool Equals(StreamId other) => _keyIndex == other._keyIndex && _fullKey.Equals(other._fullKey);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is StreamId other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _fullKey.GetHashCode();

    /// <inheritdoc/>
    public int CompareTo(StreamId other) => _fullKey.CompareTo(other._fullKey);

    /// <summary>Writes <c>namespace/key</c>.</summary>
    public override string ToString() => $"{GetNamespace() ?? "null"}/{GetKeyAsString()}";

    /// <summary>Whether two identities are the same.</summary>
    public static bool operator ==(StreamId left, StreamId right) => left.Equals(right);

    /// <summary>Whether two identities differ.</summary>
    public static bool operator !=(StreamId left, StreamId right) => !left.Equals(right);

    /// <summary>Orders by bytes.</summary>
    public static bool operator <(StreamId left, StreamId right) => left.CompareTo(right) < 0;

    /// <summary>Orders by bytes.</summary>
    public static bool operator >(StreamId left, StreamId right) => left.CompareTo(right) > 0;

    /// <summary>Orders by bytes.</summary>
    public static bool operator <=(StreamId left, StreamId right) => left.CompareTo(right) <= 0;

    /// <summary>Orders by bytes.</summary>
    public static bool operator >=(StreamId left, StreamId right) => left.CompareTo(right) >= 0;
}

/// <summary>An identity that is a GUID.</summary>
[Immutable]
public sealed class GuidId : IEquatable<GuidId>
{
    /// <summary>The GUID.</summary>
    public readonly Guid Guid;

    private GuidId(Guid guid) => Guid = guid;

    /// <summary>Wraps a GUID.</summary>
    public static GuidId GetGuidId(Guid guid) => new(guid);

    /// <inheritdoc/>
    public bool Equals(GuidId? other) => other is not null && Guid == other.Guid;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as GuidId);

    /// <inheritdoc/>
    public override int GetHashCode() => Guid.GetHashCode();

    /// <inheritdoc/>
    public override string ToString() => Guid.ToString();
}
