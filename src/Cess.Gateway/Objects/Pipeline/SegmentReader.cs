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
    private readonly IFragmentReader _fragments;
    private readonly AccountId _owner;
    private readonly FileSegment _segment;
    private readonly FragmentLayout _layout;
    private readonly bool[] _isBad;

    /// <summary>Reads one segment.</summary>
    public SegmentReader(IFragmentReader fragments, AccountId owner, FileSegment segment, StoragePolicy policy)
    {
        _fragments = fragments;
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
        byte[] fragment = ArrayPool<byte>.Shared.Rent(_layout.FragmentSize);
        try
        {
            Memory<byte> whole = fragment.AsMemory(0, _layout.FragmentSize);
            for (int i = 0; i < _isBad.Length; i++)
            {
                if (_isBad[i])
                    continue;
                bool isSound = await TryReadAsync(i, 0, whole, cancellation).ConfigureAwait(false)
                    && FragmentId.Of(whole.Span) == _segment.Fragments[i].Root;
                hasFound |= !isSound;
                _isBad[i] = !isSound;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(fragment);
        }
        return hasFound;
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

    private async ValueTask RebuildAsync(FragmentRange range, Memory<byte> target, CancellationToken cancellation)
    {
        int wanted = _layout.Policy.DataFragments;
        byte[] rented = ArrayPool<byte>.Shared.Rent(checked(wanted * range.Length));
        try
        {
            var indices = new int[wanted];
            var ranges = new ReadOnlyMemory<byte>[wanted];
            int found = 0;
            for (int i = 0; i < _isBad.Length && found < wanted; i++)
            {
                Memory<byte> piece = rented.AsMemory(found * range.Length, range.Length);
                if (!await TryReadAsync(i, range.Offset, piece, cancellation).ConfigureAwait(false))
                    continue;
                indices[found] = i;
                ranges[found++] = piece;
            }
            if (found < wanted)
            {
                throw new ObjectStoreException(
                    ObjectStoreError.DataUnavailable,
                    $"A segment needs {wanted} of its {_isBad.Length} fragments; {found} can be read.");
            }
            SegmentDecoder.Rebuild(_layout.Policy, range.Fragment, ranges, indices, target);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }
}
