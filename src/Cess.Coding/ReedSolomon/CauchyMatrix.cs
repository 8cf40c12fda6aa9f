namespace Cess.Coding;

/// <summary>
/// The code's parity matrix: row r, column c holds <c>1 / ((k + r) ⊕ c)</c>. It is a Cauchy matrix over the distinct
/// points k…k+m−1 and 0…k−1, and every square submatrix of a Cauchy matrix is invertible; below an identity it therefore
/// makes a maximum-distance-separable code for every k + m ≤ 256 (Blömer and others, ICSI TR-95-048, 1995).
/// </summary>
internal static class CauchyMatrix
{
    /// <summary>The m rows of k coefficients, one row after the other, in pinned memory.</summary>
    public static byte[] Parity(int dataShards, int parityShards)
    {
        byte[] matrix = GC.AllocateArray<byte>(dataShards * parityShards, pinned: true);
        for (int r = 0; r < parityShards; r++)
        {
            for (int c = 0; c < dataShards; c++)
                matrix[(r * dataShards) + c] = GaloisField.Inverse((byte)((dataShards + r) ^ c));
        }
        return matrix;
    }

    /// <summary>Inverts a square matrix in place by Gauss–Jordan elimination.</summary>
    /// <param name="matrix">n rows of n elements. Every leading minor is non-zero, as in any Cauchy submatrix.</param>
    /// <param name="n">The order of the matrix.</param>
    public static void Invert(Span<byte> matrix, int n)
    {
        for (int pivot = 0; pivot < n; pivot++)
        {
            Span<byte> pivotRow = matrix.Slice(pivot * n, n);
            byte scale = GaloisField.Inverse(pivotRow[pivot]);
            pivotRow[pivot] = 1;
            for (int c = 0; c < n; c++)
                pivotRow[c] = GaloisField.Multiply(pivotRow[c], scale);
            for (int r = 0; r < n; r++)
            {
                Span<byte> row = matrix.Slice(r * n, n);
                byte factor = row[pivot];
                if (r == pivot || factor == 0)
                    continue;
                row[pivot] = 0;
                for (int c = 0; c < n; c++)
                    row[c] ^= GaloisField.Multiply(factor, pivotRow[c]);
            }
        }
    }
}
