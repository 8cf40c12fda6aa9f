using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Cess.Coding.Kernels;

internal static class GfniLanes
{
    /// <summary>The truth table of a ⊕ b ⊕ c.</summary>
    public const byte XorOfThree = 0x96;
}

/// <summary>GF2P8AFFINEQB on 512 bits. The affine form, since GF2P8MULB knows only the polynomial of AES.</summary>
internal readonly unsafe struct Gfni512Lanes : IFieldLanes<Vector512<byte>, Vector512<byte>, Vector512<byte>>
{
    public static bool IsSupported => Gfni.V512.IsSupported;
    public static int Width => 64;
    public static bool IsWide => Avx512F.IsSupported;
    public static byte* Tables => (byte*)GaloisField.BitMatrices;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> Load(byte* source) => Vector512.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> Factor(byte* tables, nuint coefficient) =>
        Vector512.Create(((ulong*)tables)[coefficient]).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> MultiplyAdd(Vector512<byte> sum, Vector512<byte> operand, Vector512<byte> factor) =>
        sum ^ Gfni.V512.GaloisFieldAffineTransform(operand, factor, 0);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> MultiplyAdd(
        Vector512<byte> sum, Vector512<byte> operand1, Vector512<byte> factor1,
        Vector512<byte> operand2, Vector512<byte> factor2) =>
        Avx512F.TernaryLogic(
            sum,
            Gfni.V512.GaloisFieldAffineTransform(operand1, factor1, 0),
            Gfni.V512.GaloisFieldAffineTransform(operand2, factor2, 0),
            GfniLanes.XorOfThree);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(byte* target, Vector512<byte> value) => value.Store(target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreNonTemporal(byte* target, Vector512<byte> value) => value.StoreAlignedNonTemporal(target);
}

/// <summary>GF2P8AFFINEQB on 256 bits.</summary>
internal readonly unsafe struct Gfni256Lanes : IFieldLanes<Vector256<byte>, Vector256<byte>, Vector256<byte>>
{
    public static bool IsSupported => Gfni.V256.IsSupported;
    public static int Width => 32;
    public static bool IsWide => Avx512F.VL.IsSupported;
    public static byte* Tables => (byte*)GaloisField.BitMatrices;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Load(byte* source) => Vector256.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Factor(byte* tables, nuint coefficient) =>
        Vector256.Create(((ulong*)tables)[coefficient]).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> MultiplyAdd(Vector256<byte> sum, Vector256<byte> operand, Vector256<byte> factor) =>
        sum ^ Gfni.V256.GaloisFieldAffineTransform(operand, factor, 0);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> MultiplyAdd(
        Vector256<byte> sum, Vector256<byte> operand1, Vector256<byte> factor1,
        Vector256<byte> operand2, Vector256<byte> factor2) =>
        Avx512F.VL.TernaryLogic(
            sum,
            Gfni.V256.GaloisFieldAffineTransform(operand1, factor1, 0),
            Gfni.V256.GaloisFieldAffineTransform(operand2, factor2, 0),
            GfniLanes.XorOfThree);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(byte* target, Vector256<byte> value) => value.Store(target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreNonTemporal(byte* target, Vector256<byte> value) => value.StoreAlignedNonTemporal(target);
}

/// <summary>GF2P8AFFINEQB on 128 bits.</summary>
internal readonly unsafe struct Gfni128Lanes : IFieldLanes<Vector128<byte>, Vector128<byte>, Vector128<byte>>
{
    public static bool IsSupported => Gfni.IsSupported;
    public static int Width => 16;
    public static bool IsWide => Avx512F.VL.IsSupported;
    public static byte* Tables => (byte*)GaloisField.BitMatrices;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Load(byte* source) => Vector128.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Factor(byte* tables, nuint coefficient) =>
        Vector128.Create(((ulong*)tables)[coefficient]).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> MultiplyAdd(Vector128<byte> sum, Vector128<byte> operand, Vector128<byte> factor) =>
        sum ^ Gfni.GaloisFieldAffineTransform(operand, factor, 0);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> MultiplyAdd(
        Vector128<byte> sum, Vector128<byte> operand1, Vector128<byte> factor1,
        Vector128<byte> operand2, Vector128<byte> factor2) =>
        Avx512F.VL.TernaryLogic(
            sum,
            Gfni.GaloisFieldAffineTransform(operand1, factor1, 0),
            Gfni.GaloisFieldAffineTransform(operand2, factor2, 0),
            GfniLanes.XorOfThree);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(byte* target, Vector128<byte> value) => value.Store(target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreNonTemporal(byte* target, Vector128<byte> value) => value.StoreAlignedNonTemporal(target);
}
