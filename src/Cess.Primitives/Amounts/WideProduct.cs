namespace Cess.Primitives;

/// <summary>A product of two 128-bit integers in full: <c>High · 2^128 + Low</c>.</summary>
internal readonly record struct WideProduct(UInt128 High, UInt128 Low)
{
    public static WideProduct Of(UInt128 left, UInt128 right)
    {
        (ulong a1, ulong a0) = ((ulong)(left >> 64), (ulong)left);
        (ulong b1, ulong b0) = ((ulong)(right >> 64), (ulong)right);
        if (a1 == 0 && b1 == 0)
            return new WideProduct(UInt128.Zero, (UInt128)a0 * b0);

        // Schoolbook multiplication in digits of 64 bits. No intermediate sum reaches 2^128.
        UInt128 low = (UInt128)a0 * b0;
        UInt128 middle1 = ((UInt128)a1 * b0) + (low >> 64);
        UInt128 middle2 = ((UInt128)a0 * b1) + (ulong)middle1;
        UInt128 high = ((UInt128)a1 * b1) + (middle1 >> 64) + (middle2 >> 64);
        return new WideProduct(high, (middle2 << 64) | (ulong)low);
    }

    /// <summary>False if the quotient has more than 128 bits. The divisor is not zero.</summary>
    public bool TryDivide(UInt128 divisor, out UInt128 quotient, out UInt128 remainder)
    {
        if (High == UInt128.Zero)
        {
            (quotient, remainder) = UInt128.DivRem(Low, divisor);
            return true;
        }

        quotient = default;
        remainder = default;
        if (High >= divisor)
            return false;

        // Long division, one bit a step. The remainder stays below the divisor, so doubled it has at most 129 bits:
        // the bit shifted out stands for the 129th.
        UInt128 rest = High;
        UInt128 bits = UInt128.Zero;
        for (int i = 127; i >= 0; i--)
        {
            bool carry = (rest >> 127) != UInt128.Zero;
            rest = (rest << 1) | ((Low >> i) & UInt128.One);
            bits <<= 1;
            if (carry || rest >= divisor)
            {
                rest = unchecked(rest - divisor);
                bits |= UInt128.One;
            }
        }

        (quotient, remainder) = (bits, rest);
        return true;
    }
}
