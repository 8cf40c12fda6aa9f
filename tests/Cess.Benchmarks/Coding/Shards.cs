using System.Runtime.InteropServices;
using Cess.Coding;

namespace Cess.Benchmarks.Coding;

/// <summary>The shards of one segment as the product lays them out: data back to back, parity aligned behind them.</summary>
internal sealed unsafe class Shards : IDisposable
{
    private readonly byte* _start;
    private readonly byte* _parity;
    private readonly byte** _table;

    public Shards(int k, int m, int size)
    {
        (K, M, Size) = (k, m, size);
        ParityStride = (size + 63) & ~63;
        long data = (((long)k * size) + 63) & ~63L;
        long bytes = data + ((long)m * ParityStride);
        _start = (byte*)NativeMemory.AlignedAlloc((nuint)bytes, 4096);
        _parity = _start + data;
        _table = (byte**)NativeMemory.Alloc((nuint)((k + m) * sizeof(byte*)));
        for (int i = 0; i < k + m; i++)
            _table[i] = i < k ? _start + ((long)i * size) : _parity + ((long)(i - k) * ParityStride);
        new Random(1).NextBytes(new Span<byte>(_start, (int)bytes));
    }

    public int K { get; }

    public int M { get; }

    public int Size { get; }

    public int ParityStride { get; }

    public Span<byte> Data => new(_start, K * Size);

    public Span<byte> Parity => new(_parity, M * ParityStride);

    public byte** Table => _table;

    public void Encode(ReedSolomon code) => code.Encode(Data, Size, Parity, ParityStride, 0, Size);

    /// <summary>Rebuilds the first m data shards from the k after them, in a buffer whose shards are all equally far apart.</summary>
    public void Reconstruct(ReedSolomon code, ReadOnlySpan<int> available, ReadOnlySpan<int> lost) =>
        code.Reconstruct(new Span<byte>(_start, (K + M) * Size), Size, available, lost, 0, Size);

    public void Dispose()
    {
        NativeMemory.AlignedFree(_start);
        NativeMemory.Free(_table);
    }
}
