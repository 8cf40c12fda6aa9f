using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using Cess.Coding.Kernels;

namespace Cess.Coding;

/// <summary>
/// A systematic Reed–Solomon code over GF(2^8), polynomial 0x11D: k data shards gain m parity shards, and any k of the
/// k + m give back all others. The parity matrix is <see cref="CauchyMatrix"/>'s; docs/format/coding.md specifies it.
/// Instances are immutable and may be used by many threads. No call allocates, apart from the first reconstruction
/// from a set of shards that was not seen lately.
/// </summary>
public sealed unsafe class ReedSolomon
{
    private const int NonTemporalAlignment = 64;

    private static readonly ConcurrentDictionary<(int, int), ReedSolomon> s_codes = new();

    private readonly byte[] _parity;
    private readonly PlanCache _plans;

    internal ReedSolomon(int dataShards, int parityShards, CodingPath path)
    {
        if (dataShards < 1 || parityShards < 0 || (long)dataShards + parityShards > CodingLimits.TotalShardsMax)
        {
            throw new CodingException(CodingError.PolicyInvalid,
                $"no code of {dataShards} data and {parityShards} parity shards: k ≥ 1, m ≥ 0, k + m ≤ {CodingLimits.TotalShardsMax}");
        }
        DataShards = dataShards;
        ParityShards = parityShards;
        Path = path;
        _parity = CauchyMatrix.Parity(dataShards, parityShards);
        _plans = new(_parity, dataShards, TotalShards);
    }

    /// <summary>The number k of data shards.</summary>
    public int DataShards { get; }

    /// <summary>The number m of parity shards.</summary>
    public int ParityShards { get; }

    /// <summary>k + m.</summary>
    public int TotalShards => DataShards + ParityShards;

    /// <summary>The instruction set that this instance uses.</summary>
    public CodingPath Path { get; }

    internal int CachedPlans => _plans.Count;

    /// <summary>The code of k data and m parity shards, on the fastest path of this machine.</summary>
    /// <param name="dataShards">k ≥ 1.</param>
    /// <param name="parityShards">m ≥ 0, with k + m ≤ 255.</param>
    /// <exception cref="CodingException"><see cref="CodingError.PolicyInvalid"/>.</exception>
    public static ReedSolomon For(int dataShards, int parityShards)
    {
        if (s_codes.TryGetValue((dataShards, parityShards), out ReedSolomon? known))
            return known;
        ReedSolomon code = new(dataShards, parityShards, CodingPaths.Best);
        return s_codes.Count < CodingLimits.CachedCodesMax ? s_codes.GetOrAdd((dataShards, parityShards), code) : code;
    }

    /// <summary>Computes the parity shards of data shards that lie one after the other.</summary>
    /// <param name="data">k shards of <paramref name="shardSize"/> bytes.</param>
    /// <param name="shardSize">Bytes of each shard.</param>
    /// <param name="parity">Receives m shards of the same size, one after the other.</param>
    /// <exception cref="CodingException"><see cref="CodingError.LengthInvalid"/>.</exception>
    public void Encode(ReadOnlySpan<byte> data, int shardSize, Span<byte> parity)
    {
        RequireShards(data.Length, shardSize, DataShards, shardSize, nameof(data));
        RequireShards(parity.Length, shardSize, ParityShards, shardSize, nameof(parity));
        Encode(data, shardSize, parity, shardSize, 0, shardSize);
    }

    /// <summary>Computes one range of the parity shards from the same range of the data shards.</summary>
    /// <param name="data">k shards, the start of each <paramref name="dataStride"/> bytes after that of the one before.</param>
    /// <param name="dataStride">Bytes from one data shard's start to the next.</param>
    /// <param name="parity">Receives m shards, <paramref name="parityStride"/> bytes apart.</param>
    /// <param name="parityStride">Bytes from one parity shard's start to the next.</param>
    /// <param name="offset">Where the range starts in each shard.</param>
    /// <param name="length">Bytes of the range.</param>
    /// <exception cref="CodingException"><see cref="CodingError.LengthInvalid"/>.</exception>
    public void Encode(
        ReadOnlySpan<byte> data, int dataStride, Span<byte> parity, int parityStride, int offset, int length)
    {
        RequireRange(offset, length);
        RequireShards(data.Length, dataStride, DataShards, offset + length, nameof(data));
        RequireShards(parity.Length, parityStride, ParityShards, offset + length, nameof(parity));
        if (ParityShards == 0 || length == 0)
            return;

        byte** inputs = stackalloc byte*[DataShards];
        byte** outputs = stackalloc byte*[ParityShards];
        byte** rows = stackalloc byte*[ParityShards];
        fixed (byte* dataStart = data, parityStart = parity, matrix = _parity)
        {
            for (int i = 0; i < DataShards; i++)
                inputs[i] = dataStart + ((nint)i * dataStride) + offset;
            for (int i = 0; i < ParityShards; i++)
            {
                outputs[i] = parityStart + ((nint)i * parityStride) + offset;
                rows[i] = matrix + (i * DataShards);
            }
            Run(inputs, outputs, rows, ParityShards, length);
        }
    }

    /// <summary>Rebuilds one range of some missing shards in a buffer that has room for all k + m.</summary>
    /// <param name="shards">k + m shards, <paramref name="stride"/> bytes apart; those in <paramref name="available"/> hold their bytes.</param>
    /// <param name="stride">Bytes from one shard's start to the next.</param>
    /// <param name="available">Indices of at least k shards whose range holds their bytes, in any order.</param>
    /// <param name="wanted">Indices of the shards to rebuild. One that is available already is left as it is.</param>
    /// <param name="offset">Where the range starts in each shard.</param>
    /// <param name="length">Bytes of the range.</param>
    /// <exception cref="CodingException">
    /// <see cref="CodingError.TooFewShards"/>, <see cref="CodingError.ShardIndexInvalid"/> or <see cref="CodingError.LengthInvalid"/>.
    /// </exception>
    public void Reconstruct(
        Span<byte> shards, int stride, ReadOnlySpan<int> available, ReadOnlySpan<int> wanted, int offset, int length)
    {
        RequireRange(offset, length);
        RequireShards(shards.Length, stride, TotalShards, offset + length, nameof(shards));
        ShardSet present = SetOf(available);
        ShardSet missing = SetOf(wanted);
        fixed (byte* start = shards)
        {
            byte** table = stackalloc byte*[TotalShards];
            for (int i = 0; i < TotalShards; i++)
                table[i] = start + ((nint)i * stride) + offset;
            Reconstruct(table, present, missing, length);
        }
    }

    /// <summary>Rebuilds some missing shards, or one range of them, where every shard has a buffer of its own.</summary>
    /// <param name="available">At least k shards, or the same range of each: <paramref name="length"/> bytes or more.</param>
    /// <param name="availableIndices">Which shards they are, in any order.</param>
    /// <param name="wanted">Receive the same range of other shards.</param>
    /// <param name="wantedIndices">Which shards they are. One that is available already is not written.</param>
    /// <param name="length">Bytes of the range.</param>
    /// <exception cref="CodingException">
    /// <see cref="CodingError.TooFewShards"/>, <see cref="CodingError.ShardIndexInvalid"/> or <see cref="CodingError.LengthInvalid"/>.
    /// </exception>
    public void Reconstruct(
        ReadOnlySpan<ReadOnlyMemory<byte>> available, ReadOnlySpan<int> availableIndices,
        ReadOnlySpan<Memory<byte>> wanted, ReadOnlySpan<int> wantedIndices, int length)
    {
        RequireRange(0, length);
        if (available.Length != availableIndices.Length || wanted.Length != wantedIndices.Length)
        {
            throw new CodingException(CodingError.LengthInvalid,
                $"{available.Length} + {wanted.Length} buffers for {availableIndices.Length} + {wantedIndices.Length} shards");
        }
        ShardSet present = SetOf(availableIndices);
        ShardSet missing = SetOf(wantedIndices);

        PinnedShards pins = default;
        byte** table = stackalloc byte*[TotalShards];
        try
        {
            for (int i = 0; i < wanted.Length; i++)
                table[wantedIndices[i]] = Pin(wanted[i], wantedIndices[i], length, ref pins);
            for (int i = 0; i < available.Length; i++)
                table[availableIndices[i]] = Pin(available[i], availableIndices[i], length, ref pins);
            Reconstruct(table, present, missing, length);
        }
        finally
        {
            for (int i = 0; i < TotalShards; i++)
                pins[i].Dispose();
        }
    }

    private static byte* Pin(ReadOnlyMemory<byte> shard, int index, int length, ref PinnedShards pins)
    {
        if (shard.Length < length)
            throw new CodingException(CodingError.LengthInvalid, $"shard {index} has {shard.Length} bytes of {length}");
        pins[index].Dispose();
        pins[index] = shard.Pin();
        return (byte*)pins[index].Pointer;
    }

    private void Reconstruct(byte** shards, ShardSet present, ShardSet missing, int length)
    {
        if (present.Count < DataShards)
            throw new CodingException(CodingError.TooFewShards, $"{present.Count} shards available, {DataShards} needed");

        ShardSet chosen = default;
        byte** inputs = stackalloc byte*[DataShards];
        for (int shard = 0, inputCount = 0; inputCount < DataShards; shard++)
        {
            if (!present.Contains(shard))
                continue;
            chosen.Add(shard);
            inputs[inputCount++] = shards[shard];
        }

        byte** outputs = stackalloc byte*[ParityShards];
        byte** rows = stackalloc byte*[ParityShards];
        int outputCount = 0;
        ReconstructionPlan? plan = null;
        for (int shard = 0; shard < TotalShards; shard++)
        {
            if (!missing.Contains(shard) || present.Contains(shard))
                continue;
            plan ??= _plans.For(chosen);
            rows[outputCount] = (byte*)Unsafe.AsPointer(ref plan.Row(shard));
            outputs[outputCount++] = shards[shard];
        }
        if (outputCount > 0 && length > 0)
            Run(inputs, outputs, rows, outputCount, length);
        GC.KeepAlive(plan);
    }

    private void Run(byte** inputs, byte** outputs, byte** rows, int outputCount, int length)
    {
        bool nonTemporal = (long)length * (DataShards + outputCount) >= CodingLimits.NonTemporalBytesMin;
        for (int i = 0; i < outputCount; i++)
            nonTemporal &= (nuint)outputs[i] % NonTemporalAlignment == 0;

        CodingKernel.Run(Path, new()
        {
            Inputs = inputs,
            InputCount = DataShards,
            Outputs = outputs,
            OutputCount = outputCount,
            Rows = rows,
            Length = (nuint)length,
            NonTemporal = nonTemporal,
        });

        // Stores around the caches are weakly ordered: without a fence another core could be told of them too early.
        if (nonTemporal && Sse.IsSupported)
            Sse.StoreFence();
    }

    private ShardSet SetOf(ReadOnlySpan<int> indices)
    {
        ShardSet set = default;
        foreach (int index in indices)
        {
            if ((uint)index >= (uint)TotalShards || set.Contains(index))
                throw new CodingException(CodingError.ShardIndexInvalid, $"shard {index} of {TotalShards}, or named twice");
            set.Add(index);
        }
        return set;
    }

    private static void RequireRange(int offset, int length)
    {
        if (offset < 0 || length < 0 || length > int.MaxValue - offset)
            throw new CodingException(CodingError.LengthInvalid, $"no range of {length} bytes at {offset}");
    }

    private static void RequireShards(int bytes, int stride, int count, int used, string name)
    {
        if (stride < used || count > 0 && bytes < ((long)(count - 1) * stride) + used)
        {
            throw new CodingException(CodingError.LengthInvalid,
                $"{name}: {bytes} bytes for {count} shards of {used} bytes, {stride} apart");
        }
    }

    [InlineArray(CodingLimits.TotalShardsMax)]
    private struct PinnedShards
    {
        private System.Buffers.MemoryHandle _first;
    }
}
