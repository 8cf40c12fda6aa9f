using System.Buffers;
using Cess.Coding;
using Cess.Grains;
using Cess.Ledger.Modules.Files;
using Cess.Primitives;

namespace Cess.Gateway.Objects.Pipeline;

/// <summary>
/// Reads ranges of one segment's ciphertext from the miners, and rebuilds what is missing. Remembers which fragments were of no
/// use, so that the next range does not ask for them again. Not for concurrent use.
/// </summary>
public sealed class SegmentReader
{
    /// <summary>Bytes of fragments that are in memory at one time to rebuild or to check some.</summary>
    private const int PieceBytesMax = DoubleBuffer.RunBytes;

    private readonly IFragmentReader _fragments;
    private readonly ReadBuffers _buffers;
    private readonly AccountId _owner;
    private readonly FileSegment _segment;
    private readonly FragmentLayout _layout;
    private readonly bool[] _isBad;

    /// <summary>Reads one segment.</summary>
    public SegmentReader(IFragmentReader fragments, ReadBuffers buffers, AccountId owner, FileSegment segment, StoragePolicy policy)
    {
        _fragments = fragments;
        _buffers = buffers;
        _owner = owner;
        _segment = segment;
        _layout = new FragmentLayout(policy, checked((int)segment.Length));
        _isBad = new bool[policy.TotalFragments];
    }

    /// <summary>Indices of fragments that were found missing or corrupt.</summary>
    public IEnumerable<int> Bad => Enumerable.Range(0, _isBad.Length).Where(i => _isBad[i]);

    /// <summary>Reads ciphertext, unverified.</summary>
    /// <param name="offset">First byte within the segment.</param>
    /// <param name="destination">Filled whole.</param>
    /// <param name="cancellation">Ends the read.</param>
    /// <exception cref="ObjectStoreException">DataUnavailable.</exception>
    public async ValueTask ReadAsync(int offset, Memory<byte> destination, CancellationToken cancellation)
    {
        foreach (FragmentRange range in _layout.RangesOf(offset, destination.Length))
        {
            Memory<byte> target = destination[..range.Length];
            destination = destination[range.Length..];
            if (!await TryReadAsync(range.Fragment, range.Offset, target, cancellation).ConfigureAwait(false))
                await RebuildAsync(range, target, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// After ciphertext proved wrong: reads each fragment that is still trusted whole and compares it with its id, so that the next
    /// read leaves out the corrupt ones.
    /// </summary>
    /// <returns>True when that found any, so that reading again makes sense.</returns>
    public async ValueTask<bool> FindCorruptAsync(CancellationToken cancellation)
    {
        bool hasFound = false;
        using IMemoryOwner<byte> memory = await _buffers.RentRebuildAsync(PieceBytesMax, cancellation).ConfigureAwait(false);
        for (int i = 0; i < _isBad.Length; i++)
        {
            if (_isBad[i])
                continue;
            _isBad[i] = !await IsSoundAsync(i, memory.Memory[..PieceBytesMax], cancellation).ConfigureAwait(false);
            hasFound |= _isBad[i];
        }
        return hasFound;
    }

    private async ValueTask<bool> IsSoundAsync(int index, Memory<byte> memory, CancellationToken cancellation)
    {
        using var hasher = new MerkleHasher(FragmentId.LeafBytes);
        for (int offset = 0; offset < _layout.FragmentSize; offset += memory.Length)
        {
            Memory<byte> piece = memory[..Math.Min(memory.Length, _layout.FragmentSize - offset)];
            if (!await TryReadAsync(index, offset, piece, cancellation).ConfigureAwait(false))
                return false;
            hasher.Append(piece.Span);
        }
        return hasher.Finish() == _segment.Fragments[index].Root;
    }

    private async ValueTask<bool> TryReadAsync(int index, int offset, Memory<byte> target, CancellationToken cancellation)
    {
        if (_isBad[index])
            return false;
        FileFragment fragment = _segment.Fragments[index];
        bool isRead = await _fragments
            .ReadAsync(fragment.Miner.Value, FragmentName.Of(_owner, fragment.Root), offset, target, cancellation).ConfigureAwait(false);
        _isBad[index] = !isRead;
        return isRead;
    }

    /// <summary>Rebuilds a range in pieces, each from the same bytes of k other fragments, so that memory does not grow with k.</summary>
    private async ValueTask RebuildAsync(FragmentRange range, Memory<byte> target, CancellationToken cancellation)
    {
        int wanted = _layout.Policy.DataFragments;
        int pieceMax = Math.Min(range.Length, PieceBytesMax / wanted);
        using IMemoryOwner<byte> memory = await _buffers.RentRebuildAsync(wanted * pieceMax, cancellation).ConfigureAwait(false);
        for (int done = 0; done < range.Length; done += pieceMax)
        {
            Memory<byte> piece = target.Slice(done, Math.Min(pieceMax, range.Length - done));
            await RebuildAsync(range.Fragment, range.Offset + done, piece, memory.Memory, cancellation).ConfigureAwait(false);
        }
    }

    private async ValueTask RebuildAsync(
        int fragment, int offset, Memory<byte> target, Memory<byte> memory, CancellationToken cancellation)
    {
        int wanted = _layout.Policy.DataFragments;
        var indices = new int[wanted];
        var ranges = new ReadOnlyMemory<byte>[wanted];
        int found = 0;
        for (int i = 0; i < _isBad.Length && found < wanted; i++)
        {
            Memory<byte> range = memory.Slice(found * target.Length, target.Length);
            if (!await TryReadAsync(i, offset, range, cancellation).ConfigureAwait(false))
                continue;
            indices[found] = i;
            ranges[found++] = range;
        }
        if (found < wanted)
        {
            throw new ObjectStoreException(
                ObjectStoreError.DataUnavailable,
                $"A segment needs {wanted} of its {_isBad.Length} fragments; {found} can be read.");
        }
        SegmentDecoder.Rebuild(_layout.Policy, fragment, ranges, indices, target);
    }
}
