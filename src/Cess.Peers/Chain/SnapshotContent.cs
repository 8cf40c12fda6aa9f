namespace Cess.Peers;

/// <summary>
/// The rest of an answer with a snapshot, as it comes: an end to what is longer than allowed, and to who sends it more slowly than
/// <see cref="PeerLimits.AnswerBytesPerSecondMin"/>.
/// </summary>
internal sealed class SnapshotContent(Stream body, long bytesMax, TimeProvider time, CancellationToken ended) : Stream
{
    private readonly long _since = time.GetTimestamp();
    private long _read;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => _read; set => throw new NotSupportedException(); }

    /// <exception cref="PeerException"><see cref="PeerError.TooLong"/>, <see cref="PeerError.TimedOut"/>.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        TimeSpan allowed = PeerLimits.RequestTimeout + TimeSpan.FromSeconds((double)_read / PeerLimits.AnswerBytesPerSecondMin);
        TimeSpan left = allowed - time.GetElapsedTime(_since);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ended, cancellationToken);
        int read;
        try
        {
            // The request ends with the caller's use of this stream, and with it a read that is given up here.
            read = await body.ReadAsync(buffer, either.Token).AsTask().WaitAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero, time, either.Token);
        }
        catch (TimeoutException e)
        {
            throw new PeerException(PeerError.TimedOut, $"after {allowed.TotalSeconds:0} s there are {_read} bytes of a snapshot.", e);
        }

        _read += read;
        return _read <= bytesMax ? read : throw new PeerException(PeerError.TooLong, $"the snapshot has more than {bytesMax} bytes.");
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <summary>For who checks a snapshot entry by entry, on a thread of its own.</summary>
    public override int Read(byte[] buffer, int offset, int count) =>
        ReadAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
