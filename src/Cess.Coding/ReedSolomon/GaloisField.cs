using System.Runtime.InteropServices;

namespace Cess.Coding;

/// <summary>
/// GF(2^8) with the polynomial x^8 + x^4 + x^3 + x^2 + 1 (0x11D), in which 2 generates every non-zero element,
/// and the tables from which the kernels multiply. The tables live in unmanaged memory for the life of the process.
/// </summary>
internal static unsafe class GaloisField
{
    public const int Polynomial = 0x11D;
    public const int Order = 256;

    /// <summary>Bytes of one coefficient in <see cref="NibbleTables"/>.</summary>
    public const int NibbleTableBytes = 32;

    private const nuint Alignment = 64;

    /// <summary>All products: the byte at <c>256·a + b</c> is <c>a·b</c>.</summary>
    public static readonly byte* Products = MakeProducts();

    /// <summary>
    /// For each coefficient <c>c</c> 32 bytes: <c>c·x</c> for x = 0…15, then <c>c·16x</c> for x = 0…15.
    /// Two byte shuffles and one xor multiply a whole vector (Plank, Greenan, Miller: "Screaming Fast Galois Field
    /// Arithmetic Using Intel SIMD Instructions", FAST 2013).
    /// </summary>
    public static readonly byte* NibbleTables = MakeNibbleTables();

    /// <summary>
    /// For each coefficient the 8×8 bit matrix of the multiplication by it, as GF2P8AFFINEQB wants it: byte 7 − i holds
    /// the row of result bit i, whose bit j says whether bit j of the operand takes part.
    /// </summary>
    public static readonly ulong* BitMatrices = MakeBitMatrices();

    public static byte Multiply(byte a, byte b) => Products[(a * Order) + b];

    /// <summary>The inverse of a non-zero element: a^254.</summary>
    public static byte Inverse(byte a)
    {
        if (a == 0)
            throw new DivideByZeroException();
        byte result = 1;
        for (int i = 0; i < Order - 2; i++)
            result = Multiply(result, a);
        return result;
    }

    private static byte* MakeProducts()
    {
        byte* products = Allocate(Order * Order);
        for (int a = 0; a < Order; a++)
        {
            for (int b = 0; b < Order; b++)
                products[(a * Order) + b] = MultiplyByShifting(a, b);
        }
        return products;
    }

    private static byte* MakeNibbleTables()
    {
        byte* tables = Allocate(Order * NibbleTableBytes);
        for (int c = 0; c < Order; c++)
        {
            byte* table = tables + (c * NibbleTableBytes);
            for (int x = 0; x < 16; x++)
            {
                table[x] = MultiplyByShifting(c, x);
                table[16 + x] = MultiplyByShifting(c, x << 4);
            }
        }
        return tables;
    }

    private static ulong* MakeBitMatrices()
    {
        ulong* matrices = (ulong*)Allocate(Order * sizeof(ulong));
        for (int c = 0; c < Order; c++)
        {
            ulong matrix = 0;
            for (int column = 0; column < 8; column++)
            {
                int product = MultiplyByShifting(c, 1 << column);
                for (int row = 0; row < 8; row++)
                    matrix |= (ulong)((product >> row) & 1) << (((7 - row) * 8) + column);
            }
            matrices[c] = matrix;
        }
        return matrices;
    }

    private static byte MultiplyByShifting(int a, int b)
    {
        int product = 0;
        for (; b != 0; b >>= 1)
        {
            if ((b & 1) != 0)
                product ^= a;
            a <<= 1;
            if ((a & Order) != 0)
                a ^= Polynomial;
        }
        return (byte)product;
    }

    private static byte* Allocate(int bytes) => (byte*)NativeMemory.AlignedAlloc((nuint)bytes, Alignment);
}
