using System.Buffers.Binary;

namespace Cess.Primitives;

/// <summary>A 256-bit integer: coordinates and scalars of P-256. Holds public values only: nothing here is constant-time.</summary>
/// <param name="Limb0">Bits 0 to 63.</param>
/// <param name="Limb1">Bits 64 to 127.</param>
/// <param name="Limb2">Bits 128 to 191.</param>
/// <param name="Limb3">Bits 192 to 255.</param>
internal readonly record struct UInt256(ulong Limb0, ulong Limb1, ulong Limb2, ulong Limb3) : IComparable<UInt256>
{
    public const int Size = 32;

    public bool IsZero => (Limb0 | Limb1 | Limb2 | Limb3) == 0;

    public bool IsOdd => (Limb0 & 1) != 0;

    public static UInt256 ReadBigEndian(ReadOnlySpan<byte> bytes) => new(
        BinaryPrimitives.ReadUInt64BigEndian(bytes[24..]),
        BinaryPrimitives.ReadUInt64BigEndian(bytes[16..]),
        BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]),
        BinaryPrimitives.ReadUInt64BigEndian(bytes));

    public void WriteBigEndian(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination[24..], Limb0);
        BinaryPrimitives.WriteUInt64BigEndian(destination[16..], Limb1);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], Limb2);
        BinaryPrimitives.WriteUInt64BigEndian(destination, Limb3);
    }

    /// <summary>left + right modulo 2^256, and whether the sum reached 2^256.</summary>
    public static UInt256 Add(UInt256 left, UInt256 right, out bool carry)
    {
        ulong c = 0;
        UInt256 sum = new(
            AddLimb(left.Limb0, right.Limb0, ref c),
            AddLimb(left.Limb1, right.Limb1, ref c),
            AddLimb(left.Limb2, right.Limb2, ref c),
            AddLimb(left.Limb3, right.Limb3, ref c));
        carry = c != 0;
        return sum;
    }

    /// <summary>left - right modulo 2^256, and whether the difference is negative.</summary>
    public static UInt256 Subtract(UInt256 left, UInt256 right, out bool borrow)
    {
        ulong b = 0;
        UInt256 difference = new(
            SubtractLimb(left.Limb0, right.Limb0, ref b),
            SubtractLimb(left.Limb1, right.Limb1, ref b),
            SubtractLimb(left.Limb2, right.Limb2, ref b),
            SubtractLimb(left.Limb3, right.Limb3, ref b));
        borrow = b != 0;
        return difference;
    }

    public int CompareTo(UInt256 other)
    {
        int order = Limb3.CompareTo(other.Limb3);
        if (order == 0)
            order = Limb2.CompareTo(other.Limb2);
        if (order == 0)
            order = Limb1.CompareTo(other.Limb1);
        return order != 0 ? order : Limb0.CompareTo(other.Limb0);
    }

    public static bool operator <(UInt256 left, UInt256 right) => left.CompareTo(right) < 0;

    public static bool operator >(UInt256 left, UInt256 right) => left.CompareTo(right) > 0;

    public static bool operator <=(UInt256 left, UInt256 right) => left.CompareTo(right) <= 0;

    public static bool operator >=(UInt256 left, UInt256 right) => left.CompareTo(right) >= 0;

    private static ulong AddLimb(ulong left, ulong right, ref ulong carry)
    {
        UInt128 sum = (UInt128)left + right + carry;
        carry = (ulong)(sum >> 64);
        return (ulong)sum;
    }

    private static ulong SubtractLimb(ulong left, ulong right, ref ulong borrow)
    {
        ulong difference = unchecked(left - right - borrow);
        borrow = left < right || (borrow != 0 && left == right) ? 1ul : 0ul;
        return difference;
    }
}
