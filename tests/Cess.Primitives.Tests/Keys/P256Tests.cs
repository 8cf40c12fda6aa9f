using System.Numerics;
using FsCheck;
using FsCheck.Fluent;

namespace Cess.Primitives.Tests;

/// <summary>The curve's arithmetic against the same arithmetic on arbitrary-precision integers.</summary>
public class P256Tests
{
    private static readonly BigInteger s_p = BigInteger.Pow(2, 256) - BigInteger.Pow(2, 224) + BigInteger.Pow(2, 192) + BigInteger.Pow(2, 96) - 1;

    // SP 800-186, section 3.2.1.3.
    private static readonly BigInteger s_n = BigInteger.Parse("115792089210356248762697446949407573529996955224135760342422259061068512044369");
    private static readonly BigInteger s_b = Unsigned("5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B");

    [Fact]
    public void Constants_are_the_standards()
    {
        Assert.Equal(s_p, ToBig(P256.Prime));
        Assert.Equal(s_n, ToBig(P256.Order));
        Assert.Equal((s_n - 1) / 2, ToBig(P256.HalfOrder));
    }

    [Fact]
    public void The_generator_decompresses_to_its_published_y()
    {
        UInt256 x = Read("6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296");
        UInt256 y = Read("4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5");
        Assert.True(P256.TryDecompress(x, isOdd: true, out UInt256 found));
        Assert.Equal(y, found);
        Assert.True(P256.IsOnCurve(x, y));
        Assert.True(P256.TryDecompress(x, isOdd: false, out found));
        Assert.Equal(s_p - ToBig(y), ToBig(found));
    }

    [Fact]
    public void Decompression_finds_exactly_the_points_of_the_curve() =>
        Prop.ForAll(FieldElements().ToArbitrary(), Gen.Elements(true, false).ToArbitrary(), (x, isOdd) =>
        {
            BigInteger square = Square(ToBig(x));
            bool isSquare = square.IsZero || BigInteger.ModPow(square, (s_p - 1) / 2, s_p).IsOne;
            if (P256.TryDecompress(x, isOdd, out UInt256 y) != isSquare)
                return false;

            return !isSquare
                || (y.IsOdd == isOdd && ToBig(y) < s_p && (ToBig(y) * ToBig(y) % s_p) == square && P256.IsOnCurve(x, y));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));

    [Fact]
    public void A_point_moved_off_the_curve_is_found() =>
        Prop.ForAll(FieldElements().ToArbitrary(), Gen.Choose(0, 255).ToArbitrary(), (x, bit) =>
        {
            if (!P256.TryDecompress(x, isOdd: true, out UInt256 y))
                return true;
            BigInteger moved = ToBig(y) ^ (BigInteger.One << bit);
            return !P256.IsOnCurve(x, Of(moved));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Coordinates_outside_the_field_are_refused()
    {
        foreach (BigInteger x in (BigInteger[])[s_p, s_p + 1, s_p + 5, BigInteger.Pow(2, 256) - 1])
        {
            UInt256 value = Of(x);
            Assert.False(P256.TryDecompress(value, isOdd: false, out _));
            Assert.False(P256.IsOnCurve(value, value));
        }
    }

    [Fact]
    public void Sums_and_differences_of_256_bits_agree_with_integers() =>
        Prop.ForAll(Integers().ToArbitrary(), Integers().ToArbitrary(), (a, b) =>
        {
            BigInteger modulus = BigInteger.Pow(2, 256);
            UInt256 sum = UInt256.Add(a, b, out bool carry);
            UInt256 difference = UInt256.Subtract(a, b, out bool borrow);
            (BigInteger bigA, BigInteger bigB) = (ToBig(a), ToBig(b));
            return ToBig(sum) == (bigA + bigB) % modulus && carry == (bigA + bigB >= modulus)
                && ToBig(difference) == (bigA - bigB + modulus) % modulus && borrow == (bigA < bigB)
                && Math.Sign(a.CompareTo(b)) == bigA.CompareTo(bigB);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));

    [Fact]
    public void Sums_and_differences_in_the_field_are_reduced() =>
        Prop.ForAll(FieldElements().ToArbitrary(), FieldElements().ToArbitrary(), (a, b) =>
            ToBig(P256.AddModulo(a, b)) == (ToBig(a) + ToBig(b)) % s_p
            && ToBig(P256.SubtractModulo(a, b)) == (ToBig(a) - ToBig(b) + s_p) % s_p)
        .Check(Config.QuickThrowOnFailure.WithMaxTest(1000));

    [Fact]
    public void Sums_and_products_that_land_between_p_and_2_to_256_are_reduced() =>
        Prop.ForAll(FieldElements().Where(value => !value.IsZero).ToArbitrary(), Generate.Bytes(27).ToArbitrary(), (a, bytes) =>
        {
            // A random result falls there once in 2^32: operands are chosen for a result below 2^216.
            BigInteger result = new(bytes, isUnsigned: true);
            BigInteger addend = (result - ToBig(a) + s_p) % s_p;
            BigInteger factor = result * BigInteger.Pow(2, 256) * BigInteger.ModPow(ToBig(a), s_p - 2, s_p) % s_p;
            return ToBig(P256.AddModulo(a, Of(addend))) == result && ToBig(P256.Multiply(a, Of(factor))) == result;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));

    private static Gen<UInt256> Integers() =>
        Gen.OneOf(
            Generate.Bytes(32).Select(bytes => UInt256.ReadBigEndian(bytes)),
            Gen.ArrayOf(Gen.Elements<byte>(0, 1, 0xFF), 32).Select(bytes => UInt256.ReadBigEndian(bytes)));

    private static Gen<UInt256> FieldElements() =>
        Gen.OneOf(
            Integers().Where(value => value < P256.Prime),
            Gen.Choose(0, 40).Select(small => new UInt256((ulong)small, 0, 0, 0)),
            Gen.Choose(1, 40).Select(small => UInt256.Subtract(P256.Prime, new UInt256((ulong)small, 0, 0, 0), out _)));

    private static BigInteger Square(BigInteger x) => ((BigInteger.ModPow(x, 3, s_p) - (3 * x) + s_b) % s_p + s_p) % s_p;

    private static UInt256 Of(BigInteger value)
    {
        byte[] bytes = new byte[UInt256.Size];
        value.TryWriteBytes(bytes.AsSpan(UInt256.Size - value.GetByteCount(isUnsigned: true)), out _, isUnsigned: true, isBigEndian: true);
        return UInt256.ReadBigEndian(bytes);
    }

    private static UInt256 Read(string hex) => UInt256.ReadBigEndian(Convert.FromHexString(hex));

    private static BigInteger Unsigned(string hex) => new(Convert.FromHexString(hex), isUnsigned: true, isBigEndian: true);

    private static BigInteger ToBig(UInt256 value)
    {
        byte[] bytes = new byte[32];
        value.WriteBigEndian(bytes);
        return new BigInteger(bytes, isUnsigned: true, isBigEndian: true);
    }
}
