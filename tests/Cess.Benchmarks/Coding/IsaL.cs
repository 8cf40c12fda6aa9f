using System.Runtime.InteropServices;

namespace Cess.Benchmarks.Coding;

/// <summary>Intel's ISA-L, the peer that the coder is measured against. It uses the same field and the same Cauchy matrix.</summary>
internal static unsafe partial class IsaL
{
    private const string Library = "libisal.so.2";

    /// <summary>Bytes of ISA-L's tables for one coefficient.</summary>
    private const int TableBytes = 32;

    public static bool IsPresent { get; } = NativeLibrary.TryLoad(Library, out _);

    /// <summary>The tables that encode k + m.</summary>
    public static byte[] EncodeTables(int k, int m)
    {
        byte[] matrix = Generator(k, m);
        return Tables(k, m, matrix.AsSpan(k * k));
    }

    /// <summary>The tables that rebuild the first <paramref name="lost"/> data shards from the k shards after them.</summary>
    public static byte[] DecodeTables(int k, int m, int lost)
    {
        byte[] generator = Generator(k, m);
        byte[] square = generator.AsSpan(lost * k, k * k).ToArray();
        byte[] inverse = new byte[k * k];
        fixed (byte* input = square, output = inverse)
        {
            if (gf_invert_matrix(input, output, k) != 0)
                throw new InvalidOperationException("ISA-L cannot invert its matrix");
        }
        return Tables(k, lost, inverse);
    }

    public static void Multiply(int length, int k, int rows, byte[] tables, byte** inputs, byte** outputs)
    {
        fixed (byte* table = tables)
            ec_encode_data(length, k, rows, table, inputs, outputs);
    }

    private static byte[] Generator(int k, int m)
    {
        byte[] matrix = new byte[(k + m) * k];
        fixed (byte* output = matrix)
            gf_gen_cauchy1_matrix(output, k + m, k);
        return matrix;
    }

    private static byte[] Tables(int k, int rows, ReadOnlySpan<byte> matrix)
    {
        byte[] tables = GC.AllocateArray<byte>(TableBytes * k * rows, pinned: true);
        fixed (byte* input = matrix, output = tables)
            ec_init_tables(k, rows, input, output);
        return tables;
    }

    [LibraryImport(Library)]
    private static partial void gf_gen_cauchy1_matrix(byte* matrix, int rows, int k);

    [LibraryImport(Library)]
    private static partial int gf_invert_matrix(byte* input, byte* output, int n);

    [LibraryImport(Library)]
    private static partial void ec_init_tables(int k, int rows, byte* matrix, byte* tables);

    [LibraryImport(Library)]
    private static partial void ec_encode_data(int length, int k, int rows, byte* tables, byte** data, byte** coding);
}
