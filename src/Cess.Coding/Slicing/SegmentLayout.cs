namespace Cess.Coding;

/// <summary>
/// How a part's frames are cut into segments: 511 whole frames each, the last one fewer. A segment thus has at most
/// 33,497,072 bytes of ciphertext, stays below 32 MiB and is decrypted without its neighbours.
/// </summary>
public static class SegmentLayout
{
    /// <summary>The most frames of a segment.</summary>
    public const int FramesMax = 511;

    /// <summary>The most plaintext bytes of a segment.</summary>
    public const int PlaintextBytesMax = FramesMax * FrameLayout.PlaintextBytes;

    /// <summary>The most ciphertext bytes of a segment.</summary>
    public const int CiphertextBytesMax = FramesMax * FrameLayout.CiphertextBytes;

    /// <summary>How many segments a part takes: at least one.</summary>
    /// <param name="plaintextLength">Plaintext bytes of the part.</param>
    /// <exception cref="CodingException"><see cref="CodingError.LengthInvalid"/> or <see cref="CodingError.PartTooLong"/>.</exception>
    public static long SegmentCount(long plaintextLength) =>
        (FrameLayout.FrameCount(plaintextLength) + FramesMax - 1) / FramesMax;

    /// <summary>The segment that holds a byte of plaintext.</summary>
    /// <param name="plaintextOffset">Where the byte is in the part.</param>
    public static long SegmentOf(long plaintextOffset) => plaintextOffset / PlaintextBytesMax;

    /// <summary>Where a segment lies in its part.</summary>
    /// <param name="plaintextLength">Plaintext bytes of the part.</param>
    /// <param name="index">The segment's number in the part.</param>
    /// <exception cref="CodingException">
    /// <see cref="CodingError.LengthInvalid"/>, also if there is no such segment, or <see cref="CodingError.PartTooLong"/>.
    /// </exception>
    public static SegmentExtent At(long plaintextLength, long index)
    {
        long count = SegmentCount(plaintextLength);
        if (index < 0 || index >= count)
            throw new CodingException(CodingError.LengthInvalid, $"segment {index} of {count}");
        long offset = index * PlaintextBytesMax;
        return new(index, offset, (int)Math.Min(PlaintextBytesMax, plaintextLength - offset), IsLast: index == count - 1);
    }
}

/// <summary>Where a segment lies in its part.</summary>
/// <param name="Index">The segment's number.</param>
/// <param name="PlaintextOffset">Where its plaintext starts in the part's.</param>
/// <param name="PlaintextLength">Plaintext bytes.</param>
/// <param name="IsLast">Whether the part ends with it.</param>
public readonly record struct SegmentExtent(long Index, long PlaintextOffset, int PlaintextLength, bool IsLast)
{
    /// <summary>The number of its first frame in the part.</summary>
    public long FirstFrame => Index * SegmentLayout.FramesMax;

    /// <summary>How many frames it has.</summary>
    public int FrameCount => (int)FrameLayout.FrameCount(PlaintextLength);

    /// <summary>Ciphertext bytes, tags included.</summary>
    public int CiphertextLength => (int)FrameLayout.CiphertextLength(PlaintextLength);

    /// <summary>Where its ciphertext starts in the part's.</summary>
    public long CiphertextOffset => Index * SegmentLayout.CiphertextBytesMax;

    /// <summary>The frames that hold a range of the part's plaintext, as far as they are in this segment.</summary>
    /// <param name="plaintextOffset">Where the range starts in the part.</param>
    /// <param name="length">Bytes of the range; at least one of them is in this segment, or the part is empty.</param>
    /// <exception cref="CodingException"><see cref="CodingError.LengthInvalid"/>: nothing of the range is in this segment.</exception>
    public FrameExtent FramesOf(long plaintextOffset, long length)
    {
        long start = Math.Max(plaintextOffset, PlaintextOffset) - PlaintextOffset;
        long end = Math.Min(plaintextOffset + length, PlaintextOffset + PlaintextLength) - PlaintextOffset;
        bool isEmptyPart = PlaintextLength == 0 && start == 0;
        if (plaintextOffset < 0 || length < 0 || end <= start && !isEmptyPart)
        {
            throw new CodingException(CodingError.LengthInvalid,
                $"nothing of {length} bytes at {plaintextOffset} is in segment {Index}");
        }
        int first = (int)FrameLayout.FrameOf(start);
        int last = isEmptyPart ? first : (int)FrameLayout.FrameOf(end - 1);
        bool endsSegment = last == FrameCount - 1;
        int ciphertextStart = first * FrameLayout.CiphertextBytes;
        int ciphertextEnd = endsSegment ? CiphertextLength : (last + 1) * FrameLayout.CiphertextBytes;
        return new(
            FirstFrame + first, last - first + 1, ciphertextStart, ciphertextEnd - ciphertextStart,
            (int)(start - ((long)first * FrameLayout.PlaintextBytes)), (int)(end - start), endsSegment && IsLast);
    }
}

/// <summary>Consecutive frames of a segment that a read needs.</summary>
/// <param name="FirstFrame">The first one's number in the part.</param>
/// <param name="FrameCount">How many.</param>
/// <param name="SegmentOffset">Where their ciphertext starts in the segment's.</param>
/// <param name="CiphertextLength">Ciphertext bytes, tags included.</param>
/// <param name="Skip">Plaintext bytes before the range that is read.</param>
/// <param name="Take">Plaintext bytes of the range.</param>
/// <param name="IsLast">Whether the part ends with them.</param>
public readonly record struct FrameExtent(
    long FirstFrame, int FrameCount, int SegmentOffset, int CiphertextLength, int Skip, int Take, bool IsLast);
