namespace Cess.Coding;

/// <summary>
/// Encrypts the frames of one new part, in order, each once. The salt is drawn here and frames are numbered here, so that
/// no caller can use a key and nonce twice: a part that fails is started again as a new one.
/// Runs may be encrypted at once by several threads after each has been claimed in turn.
/// </summary>
public sealed class FrameEncryptor : IDisposable
{
    private readonly PartKey _key;
    private readonly byte[] _salt;
    private readonly Lock _turn = new();
    private long _nextFrame;
    private bool _ended;

    /// <summary>Starts a part.</summary>
    /// <param name="fileKey">The file's 32-byte key; it is not kept.</param>
    /// <param name="random">Where the part's salt comes from.</param>
    /// <exception cref="CodingException"><see cref="CodingError.LengthInvalid"/>.</exception>
    public FrameEncryptor(ReadOnlySpan<byte> fileKey, IRandomSource random)
        : this(fileKey, NewSalt(random), firstFrame: 0)
    {
    }

    internal FrameEncryptor(ReadOnlySpan<byte> fileKey, byte[] salt, long firstFrame)
    {
        _salt = salt;
        _nextFrame = firstFrame;
        _key = new(fileKey, salt);
    }

    /// <summary>The part's 16-byte salt, to be published with the part.</summary>
    public ReadOnlyMemory<byte> Salt => _salt;

    /// <summary>How many frames have been taken so far; the number of the next one.</summary>
    public long NextFrame
    {
        get
        {
            lock (_turn)
                return _nextFrame;
        }
    }

    /// <summary>Encrypts the part's next frames.</summary>
    /// <param name="plaintext">Whole frames; if they are the last, the last one may be shorter, and empty if it is the only one of the part.</param>
    /// <param name="isLast">Whether the part ends here.</param>
    /// <param name="ciphertext">Receives the frames with their tags; it does not overlap the plaintext.</param>
    /// <returns>The ciphertext's length.</returns>
    /// <exception cref="CodingException">
    /// <see cref="CodingError.LengthInvalid"/>, <see cref="CodingError.FrameOutOfTurn"/> after the last frame, or
    /// <see cref="CodingError.PartTooLong"/>.
    /// </exception>
    public int EncryptFrames(ReadOnlySpan<byte> plaintext, bool isLast, Span<byte> ciphertext)
    {
        RequireRoom(plaintext.Length, ciphertext.Length);
        FrameRun run = Claim(plaintext.Length, isLast);
        for (int i = 0; i < run.FrameCount; i++)
        {
            _key.Encrypt(
                run.FirstFrame + i, run.IsPartEnd(i),
                plaintext.Slice(i * FrameLayout.PlaintextBytes, run.PlaintextLengthOf(i)),
                ciphertext[(i * FrameLayout.CiphertextBytes)..]);
        }
        return run.CiphertextLength;
    }

    /// <summary>Encrypts the part's next frames where they lie.</summary>
    /// <param name="frames">Frame i's plaintext starts at i · 65,552, so that its tag has room behind it.</param>
    /// <param name="plaintextLength">Bytes of plaintext in all frames; as for <see cref="EncryptFrames"/>.</param>
    /// <param name="isLast">Whether the part ends here.</param>
    /// <returns>The ciphertext's length.</returns>
    /// <exception cref="CodingException">As for <see cref="EncryptFrames"/>.</exception>
    public int EncryptInPlace(Span<byte> frames, int plaintextLength, bool isLast)
    {
        RequireRoom(plaintextLength, frames.Length);
        FrameRun run = Claim(plaintextLength, isLast);
        for (int i = 0; i < run.FrameCount; i++)
            EncryptFrame(run, i, frames);
        return run.CiphertextLength;
    }

    /// <summary>Erases the part's key.</summary>
    public void Dispose() => _key.Dispose();

    /// <summary>Takes the next frames. Each frame of the run is to be encrypted exactly once, by any thread.</summary>
    internal FrameRun Claim(int plaintextLength, bool isLast)
    {
        bool wholeFrames = plaintextLength > 0 && plaintextLength % FrameLayout.PlaintextBytes == 0;
        lock (_turn)
        {
            if (_ended)
                throw new CodingException(CodingError.FrameOutOfTurn, $"the part ended with frame {_nextFrame - 1}");
            if (!wholeFrames && !isLast || plaintextLength == 0 && _nextFrame > 0)
            {
                throw new CodingException(CodingError.LengthInvalid,
                    $"{plaintextLength} bytes at frame {_nextFrame}: all frames but the last have {FrameLayout.PlaintextBytes} bytes, and only the first may be empty");
            }
            long count = FrameLayout.FrameCount(plaintextLength);
            if (count > FrameLayout.FramesMax - _nextFrame)
                throw new CodingException(CodingError.PartTooLong, $"{count} frames after {_nextFrame}, of {FrameLayout.FramesMax}");

            FrameRun run = new(_nextFrame, (int)count, plaintextLength, isLast);
            _nextFrame += count;
            _ended = isLast;
            return run;
        }
    }

    internal void EncryptFrame(FrameRun run, int index, Span<byte> frames)
    {
        Span<byte> frame = frames[(index * FrameLayout.CiphertextBytes)..];
        _key.Encrypt(run.FirstFrame + index, run.IsPartEnd(index), frame[..run.PlaintextLengthOf(index)], frame);
    }

    private static void RequireRoom(int plaintextLength, int room)
    {
        if (plaintextLength < 0 || FrameLayout.CiphertextLength(plaintextLength) > room)
        {
            throw new CodingException(CodingError.LengthInvalid,
                $"{room} bytes of room for the ciphertext of {plaintextLength} bytes");
        }
    }

    private static byte[] NewSalt(IRandomSource random)
    {
        byte[] salt = new byte[FileKey.PartSaltBytes];
        random.Fill(salt);
        return salt;
    }
}
