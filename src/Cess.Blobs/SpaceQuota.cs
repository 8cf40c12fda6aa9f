namespace Cess.Blobs;

/// <summary>
/// Counts bytes stored against a quota. A put reserves its length before it writes, so puts at once can't pass the quota
/// together; then it either keeps or returns what it reserved.
/// </summary>
internal sealed class SpaceQuota(long? quotaBytes)
{
    private readonly Lock _gate = new();
    private long _used;
    private long _reserved;

    public long UsedBytes
    {
        get
        {
            lock (_gate)
                return _used;
        }
    }

    /// <summary>Null without a quota.</summary>
    public long? LeftBytes
    {
        get
        {
            lock (_gate)
                return quotaBytes is { } quota ? Math.Max(0, quota - _used - _reserved) : null;
        }
    }

    /// <exception cref="BlobException"><see cref="BlobError.Full"/>; nothing is reserved then.</exception>
    public void Reserve(long bytes)
    {
        lock (_gate)
        {
            if (quotaBytes is { } quota && bytes > quota - _used - _reserved)
                throw BlobException.Full(bytes, Math.Max(0, quota - _used - _reserved), quota);
            _reserved += bytes;
        }
    }

    /// <summary>A reserved blob is in its place.</summary>
    public void Keep(long bytes)
    {
        lock (_gate)
        {
            _reserved -= bytes;
            _used += bytes;
        }
    }

    /// <summary>A reserved blob didn't get to its place.</summary>
    public void Return(long bytes)
    {
        lock (_gate)
            _reserved -= bytes;
    }

    /// <summary>A stored blob is gone.</summary>
    public void Release(long bytes)
    {
        lock (_gate)
            _used -= bytes;
    }

    /// <summary>Sets what was counted.</summary>
    public void Reset(long bytes)
    {
        lock (_gate)
            _used = bytes;
    }
}
