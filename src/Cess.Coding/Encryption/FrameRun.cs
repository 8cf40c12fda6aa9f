namespace Cess.Coding;

/// <summary>Consecutive frames of a part.</summary>
/// <param name="FirstFrame">The first one's number in the part.</param>
/// <param name="FrameCount">How many.</param>
/// <param name="PlaintextLength">Plaintext bytes of all of them.</param>
/// <param name="IsLast">Whether the part ends with them.</param>
internal readonly record struct FrameRun(long FirstFrame, int FrameCount, int PlaintextLength, bool IsLast)
{
    public int CiphertextLength => PlaintextLength + (FrameCount * FrameLayout.TagBytes);

    public bool IsPartEnd(int index) => IsLast && index == FrameCount - 1;

    public int PlaintextLengthOf(int index) =>
        index == FrameCount - 1 ? PlaintextLength - (index * FrameLayout.PlaintextBytes) : FrameLayout.PlaintextBytes;

    /// <summary>The run of a ciphertext; no if none has this length.</summary>
    public static bool TryOfCiphertext(long firstFrame, int ciphertextLength, bool isLast, out FrameRun run)
    {
        run = default;
        if (firstFrame < 0 || !FrameLayout.TryPlaintextLength(ciphertextLength, out long plaintext))
            return false;
        long count = FrameLayout.FrameCount(plaintext);
        bool wholeFrames = plaintext > 0 && plaintext % FrameLayout.PlaintextBytes == 0;
        if (!wholeFrames && !isLast || plaintext == 0 && firstFrame > 0 || count > FrameLayout.FramesMax - firstFrame)
            return false;
        run = new(firstFrame, (int)count, (int)plaintext, isLast);
        return true;
    }
}
