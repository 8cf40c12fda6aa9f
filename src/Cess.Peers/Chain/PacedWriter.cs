namespace Cess.Peers;

/// <summary>
/// Writes large answers, and gives up on whoever takes them more slowly than <see cref="PeerLimits.AnswerBytesPerSecondMin"/>: few are
/// sent at once, and a reader that dawdles keeps others out.
/// </summary>
internal sealed class PacedWriter(Stream destination, TimeProvider time)
{
    private const int PieceBytes = 64 * 1024;

    private readonly long _since = time.GetTimestamp();
    private long _sent;

    /// <exception cref="PeerException"><see cref="PeerError.TimedOut"/>.</exception>
    public async Task WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        for (; !bytes.IsEmpty; bytes = bytes[Math.Min(bytes.Length, PieceBytes)..])
            await WritePieceAsync(bytes[..Math.Min(bytes.Length, PieceBytes)], cancellation);
    }

    private async Task WritePieceAsync(ReadOnlyMemory<byte> piece, CancellationToken cancellation)
    {
        _sent += piece.Length;
        TimeSpan allowed = PeerLimits.RequestTimeout + TimeSpan.FromSeconds((double)_sent / PeerLimits.AnswerBytesPerSecondMin);
        TimeSpan left = allowed - time.GetElapsedTime(_since);
        try
        {
            await destination.WriteAsync(piece, cancellation).AsTask().WaitAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero, time, cancellation);
        }
        catch (TimeoutException e)
        {
            throw new PeerException(PeerError.TimedOut, $"{_sent} bytes took longer than {allowed.TotalSeconds:0} s.", e);
        }
    }
}
