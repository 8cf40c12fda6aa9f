namespace Cess.Blobs;

/// <summary>
/// Counts bytes stored against a quota. A put reserves its length before it writes, so concurrent puts can't pass the quota
/// together.
/// </summary>
internal sealed class SpaceQuota(long? quotaBytes)
{
    private long _used;

    public long UsedBytes => Math.Max(0, Volatile.Read(ref _used));

    public long? LeftBytes => quotaBytes is { } quota ? Math.Max(0, quota - UsedBytes) : null;

    /// <exception cref="BlobException"><see cref="BlobError.Full"/>; nothing is reserved then.</exception>
    public void Reserve(long bytes)
    {
        long used = Interlocked.Add(ref _used, bytes);
        if (quotaBytes is not { } quota || used <= quota)
            return;
        Interlocked.Add(ref _used, -bytes);
        throw BlobException.Full(bytes, Math.Max(0, quota - (used - bytes)), quota);
    }

    public void Release(long bytes) => Interlocked.Add(ref _used, -bytes);

    public void Reset(long bytes) => Volatile.Write(ref _used, bytes);
}
