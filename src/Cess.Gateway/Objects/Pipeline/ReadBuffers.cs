using System.Buffers;
using Cess.Coding;

namespace Cess.Gateway.Objects.Pipeline;

/// <summary>
/// Memory for everything that is read, all readers together; who finds none waits in line. Readers hold what they stream
/// through while they ask for what a rebuild takes, never the other way round: with a pool for each, no two wait for each other.
/// </summary>
public sealed class ReadBuffers : IDisposable
{
    private const int StreamingShare = 3;
    private const int Shares = 4;

    /// <summary>To the pools a buffer without parity is a segment of one fragment.</summary>
    private static readonly StoragePolicy s_plain = new(1, 0);

    private readonly SegmentBufferPool _streaming;
    private readonly SegmentBufferPool _rebuilding;

    /// <summary>Divides memory: three quarters to stream through, the rest to rebuild in.</summary>
    /// <param name="bytesMax">Bytes in all; at least <see cref="GatewayLimits.ReadBufferBytesMin"/>.</param>
    public ReadBuffers(long bytesMax)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bytesMax, GatewayLimits.ReadBufferBytesMin);
        _streaming = new SegmentBufferPool(bytesMax / Shares * StreamingShare);
        _rebuilding = new SegmentBufferPool(bytesMax / Shares);
    }

    /// <summary>Frees the memory that no reader has needed since the last call.</summary>
    public void TrimUnused()
    {
        _streaming.TrimUnused();
        _rebuilding.TrimUnused();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _streaming.Dispose();
        _rebuilding.Dispose();
    }

    /// <summary>Memory to stream ciphertext through, in runs of up to this many bytes.</summary>
    /// <exception cref="ObjectStoreException">SlowDown: too many wait already.</exception>
    internal async ValueTask<DoubleBuffer> RentStreamAsync(long runBound, CancellationToken cancellation)
    {
        int run = (int)Math.Min(runBound, DoubleBuffer.RunBytes);
        return new DoubleBuffer(await RentAsync(_streaming, 2 * run, cancellation).ConfigureAwait(false), run);
    }

    /// <summary>Memory to rebuild or to check fragments in. Its holder must not ask for more before it gives it back.</summary>
    /// <exception cref="ObjectStoreException">SlowDown: too many wait already.</exception>
    internal ValueTask<IMemoryOwner<byte>> RentRebuildAsync(int bytes, CancellationToken cancellation) =>
        RentAsync(_rebuilding, bytes, cancellation);

    private static async ValueTask<IMemoryOwner<byte>> RentAsync(SegmentBufferPool pool, int bytes, CancellationToken cancellation)
    {
        try
        {
            return await pool.RentAsync(s_plain, Math.Max(bytes, FrameLayout.TagBytes), cancellation).ConfigureAwait(false);
        }
        catch (CodingException e) when (e.Error == CodingError.PoolBusy)
        {
            throw new ObjectStoreException(ObjectStoreError.SlowDown, "Too many reads wait for memory.", e);
        }
    }
}
