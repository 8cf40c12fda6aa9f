namespace Cess.Coding;

/// <summary>
/// How every other shard follows from one set of k available shards: for each shard outside the set, its coefficients
/// over the available ones in ascending order of their indices.
/// </summary>
internal sealed class ReconstructionPlan
{
    private readonly byte[] _rows;
    private readonly byte[] _rowOfShard;
    private readonly int _dataShards;

    private ReconstructionPlan(byte[] rows, byte[] rowOfShard, int dataShards)
    {
        _rows = rows;
        _rowOfShard = rowOfShard;
        _dataShards = dataShards;
    }

    /// <summary>The k coefficients of a shard that is not in the set, in pinned memory.</summary>
    public ref byte Row(int shard) => ref _rows[_rowOfShard[shard] * _dataShards];

    /// <summary>
    /// Let e data shards be missing and e parity shards P stand in for them. Those give e equations over the missing
    /// data, whose matrix is a square part of the Cauchy matrix; only that is inverted, not k × k.
    /// </summary>
    /// <param name="parity">The code's parity matrix, m rows of k.</param>
    /// <param name="dataShards">k.</param>
    /// <param name="totalShards">k + m.</param>
    /// <param name="available">Exactly k shards.</param>
    public static ReconstructionPlan Make(ReadOnlySpan<byte> parity, int dataShards, int totalShards, ShardSet available)
    {
        int k = dataShards;
        int parityShards = totalShards - k;
        byte[] rows = GC.AllocateArray<byte>(parityShards * k, pinned: true);
        byte[] rowOfShard = new byte[totalShards];
        int[] column = new int[totalShards];
        int columns = 0;
        int outside = 0;
        List<int> missingData = [];
        List<int> standIns = [];
        for (int shard = 0; shard < totalShards; shard++)
        {
            if (available.Contains(shard))
            {
                column[shard] = columns++;
                if (shard >= k)
                    standIns.Add(shard);
            }
            else
            {
                rowOfShard[shard] = (byte)outside++;
                if (shard < k)
                    missingData.Add(shard);
            }
        }

        int missing = missingData.Count;
        byte[] solver = new byte[missing * missing];
        for (int i = 0; i < missing; i++)
        {
            for (int j = 0; j < missing; j++)
                solver[(i * missing) + j] = parity[((standIns[i] - k) * k) + missingData[j]];
        }
        CauchyMatrix.Invert(solver, missing);

        // missing_j = Σ_i solver[j][i]·(P_i − what the available data contribute to P_i); minus is plus here.
        for (int j = 0; j < missing; j++)
        {
            Span<byte> row = rows.AsSpan(rowOfShard[missingData[j]] * k, k);
            for (int i = 0; i < missing; i++)
            {
                byte weight = solver[(j * missing) + i];
                row[column[standIns[i]]] = weight;
                ReadOnlySpan<byte> standIn = parity.Slice((standIns[i] - k) * k, k);
                for (int c = 0; c < k; c++)
                {
                    if (available.Contains(c))
                        row[column[c]] ^= GaloisField.Multiply(weight, standIn[c]);
                }
            }
        }

        // A parity shard outside the set is coded from the available data and from the rows of the missing data.
        for (int shard = k; shard < totalShards; shard++)
        {
            if (available.Contains(shard))
                continue;
            Span<byte> row = rows.AsSpan(rowOfShard[shard] * k, k);
            ReadOnlySpan<byte> code = parity.Slice((shard - k) * k, k);
            for (int c = 0; c < k; c++)
            {
                if (available.Contains(c))
                {
                    row[column[c]] ^= code[c];
                    continue;
                }
                ReadOnlySpan<byte> rebuilt = rows.AsSpan(rowOfShard[c] * k, k);
                for (int i = 0; i < k; i++)
                    row[i] ^= GaloisField.Multiply(code[c], rebuilt[i]);
            }
        }
        return new(rows, rowOfShard, k);
    }
}
