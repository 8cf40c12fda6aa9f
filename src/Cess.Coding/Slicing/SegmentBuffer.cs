using System.Buffers;
using System.Runtime.InteropServices;
using Cess.Primitives;

namespace Cess.Coding;

/// <summary>
/// Memory for one segment and its parity, lent by a <see cref="SegmentBufferPool"/> and given back by disposal. The
/// segment's plaintext is read into it frame by frame, encrypted there, and coded there: no byte is held twice.
/// <code>
/// 0                        k·size            aligned to 64
/// | frame ‖ tag | frame ‖ tag | … | zeros |  …  | parity 0 | … | parity m−1 |
/// | data fragment 0 | … | data fragment k−1 |  …  | parity m−1 | hashes of all leaves |
/// </code>
/// Parity fragments start at multiples of 64 bytes, so that they can be written around the caches.
/// Memory of it must not be used after disposal; that throws while the buffer has not been lent again.
/// </summary>
public sealed unsafe class SegmentBuffer : MemoryManager<byte>
{
    private const int ParityAlignment = 64;

    private readonly SegmentBufferPool _pool;
    private NativeBlock? _block;

    internal SegmentBuffer(SegmentBufferPool pool, NativeBlock block, StoragePolicy policy)
    {
        _pool = pool;
        _block = block;
        Policy = policy;
    }

    /// <summary>The policy for which it was rented.</summary>
    public StoragePolicy Policy { get; }

    /// <summary>Bytes of the whole buffer.</summary>
    public int Capacity => Block.Bytes;

    private NativeBlock Block => _block ?? throw new ObjectDisposedException(nameof(SegmentBuffer));

    /// <summary>Bytes that a segment, its parity and the hashes of their leaves take.</summary>
    /// <param name="policy">How it is coded.</param>
    /// <param name="ciphertextLength">Ciphertext bytes of the segment.</param>
    public static long BytesFor(StoragePolicy policy, int ciphertextLength) =>
        HashesStart(policy, ciphertextLength)
        + ((long)policy.TotalFragments * new FragmentLayout(policy, ciphertextLength).LeafCount * Hash256.Size);

    /// <summary>Room for one frame's plaintext, where it is to be encrypted.</summary>
    /// <param name="index">The frame's number in the segment.</param>
    /// <returns>64 KiB, or less at the end of a buffer that was rented for a shorter segment.</returns>
    public Memory<byte> FrameSlot(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, SegmentLayout.FramesMax);
        int start = index * FrameLayout.CiphertextBytes;
        return Memory.Slice(start, Math.Clamp(Capacity - FrameLayout.TagBytes - start, 0, FrameLayout.PlaintextBytes));
    }

    /// <summary>One fragment of a coded segment.</summary>
    /// <param name="ciphertextLength">Ciphertext bytes of the segment.</param>
    /// <param name="index">0…k−1 for data, k…k+m−1 for parity.</param>
    /// <exception cref="CodingException"><see cref="CodingError.ShardIndexInvalid"/>.</exception>
    public Memory<byte> Fragment(int ciphertextLength, int index)
    {
        if (index < 0 || index >= Policy.TotalFragments)
            throw new CodingException(CodingError.ShardIndexInvalid, $"fragment {index} of {Policy}");
        int size = Policy.FragmentSize(ciphertextLength);
        long start = index < Policy.DataFragments
            ? (long)index * size
            : ParityStart(Policy, ciphertextLength) + ((index - Policy.DataFragments) * (long)ParityStride(Policy, ciphertextLength));
        return Memory.Slice(checked((int)start), size);
    }

    /// <inheritdoc/>
    public override Span<byte> GetSpan() => new(Block.Start, Block.Bytes);

    /// <inheritdoc/>
    public override MemoryHandle Pin(int elementIndex = 0)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)elementIndex, (uint)Block.Bytes, nameof(elementIndex));
        return new(Block.Start + elementIndex, pinnable: this);
    }

    /// <inheritdoc/>
    public override void Unpin()
    {
    }

    /// <summary>All parity fragments of a segment, and how far apart they start.</summary>
    internal Span<byte> Parity(int ciphertextLength, out int stride)
    {
        stride = ParityStride(Policy, ciphertextLength);
        return GetSpan().Slice((int)ParityStart(Policy, ciphertextLength), Policy.ParityFragments * stride);
    }

    /// <summary>Room for the hashes of one fragment's leaves.</summary>
    internal Span<Hash256> LeafHashes(FragmentLayout layout, int fragment)
    {
        int bytes = layout.LeafCount * Hash256.Size;
        long start = HashesStart(Policy, layout.CiphertextLength) + ((long)fragment * bytes);
        return MemoryMarshal.Cast<byte, Hash256>(GetSpan().Slice(checked((int)start), bytes));
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        NativeBlock? block = Interlocked.Exchange(ref _block, null);
        if (block is not null)
            _pool.Return(block);
    }

    private static long ParityStart(StoragePolicy policy, int ciphertextLength) =>
        Aligned((long)policy.DataFragments * policy.FragmentSize(ciphertextLength));

    private static long HashesStart(StoragePolicy policy, int ciphertextLength) =>
        ParityStart(policy, ciphertextLength) + ((long)policy.ParityFragments * ParityStride(policy, ciphertextLength));

    private static int ParityStride(StoragePolicy policy, int ciphertextLength) =>
        checked((int)Aligned(policy.FragmentSize(ciphertextLength)));

    private static long Aligned(long bytes) => (bytes + ParityAlignment - 1) & -ParityAlignment;
}
