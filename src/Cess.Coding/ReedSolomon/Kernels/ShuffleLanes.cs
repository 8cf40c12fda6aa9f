using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Cess.Coding.Kernels;

/// <summary>What belongs to the low and to the high four bits of each byte: a split operand, or a factor's two tables.</summary>
internal readonly struct Nibbles<TVector>(TVector low, TVector high)
    where TVector : struct
{
    public readonly TVector Low = low;
    public readonly TVector High = high;
}

/// <summary>VPSHUFB on 256 bits.</summary>
internal readonly unsafe struct Avx2Lanes : IFieldLanes<Vector256<byte>, Nibbles<Vector256<byte>>, Nibbles<Vector256<byte>>>
{
    public static bool IsSupported => Avx2.IsSupported;
    public static int Width => 32;
    public static bool IsWide => false;
    public static byte* Tables => GaloisField.NibbleTables;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Nibbles<Vector256<byte>> Load(byte* source)
    {
        Vector256<byte> bytes = Vector256.Load(source);
        Vector256<byte> mask = Vector256.Create((byte)0x0F);
        return new(bytes & mask, Avx2.ShiftRightLogical(bytes.AsUInt16(), 4).AsByte() & mask);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Nibbles<Vector256<byte>> Factor(byte* tables, nuint coefficient)
    {
        byte* table = tables + (coefficient * GaloisField.NibbleTableBytes);
        return new(Avx2.BroadcastVector128ToVector256(table), Avx2.BroadcastVector128ToVector256(table + 16));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> MultiplyAdd(
        Vector256<byte> sum, Nibbles<Vector256<byte>> operand, Nibbles<Vector256<byte>> factor) =>
        sum ^ Avx2.Shuffle(factor.Low, operand.Low) ^ Avx2.Shuffle(factor.High, operand.High);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> MultiplyAdd(
        Vector256<byte> sum, Nibbles<Vector256<byte>> operand1, Nibbles<Vector256<byte>> factor1,
        Nibbles<Vector256<byte>> operand2, Nibbles<Vector256<byte>> factor2) =>
        MultiplyAdd(MultiplyAdd(sum, operand1, factor1), operand2, factor2);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(byte* target, Vector256<byte> value) => value.Store(target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreNonTemporal(byte* target, Vector256<byte> value) => value.StoreAlignedNonTemporal(target);
}

/// <summary>PSHUFB on 128 bits.</summary>
internal readonly unsafe struct Ssse3Lanes : IFieldLanes<Vector128<byte>, Nibbles<Vector128<byte>>, Nibbles<Vector128<byte>>>
{
    public static bool IsSupported => Ssse3.IsSupported;
    public static int Width => 16;
    public static bool IsWide => false;
    public static byte* Tables => GaloisField.NibbleTables;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Nibbles<Vector128<byte>> Load(byte* source)
    {
        Vector128<byte> bytes = Vector128.Load(source);
        Vector128<byte> mask = Vector128.Create((byte)0x0F);
        return new(bytes & mask, Sse2.ShiftRightLogical(bytes.AsUInt16(), 4).AsByte() & mask);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Nibbles<Vector128<byte>> Factor(byte* tables, nuint coefficient)
    {
        byte* table = tables + (coefficient * GaloisField.NibbleTableBytes);
        return new(Vector128.Load(table), Vector128.Load(table + 16));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> MultiplyAdd(
        Vector128<byte> sum, Nibbles<Vector128<byte>> operand, Nibbles<Vector128<byte>> factor) =>
        sum ^ Ssse3.Shuffle(factor.Low, operand.Low) ^ Ssse3.Shuffle(factor.High, operand.High);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> MultiplyAdd(
        Vector128<byte> sum, Nibbles<Vector128<byte>> operand1, Nibbles<Vector128<byte>> factor1,
        Nibbles<Vector128<byte>> operand2, Nibbles<Vector128<byte>> factor2) =>
        MultiplyAdd(MultiplyAdd(sum, operand1, factor1), operand2, factor2);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(byte* target, Vector128<byte> value) => value.Store(target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreNonTemporal(byte* target, Vector128<byte> value) => value.StoreAlignedNonTemporal(target);
}

/// <summary>TBL on 128 bits.</summary>
internal readonly unsafe struct AdvSimdLanes : IFieldLanes<Vector128<byte>, Nibbles<Vector128<byte>>, Nibbles<Vector128<byte>>>
{
    public static bool IsSupported => AdvSimd.Arm64.IsSupported;
    public static int Width => 16;
    public static bool IsWide => false;
    public static byte* Tables => GaloisField.NibbleTables;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Nibbles<Vector128<byte>> Load(byte* source)
    {
        Vector128<byte> bytes = Vector128.Load(source);
        return new(bytes & Vector128.Create((byte)0x0F), AdvSimd.ShiftRightLogical(bytes, 4));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Nibbles<Vector128<byte>> Factor(byte* tables, nuint coefficient)
    {
        byte* table = tables + (coefficient * GaloisField.NibbleTableBytes);
        return new(Vector128.Load(table), Vector128.Load(table + 16));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> MultiplyAdd(
        Vector128<byte> sum, Nibbles<Vector128<byte>> operand, Nibbles<Vector128<byte>> factor) =>
        sum ^ AdvSimd.Arm64.VectorTableLookup(factor.Low, operand.Low)
            ^ AdvSimd.Arm64.VectorTableLookup(factor.High, operand.High);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> MultiplyAdd(
        Vector128<byte> sum, Nibbles<Vector128<byte>> operand1, Nibbles<Vector128<byte>> factor1,
        Nibbles<Vector128<byte>> operand2, Nibbles<Vector128<byte>> factor2) =>
        MultiplyAdd(MultiplyAdd(sum, operand1, factor1), operand2, factor2);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(byte* target, Vector128<byte> value) => value.Store(target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreNonTemporal(byte* target, Vector128<byte> value) => value.StoreAlignedNonTemporal(target);
}
