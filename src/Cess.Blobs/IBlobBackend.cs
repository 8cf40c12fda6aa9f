using System.Buffers;

namespace Cess.Blobs;

/// <summary>
/// A place that keeps blobs: whole byte strings under names. Safe for concurrent use. Every failure is a
/// <see cref="BlobException"/>, except <see cref="OperationCanceledException"/>, <see cref="ObjectDisposedException"/>,
/// argument errors, and whatever a caller's own stream throws.
/// </summary>
/// <remarks>
/// <para>A reader never sees part of a blob: it sees the whole of what one put stored, or nothing. While a blob is being
/// replaced, a reader sees the old one or the new one; a stream that is already open keeps showing the one that it was opened
/// on or fails, and never mixes both.</para>
/// <para>What a put, a delete, a list or a stat that has returned told the caller holds for every call that starts later.</para>
/// </remarks>
public interface IBlobBackend : IAsyncDisposable
{
    /// <summary>Largest blob that this backend takes, in bytes.</summary>
    long BlobBytesMax { get; }

    /// <summary>
    /// Stores a blob. When it returns the blob is durable: it survives a crash of the process and of the machine. Idempotent:
    /// a put under a name that is in use replaces that blob atomically, whatever its length. After a failure or a
    /// cancellation the blob is the former one (or absent) or, if the failure came late, the new one; never a mixture. The
    /// content must not change until the call returns.
    /// </summary>
    /// <exception cref="BlobException">
    /// Permanent: <see cref="BlobError.Full"/>, <see cref="BlobError.TooLarge"/>, <see cref="BlobError.AccessDenied"/>,
    /// <see cref="BlobError.DeviceFault"/>. Worth another try: <see cref="BlobError.Transient"/>.
    /// </exception>
    ValueTask PutAsync(BlobName name, ReadOnlySequence<byte> content, CancellationToken cancellation = default);

    /// <summary>
    /// The same from a stream that is read to its end. A stream that ends early or goes on past <paramref name="length"/>
    /// stores nothing. The stream is not disposed.
    /// </summary>
    /// <exception cref="BlobException">As above, and <see cref="BlobError.LengthMismatch"/>.</exception>
    ValueTask PutAsync(BlobName name, Stream content, long length, CancellationToken cancellation = default);

    /// <summary>
    /// Reads from <paramref name="offset"/> until the buffer is full or the blob ends, and returns the count of bytes: less
    /// than the buffer's length only at the blob's end, 0 from there on.
    /// </summary>
    /// <exception cref="BlobException">
    /// Permanent: <see cref="BlobError.NotFound"/>, <see cref="BlobError.Corrupt"/>, <see cref="BlobError.DeviceFault"/>.
    /// </exception>
    ValueTask<int> ReadAsync(BlobName name, long offset, Memory<byte> buffer, CancellationToken cancellation = default);

    /// <summary>Opens the blob for reading from its start, in order; the caller disposes the stream.</summary>
    /// <exception cref="BlobException">
    /// Permanent: <see cref="BlobError.NotFound"/>, <see cref="BlobError.Corrupt"/>, <see cref="BlobError.DeviceFault"/>.
    /// </exception>
    ValueTask<Stream> OpenReadAsync(BlobName name, CancellationToken cancellation = default);

    /// <summary>
    /// Removes the blob, durably when it returns. Idempotent: it succeeds too when there is no such blob.
    /// </summary>
    ValueTask DeleteAsync(BlobName name, CancellationToken cancellation = default);

    /// <summary>The blob's name and length, or null if there is none.</summary>
    ValueTask<BlobInfo?> StatAsync(BlobName name, CancellationToken cancellation = default);

    /// <summary>
    /// Lists the blobs whose names start with <paramref name="prefix"/> (which need not end at a segment), in ordinal order,
    /// those after <paramref name="after"/> only: to go on with a listing, pass the last name seen. A blob that is there from
    /// the first to the last step is listed exactly once; one that comes or goes in between, at most once.
    /// </summary>
    /// <exception cref="BlobException"><see cref="BlobError.InvalidName"/> for a prefix that no name can have.</exception>
    IAsyncEnumerable<BlobInfo> ListAsync(string prefix = "", BlobName? after = null, CancellationToken cancellation = default);

    /// <summary>How much is stored here, and how much more fits.</summary>
    ValueTask<BlobSpace> SpaceAsync(CancellationToken cancellation = default);
}

/// <summary>A stored blob: its name and its length in bytes.</summary>
public readonly record struct BlobInfo(BlobName Name, long Length);

/// <summary>
/// Bytes of blobs stored, and bytes that still fit. Null where the backend doesn't know: an S3 bucket has no end and counts
/// nothing.
/// </summary>
public readonly record struct BlobSpace(long? UsedBytes, long? AvailableBytes);

/// <summary>Shorter forms of the calls of <see cref="IBlobBackend"/>.</summary>
public static class BlobBackendExtensions
{
    /// <summary>Stores a blob that lies in one piece of memory.</summary>
    public static ValueTask PutAsync(
        this IBlobBackend backend, BlobName name, ReadOnlyMemory<byte> content, CancellationToken cancellation = default) =>
        backend.PutAsync(name, new ReadOnlySequence<byte>(content), cancellation);

    /// <summary>Reads a whole blob into a new array.</summary>
    /// <exception cref="BlobException"><see cref="BlobError.NotFound"/>; <see cref="BlobError.TooLarge"/> past the limit.</exception>
    public static async ValueTask<byte[]> ReadAllAsync(
        this IBlobBackend backend, BlobName name, int lengthMax, CancellationToken cancellation = default)
    {
        await using Stream stream = await backend.OpenReadAsync(name, cancellation);
        byte[] piece = ArrayPool<byte>.Shared.Rent(BlobLimits.CopyBytes);
        try
        {
            using var whole = new MemoryStream();
            for (int count; (count = await stream.ReadAsync(piece, cancellation)) > 0;)
            {
                if (whole.Length + count > lengthMax)
                    throw BlobException.TooLarge(name, whole.Length + count, lengthMax);
                whole.Write(piece, 0, count);
            }
            return whole.ToArray();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }
    }
}
