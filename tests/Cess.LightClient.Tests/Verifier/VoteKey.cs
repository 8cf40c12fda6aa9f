using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;

namespace Cess.LightClient.Tests.Verifier;

/// <summary>A P-256 public key in its 33 bytes, and the check of signatures under it (docs/format/primitives.md, "Keys").</summary>
internal sealed record VoteKey
{
    public const int Size = 33;
    public const int SignatureSize = 64;

    // SP 800-186, section 3.2.1.3.
    private static readonly BigInteger s_p = Hex("ffffffff00000001000000000000000000000000ffffffffffffffffffffffff");
    private static readonly BigInteger s_n = Hex("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");
    private static readonly BigInteger s_b = Hex("5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b");

    private readonly string _hex;

    public VoteKey(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size || bytes[0] is not (2 or 3) || Number(bytes[1..]) >= s_p)
            throw new RefusedException("These bytes are no public key.");
        _hex = Convert.ToHexStringLower(bytes);
    }

    public Bytes32 Account => Bytes32.Sha256(ToArray());

    public byte[] ToArray() => Convert.FromHexString(_hex);

    /// <summary>True for a right signature over a digest with the smaller of its two values of s.</summary>
    public bool Verifies(Bytes32 digest, ReadOnlySpan<byte> signature)
    {
        BigInteger r = Number(signature[..32]);
        BigInteger s = Number(signature[32..]);
        if (r.IsZero || r >= s_n || s.IsZero || s > (s_n - 1) / 2)
            return false;
        byte[] bytes = ToArray();
        BigInteger x = Number(bytes.AsSpan(1));
        BigInteger square = (BigInteger.ModPow(x, 3, s_p) - (3 * x) + s_b) % s_p;
        if (square.Sign < 0)
            square += s_p;
        BigInteger y = BigInteger.ModPow(square, (s_p + 1) / 4, s_p);
        if (BigInteger.ModPow(y, 2, s_p) != square)
            return false;
        if (y.IsEven != (bytes[0] == 2))
            y = s_p - y;
        byte[] big = new byte[32];
        byte[] raw = y.ToByteArray(isUnsigned: true, isBigEndian: true);
        raw.CopyTo(big, 32 - raw.Length);
        using ECDsa key = ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = new ECPoint { X = bytes[1..], Y = big } });
        return key.VerifyHash(digest.ToArray(), signature, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
    }

    /// <summary>The smaller of a signature's two values of s, as signers have to give it.</summary>
    public static byte[] LowS(byte[] signature)
    {
        BigInteger s = Number(signature.AsSpan(32));
        if (s <= (s_n - 1) / 2)
            return signature;
        return OtherS(signature);
    }

    /// <summary>The same signature with its other value of s.</summary>
    public static byte[] OtherS(byte[] signature)
    {
        byte[] other = [.. signature[..32], .. new byte[32]];
        byte[] s = (s_n - Number(signature.AsSpan(32))).ToByteArray(isUnsigned: true, isBigEndian: true);
        s.CopyTo(other, SignatureSize - s.Length);
        return other;
    }

    private static BigInteger Number(ReadOnlySpan<byte> bytes) => new(bytes, isUnsigned: true, isBigEndian: true);

    private static BigInteger Hex(string digits) => BigInteger.Parse("0" + digits, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
