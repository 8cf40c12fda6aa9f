namespace Cess.Coding.Tests;

/// <summary>
/// The format's text turned into code as plainly as possible, sharing nothing with the product: logarithms instead of
/// products, the inversion of the whole k × k matrix with pivoting instead of the small one without.
/// </summary>
internal static class NaiveReedSolomon
{
    private static readonly int[] s_log = new int[256];
    private static readonly byte[] s_exp = new byte[510];

    static NaiveReedSolomon()
    {
        int x = 1;
        for (int i = 0; i < 255; i++)
        {
            s_exp[i] = s_exp[i + 255] = (byte)x;
            s_log[x] = i;
            x *= 2;
            if (x > 255)
                x ^= 0x11D;
        }
    }

    public static byte Multiply(byte a, byte b) => a == 0 || b == 0 ? (byte)0 : s_exp[s_log[a] + s_log[b]];

    public static byte Divide(byte a, byte b) => a == 0 ? (byte)0 : s_exp[s_log[a] + 255 - s_log[b]];

    /// <summary>The generator's row of a shard: a unit vector, or a row of the Cauchy matrix.</summary>
    public static byte[] Row(int k, int shard)
    {
        byte[] row = new byte[k];
        for (int c = 0; c < k; c++)
            row[c] = shard < k ? (byte)(shard == c ? 1 : 0) : Divide(1, (byte)(shard ^ c));
        return row;
    }

    public static byte[][] Encode(byte[][] data, int m) =>
        [.. Enumerable.Range(data.Length, m).Select(shard => Combine(Row(data.Length, shard), data))];

    public static byte[][] Decode(int k, int[] available, byte[][] shards)
    {
        byte[][] matrix = [.. available.Take(k).Select(shard => Row(k, shard))];
        byte[][] right = [.. available.Take(k).Select(shard => (byte[])shards[shard].Clone())];
        for (int p = 0; p < k; p++)
        {
            int swap = Enumerable.Range(p, k - p).First(r => matrix[r][p] != 0);
            (matrix[p], matrix[swap]) = (matrix[swap], matrix[p]);
            (right[p], right[swap]) = (right[swap], right[p]);
            byte scale = matrix[p][p];
            matrix[p] = [.. matrix[p].Select(x => Divide(x, scale))];
            right[p] = [.. right[p].Select(x => Divide(x, scale))];
            for (int r = 0; r < k; r++)
            {
                byte factor = matrix[r][p];
                if (r == p || factor == 0)
                    continue;
                matrix[r] = [.. matrix[r].Select((x, i) => (byte)(x ^ Multiply(factor, matrix[p][i])))];
                right[r] = [.. right[r].Select((x, i) => (byte)(x ^ Multiply(factor, right[p][i])))];
            }
        }
        return right;
    }

    private static byte[] Combine(byte[] row, byte[][] shards)
    {
        byte[] sum = new byte[shards[0].Length];
        for (int c = 0; c < row.Length; c++)
        {
            for (int i = 0; i < sum.Length; i++)
                sum[i] ^= Multiply(row[c], shards[c][i]);
        }
        return sum;
    }
}
