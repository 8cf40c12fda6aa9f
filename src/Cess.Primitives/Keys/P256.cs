using System.Runtime.CompilerServices;

namespace Cess.Primitives;

/// <summary>
/// The curve NIST P-256 (SP 800-186, section 3.2.1.3): y² = x³ - 3x + b modulo p, of prime order n; and what decompressing
/// a point (SEC 1, section 2.3.4) takes of its field. Public values only: nothing here is constant-time.
/// </summary>
internal static class P256
{
    /// <summary>The field's prime p = 2^256 - 2^224 + 2^192 + 2^96 - 1.</summary>
    public static readonly UInt256 Prime = new(0xFFFFFFFFFFFFFFFF, 0x00000000FFFFFFFF, 0x0000000000000000, 0xFFFFFFFF00000001);

    /// <summary>The number n of points.</summary>
    public static readonly UInt256 Order = new(0xF3B9CAC2FC632551, 0xBCE6FAADA7179E84, 0xFFFFFFFFFFFFFFFF, 0xFFFFFFFF00000000);

    /// <summary>(n - 1) / 2: the largest s of a low-s signature.</summary>
    public static readonly UInt256 HalfOrder = new(0x79DCE5617E3192A8, 0xDE737D56D38BCF42, 0x7FFFFFFFFFFFFFFF, 0x7FFFFFFF80000000);

    private static readonly UInt256 s_b = new(0x3BCE3C3E27D2604B, 0x651D06B0CC53B0F6, 0xB3EBBD55769886BC, 0x5AC635D8AA3A93E7);

    /// <summary>2^512 modulo p: multiplying by it brings a number into Montgomery's form.</summary>
    private static readonly UInt256 s_montgomerySquare =
        new(0x0000000000000003, 0xFFFFFFFBFFFFFFFF, 0xFFFFFFFFFFFFFFFE, 0x00000004FFFFFFFD);

    private static readonly UInt256 s_bMontgomery = ToMontgomery(s_b);

    /// <summary>The y of the given parity that belongs to x; false if x is outside the field or the curve has no such point.</summary>
    public static bool TryDecompress(UInt256 x, bool isOdd, out UInt256 y)
    {
        y = default;
        if (x >= Prime)
            return false;

        UInt256 square = CurveSquare(x);
        UInt256 root = SquareRoot(square);
        if (Multiply(root, root) != square)
            return false;

        y = FromMontgomery(root);
        if (y.IsOdd != isOdd)
        {
            // Zero is its own negative; the curve's order is odd, so no point has this y.
            if (y.IsZero)
                return false;
            y = UInt256.Subtract(Prime, y, out _);
        }

        return true;
    }

    /// <summary>Whether (x, y) lies on the curve.</summary>
    public static bool IsOnCurve(UInt256 x, UInt256 y)
    {
        if (x >= Prime || y >= Prime)
            return false;

        UInt256 root = ToMontgomery(y);
        return Multiply(root, root) == CurveSquare(x);
    }

    /// <summary>x³ - 3x + b, in Montgomery's form.</summary>
    private static UInt256 CurveSquare(UInt256 x)
    {
        UInt256 m = ToMontgomery(x);
        UInt256 cube = Multiply(Multiply(m, m), m);
        UInt256 triple = AddModulo(AddModulo(m, m), m);
        return AddModulo(SubtractModulo(cube, triple), s_bMontgomery);
    }

    /// <summary>
    /// value^((p+1)/4), which is a root if there is one since p ≡ 3 (mod 4). The exponent is
    /// (((2^32 - 1)·2^32 + 1)·2^96 + 1)·2^94.
    /// </summary>
    private static UInt256 SquareRoot(UInt256 value)
    {
        UInt256 power = value; // value^(2^ones - 1)
        for (int ones = 1; ones < 32; ones *= 2)
            power = Multiply(SquareTimes(power, ones), power);

        power = Multiply(SquareTimes(power, 32), value);
        power = Multiply(SquareTimes(power, 96), value);
        return SquareTimes(power, 94);
    }

    private static UInt256 SquareTimes(UInt256 value, int times)
    {
        for (int i = 0; i < times; i++)
            value = Multiply(value, value);
        return value;
    }

    private static UInt256 ToMontgomery(UInt256 value) => Multiply(value, s_montgomerySquare);

    private static UInt256 FromMontgomery(UInt256 value) => Multiply(value, new UInt256(1, 0, 0, 0));

    /// <summary>left + right modulo p, for operands below p.</summary>
    internal static UInt256 AddModulo(UInt256 left, UInt256 right)
    {
        UInt256 sum = UInt256.Add(left, right, out bool carry);
        return carry || sum >= Prime ? UInt256.Subtract(sum, Prime, out _) : sum;
    }

    /// <summary>left - right modulo p, for operands below p.</summary>
    internal static UInt256 SubtractModulo(UInt256 left, UInt256 right)
    {
        UInt256 difference = UInt256.Subtract(left, right, out bool borrow);
        return borrow ? UInt256.Add(difference, Prime, out _) : difference;
    }

    /// <summary>
    /// left · right · 2^-256 modulo p: Montgomery's multiplication, operands interleaved (CIOS in Koç, Acar and Kaliski,
    /// "Analyzing and comparing Montgomery multiplication algorithms", 1996). Since p ≡ -1 modulo 2^64, the multiple of p
    /// that clears the lowest limb is that limb itself.
    /// </summary>
    internal static UInt256 Multiply(in UInt256 left, in UInt256 right)
    {
        (ulong t0, ulong t1, ulong t2, ulong t3, ulong t4) = (0, 0, 0, 0, 0);
        MultiplyDigit(left, right.Limb0, ref t0, ref t1, ref t2, ref t3, ref t4);
        MultiplyDigit(left, right.Limb1, ref t0, ref t1, ref t2, ref t3, ref t4);
        MultiplyDigit(left, right.Limb2, ref t0, ref t1, ref t2, ref t3, ref t4);
        MultiplyDigit(left, right.Limb3, ref t0, ref t1, ref t2, ref t3, ref t4);

        UInt256 product = new(t0, t1, t2, t3);
        return t4 != 0 || product >= Prime ? UInt256.Subtract(product, Prime, out _) : product;
    }

    /// <summary>t becomes (t + left · digit + multiple of p) / 2^64.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void MultiplyDigit(
        in UInt256 left, ulong digit, ref ulong t0, ref ulong t1, ref ulong t2, ref ulong t3, ref ulong t4)
    {
        ulong carry = 0;
        ulong multiple = MultiplyAdd(left.Limb0, digit, t0, ref carry);
        ulong s1 = MultiplyAdd(left.Limb1, digit, t1, ref carry);
        ulong s2 = MultiplyAdd(left.Limb2, digit, t2, ref carry);
        ulong s3 = MultiplyAdd(left.Limb3, digit, t3, ref carry);
        ulong s4 = t4;
        ulong s5 = AddCarry(ref s4, carry);

        // The lowest limb, multiple + multiple · (2^64 - 1), is multiple · 2^64: nothing stays and the carry is multiple.
        carry = multiple;
        t0 = MultiplyAdd(multiple, 0x00000000FFFFFFFF, s1, ref carry);
        t1 = s2;
        carry = AddCarry(ref t1, carry);
        t2 = MultiplyAdd(multiple, 0xFFFFFFFF00000001, s3, ref carry);
        t3 = s4;
        t4 = s5 + AddCarry(ref t3, carry);
    }

    /// <summary>The low half of a·b + c + carry; carry becomes the high half, which always fits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong MultiplyAdd(ulong a, ulong b, ulong c, ref ulong carry)
    {
        ulong high = Math.BigMul(a, b, out ulong low);
        low = unchecked(low + c);
        high += low < c ? 1ul : 0ul;
        low = unchecked(low + carry);
        high += low < carry ? 1ul : 0ul;
        carry = high;
        return low;
    }

    /// <summary>Adds to value and returns the carry, 0 or 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong AddCarry(ref ulong value, ulong addend)
    {
        value = unchecked(value + addend);
        return value < addend ? 1ul : 0ul;
    }
}
