namespace Cess.Coding;

/// <summary>
/// Decrypts any frames of one part, in any order, by any number of threads. The caller knows the part's whole length
/// from its metadata and so which frame is the last; a part that was cut off or extended fails there.
/// </summary>
public sealed class FrameDecryptor : IDisposable
{
    /// <summary>What <see cref="TryDecryptFrames"/> reports when every frame was authentic.</summary>
    public const long NoFrame = -1;

    private readonly PartKey _key;

    /// <summary>Opens a part.</summary>
    /// <param name="fileKey">The file's 32-byte key; it is not kept.</param>
    /// <param name="salt">The part's 16-byte salt.</param>
    /// <exception cref="CodingException"><see cref="CodingError.LengthInvalid"/>.</exception>
    public FrameDecryptor(ReadOnlySpan<byte> fileKey, ReadOnlySpan<byte> salt) => _key = new(fileKey, salt);

    /// <summary>Decrypts consecutive frames.</summary>
    /// <param name="ciphertext">Whole frames with their tags.</param>
    /// <param name="firstFrame">The first one's number in the part.</param>
    /// <param name="isLast">Whether the part ends with them.</param>
    /// <param name="plaintext">Receives the plaintext without gaps; it does not overlap the ciphertext.</param>
    /// <param name="failedFrame">
    /// The number of the first frame that is not authentic, or <see cref="NoFrame"/>. Frames before it are in place;
    /// nothing of it or after it is disclosed. A length that no run of frames has fails as <paramref name="firstFrame"/>.
    /// </param>
    /// <returns>Whether every frame is authentic.</returns>
    /// <exception cref="CodingException"><see cref="CodingError.LengthInvalid"/>: no room for the plaintext.</exception>
    public bool TryDecryptFrames(
        ReadOnlySpan<byte> ciphertext, long firstFrame, bool isLast, Span<byte> plaintext, out long failedFrame)
    {
        if (!FrameRun.TryOfCiphertext(firstFrame, ciphertext.Length, isLast, out FrameRun run))
        {
            failedFrame = firstFrame;
            return false;
        }
        if (plaintext.Length < run.PlaintextLength)
        {
            throw new CodingException(CodingError.LengthInvalid,
                $"{plaintext.Length} bytes of room for {run.PlaintextLength} bytes of plaintext");
        }
        for (int i = 0; i < run.FrameCount; i++)
        {
            int length = run.PlaintextLengthOf(i);
            ReadOnlySpan<byte> frame = ciphertext.Slice(i * FrameLayout.CiphertextBytes, length + FrameLayout.TagBytes);
            failedFrame = firstFrame + i;
            if (!_key.TryDecrypt(failedFrame, run.IsPartEnd(i), frame, plaintext.Slice(i * FrameLayout.PlaintextBytes, length)))
                return false;
        }
        failedFrame = NoFrame;
        return true;
    }

    /// <summary>Decrypts consecutive frames where they lie: frame i's plaintext then starts at i · 65,552.</summary>
    /// <param name="frames">Whole frames with their tags.</param>
    /// <param name="firstFrame">The first one's number in the part.</param>
    /// <param name="isLast">Whether the part ends with them.</param>
    /// <param name="failedFrame">As for <see cref="TryDecryptFrames"/>.</param>
    /// <returns>Whether every frame is authentic.</returns>
    public bool TryDecryptInPlace(Span<byte> frames, long firstFrame, bool isLast, out long failedFrame)
    {
        if (!FrameRun.TryOfCiphertext(firstFrame, frames.Length, isLast, out FrameRun run))
        {
            failedFrame = firstFrame;
            return false;
        }
        for (int i = 0; i < run.FrameCount; i++)
        {
            int length = run.PlaintextLengthOf(i);
            Span<byte> frame = frames.Slice(i * FrameLayout.CiphertextBytes, length + FrameLayout.TagBytes);
            failedFrame = firstFrame + i;
            if (!_key.TryDecrypt(failedFrame, run.IsPartEnd(i), frame, frame[..length]))
                return false;
        }
        failedFrame = NoFrame;
        return true;
    }

    /// <summary>Erases the part's key.</summary>
    public void Dispose() => _key.Dispose();
}
