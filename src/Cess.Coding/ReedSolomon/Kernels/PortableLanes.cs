using System.Runtime.CompilerServices;

namespace Cess.Coding.Kernels;

/// <summary>Where the 256 products of one coefficient stand.</summary>
internal readonly unsafe struct ProductRow(byte* products)
{
    public readonly byte* Products = products;
}

/// <summary>Eight elements in an integer register and a table look-up for each: runs anywhere.</summary>
internal readonly unsafe struct PortableLanes : IFieldLanes<ulong, ulong, ProductRow>
{
    public static bool IsSupported => true;
    public static int Width => sizeof(ulong);
    public static bool IsWide => false;
    public static byte* Tables => GaloisField.Products;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Load(byte* source) => Unsafe.ReadUnaligned<ulong>(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ProductRow Factor(byte* tables, nuint coefficient) => new(tables + (coefficient * GaloisField.Order));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong MultiplyAdd(ulong sum, ulong operand, ProductRow factor)
    {
        byte* products = factor.Products;
        ulong low = products[(byte)operand]
            | ((ulong)products[(byte)(operand >> 8)] << 8)
            | ((ulong)products[(byte)(operand >> 16)] << 16)
            | ((ulong)products[(byte)(operand >> 24)] << 24);
        ulong high = ((ulong)products[(byte)(operand >> 32)] << 32)
            | ((ulong)products[(byte)(operand >> 40)] << 40)
            | ((ulong)products[(byte)(operand >> 48)] << 48)
            | ((ulong)products[operand >> 56] << 56);
        return sum ^ low ^ high;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong MultiplyAdd(ulong sum, ulong operand1, ProductRow factor1, ulong operand2, ProductRow factor2) =>
        MultiplyAdd(MultiplyAdd(sum, operand1, factor1), operand2, factor2);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(byte* target, ulong value) => Unsafe.WriteUnaligned(target, value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreNonTemporal(byte* target, ulong value) => Store(target, value);
}
