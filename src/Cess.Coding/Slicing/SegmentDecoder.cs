using System.Runtime.InteropServices;

namespace Cess.Coding;

/// <summary>
/// Restores ciphertext from fragments. A range needs only the data fragments that hold it; each of those that is missing
/// needs the same range of k others instead. Fragments are checked before (<see cref="FragmentVerifier"/>, or a proof of
/// the range): what is wrong here comes out wrong, though the frames' tags would tell.
/// </summary>
public static class SegmentDecoder
{
    /// <summary>Restores a range of a segment from whole fragments.</summary>
    /// <param name="layout">The segment's.</param>
    /// <param name="fragments">k + m fragments by index; empty where one is missing.</param>
    /// <param name="offset">Where the range starts in the segment's ciphertext.</param>
    /// <param name="length">Bytes of the range.</param>
    /// <param name="output">Receives them.</param>
    /// <exception cref="CodingException">
    /// <see cref="CodingError.LengthInvalid"/>, or <see cref="CodingError.TooFewShards"/> if a fragment that the range needs
    /// is missing and fewer than k are there.
    /// </exception>
    public static void Restore(
        FragmentLayout layout, ReadOnlySpan<ReadOnlyMemory<byte>> fragments, int offset, int length, Memory<byte> output)
    {
        if (fragments.Length != layout.Policy.TotalFragments || output.Length < length)
        {
            throw new CodingException(CodingError.LengthInvalid,
                $"{fragments.Length} fragments and {output.Length} bytes of room for {length} bytes in {layout.Policy}");
        }
        int done = 0;
        foreach (FragmentRange range in layout.RangesOf(offset, length))
        {
            Memory<byte> target = output.Slice(done, range.Length);
            ReadOnlyMemory<byte> fragment = fragments[range.Fragment];
            if (fragment.IsEmpty)
                Rebuild(layout, fragments, range, target);
            else if (fragment.Length != layout.FragmentSize)
                throw WrongSize(range.Fragment, fragment.Length, layout);
            else
                fragment.Slice(range.Offset, range.Length).CopyTo(target);
            done += range.Length;
        }
    }

    /// <summary>Rebuilds a range of one fragment from the same range of k others.</summary>
    /// <param name="policy">How the segment is coded.</param>
    /// <param name="fragment">The index of the fragment to rebuild.</param>
    /// <param name="ranges">The range's bytes in at least k other fragments.</param>
    /// <param name="indices">Those fragments' indices.</param>
    /// <param name="output">Receives as many bytes as it has room for.</param>
    /// <exception cref="CodingException">As for <see cref="ReedSolomon.Reconstruct(ReadOnlySpan{ReadOnlyMemory{byte}}, ReadOnlySpan{int}, ReadOnlySpan{Memory{byte}}, ReadOnlySpan{int}, int)"/>.</exception>
    public static void Rebuild(
        StoragePolicy policy, int fragment, ReadOnlySpan<ReadOnlyMemory<byte>> ranges, ReadOnlySpan<int> indices,
        Memory<byte> output) =>
        policy.Code.Reconstruct(ranges, indices, [output], [fragment], output.Length);

    private static void Rebuild(
        FragmentLayout layout, ReadOnlySpan<ReadOnlyMemory<byte>> fragments, FragmentRange range, Memory<byte> target)
    {
        List<ReadOnlyMemory<byte>> ranges = [];
        List<int> indices = [];
        for (int i = 0; i < fragments.Length && indices.Count < layout.Policy.DataFragments; i++)
        {
            if (fragments[i].IsEmpty)
                continue;
            if (fragments[i].Length != layout.FragmentSize)
                throw WrongSize(i, fragments[i].Length, layout);
            indices.Add(i);
            ranges.Add(fragments[i].Slice(range.Offset, range.Length));
        }
        Rebuild(
            layout.Policy, range.Fragment, CollectionsMarshal.AsSpan(ranges), CollectionsMarshal.AsSpan(indices), target);
    }

    private static CodingException WrongSize(int fragment, int length, FragmentLayout layout) =>
        new(CodingError.LengthInvalid, $"fragment {fragment} has {length} bytes, not {layout.FragmentSize}");
}
