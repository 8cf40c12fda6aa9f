using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Cess.Primitives;

/// <summary>
/// A P-256 public key as a compressed point (SEC 1, section 2.3.3): 2 or 3 for an even or odd y, then x, big-endian.
/// </summary>
/// <remarks>
/// A value has the right form, which is cheap to check; half of all such values name no point of the curve, which
/// <see cref="IsOnCurve"/> and <see cref="VerifyingKey.TryImport"/> find out. <c>default</c> is no key and names no point.
/// </remarks>
public readonly struct PublicKey : IEquatable<PublicKey>, IScaleValue<PublicKey>
{
    /// <summary>Length in bytes.</summary>
    public const int Size = 33;

    /// <summary>Length in bytes of the uncompressed form: 4, x, y.</summary>
    public const int UncompressedSize = 65;

    private const byte EvenTag = 2;
    private const byte OddTag = 3;
    private const byte UncompressedTag = 4;

    private readonly UInt256 _x;
    private readonly byte _tag;

    private PublicKey(byte tag, UInt256 x)
    {
        _tag = tag;
        _x = x;
    }

    /// <summary>Whether the curve has this point. Takes some 10 µs.</summary>
    public bool IsOnCurve => TryDecompress(out _);

    /// <summary>The account that this key controls: SHA-256 of the 33 bytes.</summary>
    public AccountId ToAccountId()
    {
        Span<byte> bytes = stackalloc byte[Size];
        WriteTo(bytes);
        return new AccountId(Hash256.Sha256(bytes));
    }

    /// <summary>Takes exactly <see cref="Size"/> bytes.</summary>
    /// <exception cref="KeyException"><see cref="KeyError.MalformedPublicKey"/>.</exception>
    public static PublicKey FromBytes(ReadOnlySpan<byte> bytes) =>
        TryFromBytes(bytes, out PublicKey key)
            ? key
            : throw new KeyException(KeyError.MalformedPublicKey, $"a public key has {Size} bytes: 2 or 3, and an x below p.");

    /// <summary>Takes exactly <see cref="Size"/> bytes; false if they have not the form of a public key.</summary>
    public static bool TryFromBytes(ReadOnlySpan<byte> bytes, out PublicKey key)
    {
        key = default;
        if (bytes.Length != Size || bytes[0] is not (EvenTag or OddTag))
            return false;

        UInt256 x = UInt256.ReadBigEndian(bytes[1..]);
        if (x >= P256.Prime)
            return false;

        key = new PublicKey(bytes[0], x);
        return true;
    }

    /// <summary>Takes a point as 4, x, y: the form that browsers and key vaults export.</summary>
    /// <exception cref="KeyException"><see cref="KeyError.MalformedPublicKey"/>, <see cref="KeyError.NotOnCurve"/>.</exception>
    public static PublicKey FromUncompressed(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != UncompressedSize || bytes[0] != UncompressedTag)
            throw new KeyException(KeyError.MalformedPublicKey, $"an uncompressed public key has {UncompressedSize} bytes, the first of them 4.");

        UInt256 x = UInt256.ReadBigEndian(bytes[1..33]);
        UInt256 y = UInt256.ReadBigEndian(bytes[33..]);
        if (!P256.IsOnCurve(x, y))
            throw new KeyException(KeyError.NotOnCurve, "the curve P-256 has no such point.");

        return new PublicKey(y.IsOdd ? OddTag : EvenTag, x);
    }

    /// <summary>The point as 4, x, y in a new array of <see cref="UncompressedSize"/> bytes.</summary>
    /// <exception cref="KeyException"><see cref="KeyError.NotOnCurve"/>.</exception>
    public byte[] ToUncompressed()
    {
        if (!TryDecompress(out UInt256 y))
            throw new KeyException(KeyError.NotOnCurve, $"the curve P-256 has no point {this}.");

        byte[] bytes = new byte[UncompressedSize];
        bytes[0] = UncompressedTag;
        _x.WriteBigEndian(bytes.AsSpan(1));
        y.WriteBigEndian(bytes.AsSpan(33));
        return bytes;
    }

    /// <summary>Writes <see cref="Size"/> bytes to the start of <paramref name="destination"/>.</summary>
    /// <exception cref="ArgumentException">The destination is shorter.</exception>
    public void WriteTo(Span<byte> destination)
    {
        if (destination.Length < Size)
            throw new ArgumentException($"A public key needs {Size} bytes of room, not {destination.Length}.", nameof(destination));

        destination[0] = _tag;
        _x.WriteBigEndian(destination[1..]);
    }

    /// <summary>The 33 bytes in a new array.</summary>
    public byte[] ToArray()
    {
        byte[] bytes = new byte[Size];
        WriteTo(bytes);
        return bytes;
    }

    /// <summary>Reads 66 hexadecimal digits of either case; false for anything else.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out PublicKey key)
    {
        key = default;
        Span<byte> bytes = stackalloc byte[Size];
        return text.Length == Size * 2
            && Convert.FromHexString(text, bytes, out _, out _) == System.Buffers.OperationStatus.Done
            && TryFromBytes(bytes, out key);
    }

    /// <summary>Reads 66 hexadecimal digits of either case.</summary>
    /// <exception cref="KeyException"><see cref="KeyError.MalformedPublicKey"/>.</exception>
    public static PublicKey Parse(ReadOnlySpan<char> text) =>
        TryParse(text, out PublicKey key)
            ? key
            : throw new KeyException(KeyError.MalformedPublicKey, $"a public key is written as {Size * 2} hexadecimal digits: 02 or 03, and an x below p.");

    /// <summary>66 hexadecimal digits in lower case.</summary>
    public override string ToString() => Convert.ToHexStringLower(ToArray());

    /// <inheritdoc/>
    public bool Equals(PublicKey other) => _tag == other._tag && _x == other._x;

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => obj is PublicKey other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => (int)(_x.Limb0 ^ (_x.Limb0 >> 32)) ^ _tag;

    /// <summary>Writes the 33 bytes, without a length.</summary>
    public void Encode(ScaleWriter writer) => WriteTo(writer.Reserve(Size));

    /// <summary>Reads 33 bytes; <see cref="ScaleError.InvalidValue"/> if they have not the form of a public key.</summary>
    public static PublicKey Decode(ref ScaleReader reader)
    {
        int start = reader.Offset;
        return TryFromBytes(reader.ReadFixed(Size), out PublicKey key)
            ? key
            : throw ScaleReader.Invalid(start, "a public key starts with 2 or 3 and its x is below p.");
    }

    /// <summary>True if both have the same bytes.</summary>
    public static bool operator ==(PublicKey left, PublicKey right) => left.Equals(right);

    /// <summary>True if any byte differs.</summary>
    public static bool operator !=(PublicKey left, PublicKey right) => !left.Equals(right);

    internal static PublicKey FromPoint(ECPoint point)
    {
        UInt256 y = UInt256.ReadBigEndian(point.Y);
        return new PublicKey(y.IsOdd ? OddTag : EvenTag, UInt256.ReadBigEndian(point.X));
    }

    /// <summary>The key as the base library takes it; false if the curve has no such point.</summary>
    internal bool TryGetParameters(out ECParameters parameters)
    {
        parameters = default;
        if (!TryDecompress(out UInt256 y))
            return false;

        byte[] x = new byte[UInt256.Size];
        _x.WriteBigEndian(x);
        byte[] yBytes = new byte[UInt256.Size];
        y.WriteBigEndian(yBytes);
        parameters = new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = new ECPoint { X = x, Y = yBytes } };
        return true;
    }

    private bool TryDecompress(out UInt256 y)
    {
        y = default;
        return _tag != 0 && P256.TryDecompress(_x, _tag == OddTag, out y);
    }
}
