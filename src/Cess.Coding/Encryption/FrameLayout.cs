namespace Cess.Coding;

/// <summary>
/// How a part's plaintext is cut into frames: 64 KiB each, the last one shorter or full, every one followed by its tag.
/// An empty part has one empty frame, so that even its end is authenticated.
/// </summary>
public static class FrameLayout
{
    /// <summary>Plaintext bytes of a frame that is not the last.</summary>
    public const int PlaintextBytes = 64 * 1024;

    /// <summary>Bytes of the tag after each frame.</summary>
    public const int TagBytes = GcmKey.TagBytes;

    /// <summary>Ciphertext bytes, tag included, of a frame that is not the last.</summary>
    public const int CiphertextBytes = PlaintextBytes + TagBytes;

    /// <summary>The most frames of a part: the counter has 32 bits.</summary>
    public const long FramesMax = 1L << 32;

    /// <summary>The most plaintext bytes of a part: 256 TiB.</summary>
    public const long PlaintextLengthMax = FramesMax * PlaintextBytes;

    /// <summary>How many frames a plaintext takes: at least one.</summary>
    /// <param name="plaintextLength">Bytes of plaintext.</param>
    /// <exception cref="CodingException"><see cref="CodingError.LengthInvalid"/> or <see cref="CodingError.PartTooLong"/>.</exception>
    public static long FrameCount(long plaintextLength)
    {
        if (plaintextLength < 0)
            throw new CodingException(CodingError.LengthInvalid, $"a length of {plaintextLength} bytes");
        if (plaintextLength > PlaintextLengthMax)
            throw new CodingException(CodingError.PartTooLong, $"a part of {plaintextLength} bytes, of {PlaintextLengthMax}");
        return Math.Max(1, (plaintextLength + PlaintextBytes - 1) / PlaintextBytes);
    }

    /// <summary>Ciphertext bytes, tags included, of a plaintext.</summary>
    /// <param name="plaintextLength">Bytes of plaintext.</param>
    /// <exception cref="CodingException"><see cref="CodingError.LengthInvalid"/> or <see cref="CodingError.PartTooLong"/>.</exception>
    public static long CiphertextLength(long plaintextLength) =>
        plaintextLength + (FrameCount(plaintextLength) * TagBytes);

    /// <summary>Plaintext bytes of a ciphertext.</summary>
    /// <param name="ciphertextLength">Bytes of ciphertext, tags included.</param>
    /// <param name="plaintextLength">The same without tags.</param>
    /// <returns>False if no plaintext has a ciphertext of this length.</returns>
    public static bool TryPlaintextLength(long ciphertextLength, out long plaintextLength)
    {
        plaintextLength = 0;
        if (ciphertextLength < TagBytes || ciphertextLength > PlaintextLengthMax + (FramesMax * TagBytes))
            return false;
        long frames = (ciphertextLength + CiphertextBytes - 1) / CiphertextBytes;
        long last = ciphertextLength - ((frames - 1) * CiphertextBytes);

        // Only the first frame may be empty: a full part ends with its last full frame.
        if (last < TagBytes || last == TagBytes && frames > 1)
            return false;
        plaintextLength = ciphertextLength - (frames * TagBytes);
        return true;
    }

    /// <summary>The frame that holds a byte of plaintext.</summary>
    /// <param name="plaintextOffset">Where the byte is.</param>
    public static long FrameOf(long plaintextOffset) => plaintextOffset / PlaintextBytes;
}
