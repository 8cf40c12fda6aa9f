namespace Cess.Coding;

/// <summary>
/// How a segment's ciphertext of n bytes is cut into fragments: every one of the k + m has s = ⌈n / k⌉ bytes. Data fragment
/// i is bytes [i·s, (i+1)·s) of the ciphertext; behind its end there are at most k − 1 zeros.
/// </summary>
/// <param name="Policy">How the segment is coded.</param>
/// <param name="CiphertextLength">Ciphertext bytes of the segment.</param>
public readonly record struct FragmentLayout(StoragePolicy Policy, int CiphertextLength)
{
    /// <summary>Bytes of every fragment.</summary>
    public int FragmentSize => Policy.FragmentSize(CiphertextLength);

    /// <summary>Leaves of every fragment's Merkle tree.</summary>
    public int LeafCount => (int)(((long)FragmentSize + FragmentId.LeafBytes - 1) / FragmentId.LeafBytes);

    /// <summary>Which bytes of which data fragments make up a range of the ciphertext, in order.</summary>
    /// <param name="offset">Where the range starts in the segment.</param>
    /// <param name="length">Bytes of the range.</param>
    /// <exception cref="CodingException"><see cref="CodingError.LengthInvalid"/>: not within the segment.</exception>
    public FragmentRange[] RangesOf(int offset, int length)
    {
        if (offset < 0 || length < 0 || length > CiphertextLength - offset)
        {
            throw new CodingException(CodingError.LengthInvalid,
                $"{length} bytes at {offset} of a segment of {CiphertextLength}");
        }
        if (length == 0)
            return [];
        int size = FragmentSize;
        int first = offset / size;
        int last = (offset + length - 1) / size;
        FragmentRange[] ranges = new FragmentRange[last - first + 1];
        for (int i = 0; i < ranges.Length; i++)
        {
            long fragmentStart = (long)(first + i) * size;
            int start = (int)Math.Max(offset - fragmentStart, 0);
            int end = (int)Math.Min(offset + length - fragmentStart, size);
            ranges[i] = new(first + i, start, end - start);
        }
        return ranges;
    }
}

/// <summary>Some bytes of one fragment.</summary>
/// <param name="Fragment">The fragment's index.</param>
/// <param name="Offset">Where they start in the fragment.</param>
/// <param name="Length">How many.</param>
public readonly record struct FragmentRange(int Fragment, int Offset, int Length);
