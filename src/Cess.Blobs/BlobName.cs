using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace Cess.Blobs;

/// <summary>
/// A blob's name: 1 to 240 characters in 1 to 16 segments joined by '/'. A segment has lower-case letters, digits, '-', '_'
/// and '.', and neither starts nor ends with '.'. Such a name is safe as a path on every file system, also on those that
/// ignore case, and as an S3 key.
/// </summary>
/// <remarks>Names are ordered by their characters' codes (ordinal), as S3 lists keys.</remarks>
public readonly struct BlobName : IEquatable<BlobName>, IComparable<BlobName>
{
    private static readonly SearchValues<char> Allowed = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-_./");

    private readonly string? _value;

    private BlobName(string value) => _value = value;

    /// <summary>The name as text.</summary>
    /// <exception cref="BlobException"><see cref="BlobError.InvalidName"/>: this is the default value, which names nothing.</exception>
    public string Value => _value ?? throw new BlobException(BlobError.InvalidName, "An uninitialised name names no blob.");

    /// <summary>Parses a name.</summary>
    /// <exception cref="BlobException"><see cref="BlobError.InvalidName"/>.</exception>
    public static BlobName Parse(string text) =>
        TryParse(text, out BlobName name)
            ? name
            : throw new BlobException(
                BlobError.InvalidName,
                $"A blob name has 1 to {BlobLimits.NameCharsMax} characters of a-z 0-9 - _ . in segments joined by '/', none of "
                + $"them empty or with '.' at its start or end; this one of {text?.Length ?? 0} characters has not.");

    /// <summary>Parses a name; false if it breaks a rule.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out BlobName name)
    {
        name = default;
        if (string.IsNullOrEmpty(text) || text.Length > BlobLimits.NameCharsMax || text.AsSpan().ContainsAnyExcept(Allowed))
            return false;
        int segments = 0;
        foreach (Range range in text.AsSpan().Split('/'))
        {
            ReadOnlySpan<char> segment = text.AsSpan(range);
            if (segment.IsEmpty || segment[0] == '.' || segment[^1] == '.' || ++segments > BlobLimits.NameSegmentsMax)
                return false;
        }
        name = new BlobName(text);
        return true;
    }

    /// <summary>The name of a blob that is known by a hash: its bytes in lower-case hexadecimal.</summary>
    public static BlobName FromHash(ReadOnlySpan<byte> hash) => Parse(Convert.ToHexStringLower(hash));

    /// <summary>A value that no blob has, to compare names with.</summary>
    internal static BlobName Bound(string text) => new(text);

    /// <summary>Refuses a prefix that could be the start of no name.</summary>
    /// <exception cref="BlobException"><see cref="BlobError.InvalidName"/>.</exception>
    internal static void CheckPrefix(string prefix)
    {
        if (prefix.Length > BlobLimits.NameCharsMax || prefix.AsSpan().ContainsAnyExcept(Allowed))
            throw new BlobException(BlobError.InvalidName, "No blob name can start with this prefix.");
    }

    /// <inheritdoc/>
    public int CompareTo(BlobName other) => string.CompareOrdinal(_value, other._value);

    /// <inheritdoc/>
    public bool Equals(BlobName other) => string.Equals(_value, other._value, StringComparison.Ordinal);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is BlobName other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _value?.GetHashCode(StringComparison.Ordinal) ?? 0;

    /// <summary>The name as text; empty for the default value.</summary>
    public override string ToString() => _value ?? "";

    /// <summary>Whether both are the same name.</summary>
    public static bool operator ==(BlobName left, BlobName right) => left.Equals(right);

    /// <summary>Whether they are different names.</summary>
    public static bool operator !=(BlobName left, BlobName right) => !left.Equals(right);

    /// <summary>Ordinal order.</summary>
    public static bool operator <(BlobName left, BlobName right) => left.CompareTo(right) < 0;

    /// <summary>Ordinal order.</summary>
    public static bool operator >(BlobName left, BlobName right) => left.CompareTo(right) > 0;

    /// <summary>Ordinal order.</summary>
    public static bool operator <=(BlobName left, BlobName right) => left.CompareTo(right) <= 0;

    /// <summary>Ordinal order.</summary>
    public static bool operator >=(BlobName left, BlobName right) => left.CompareTo(right) >= 0;
}
