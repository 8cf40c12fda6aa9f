using System.Diagnostics.CodeAnalysis;

namespace Cess.Primitives;

/// <summary>
/// An ECDSA signature over P-256 (FIPS 186-5): r then s, 32 bytes each, big-endian (IEEE P1363). Any 64 bytes can be
/// held; only canonical signatures verify.
/// </summary>
public readonly struct Signature : IEquatable<Signature>, IScaleValue<Signature>
{
    /// <summary>Length in bytes.</summary>
    public const int Size = 64;

    private readonly UInt256 _r;
    private readonly UInt256 _s;

    private Signature(UInt256 r, UInt256 s)
    {
        _r = r;
        _s = s;
    }

    /// <summary>
    /// Whether r is in 1 … n-1 and s in 1 … (n-1)/2. With (r, s), (r, n-s) satisfies ECDSA's equation too: taking the
    /// smaller s alone leaves one signature, which nobody can change into another.
    /// </summary>
    public bool IsCanonical => !_r.IsZero && _r < P256.Order && !_s.IsZero && _s <= P256.HalfOrder;

    /// <summary>Takes exactly <see cref="Size"/> bytes.</summary>
    /// <exception cref="KeyException"><see cref="KeyError.MalformedSignature"/>: there are more or fewer.</exception>
    public static Signature FromBytes(ReadOnlySpan<byte> bytes) =>
        bytes.Length == Size
            ? new Signature(UInt256.ReadBigEndian(bytes[..UInt256.Size]), UInt256.ReadBigEndian(bytes[UInt256.Size..]))
            : throw new KeyException(KeyError.MalformedSignature, $"a signature has {Size} bytes, not {bytes.Length}.");

    /// <summary>
    /// The signature with n-s for s where s is high, else itself: what signers outside this system (browsers, HSMs,
    /// passkeys) need, as they return either.
    /// </summary>
    public Signature ToLowS() =>
        _s > P256.HalfOrder && _s < P256.Order ? new Signature(_r, UInt256.Subtract(P256.Order, _s, out _)) : this;

    /// <summary>Writes <see cref="Size"/> bytes to the start of <paramref name="destination"/>.</summary>
    /// <exception cref="ArgumentException">The destination is shorter.</exception>
    public void WriteTo(Span<byte> destination)
    {
        if (destination.Length < Size)
            throw new ArgumentException($"A signature needs {Size} bytes of room, not {destination.Length}.", nameof(destination));

        _r.WriteBigEndian(destination);
        _s.WriteBigEndian(destination[UInt256.Size..]);
    }

    /// <summary>The 64 bytes in a new array.</summary>
    public byte[] ToArray()
    {
        byte[] bytes = new byte[Size];
        WriteTo(bytes);
        return bytes;
    }

    /// <summary>128 hexadecimal digits in lower case.</summary>
    public override string ToString() => Convert.ToHexStringLower(ToArray());

    /// <inheritdoc/>
    public bool Equals(Signature other) => _r == other._r && _s == other._s;

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => obj is Signature other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => (int)(_r.Limb0 ^ _s.Limb0);

    /// <summary>Writes the 64 bytes, without a length.</summary>
    public void Encode(ScaleWriter writer) => WriteTo(writer.Reserve(Size));

    /// <summary>Reads 64 bytes.</summary>
    public static Signature Decode(ref ScaleReader reader) => FromBytes(reader.ReadFixed(Size));

    /// <summary>True if both have the same bytes.</summary>
    public static bool operator ==(Signature left, Signature right) => left.Equals(right);

    /// <summary>True if any byte differs.</summary>
    public static bool operator !=(Signature left, Signature right) => !left.Equals(right);
}
