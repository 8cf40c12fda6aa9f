namespace Cess.Blobs.Packs;

/// <summary>Where a packed blob lies.</summary>
internal sealed record PackEntry(BlobName Name, Pack Pack, uint Offset, int ContentLength)
{
    public int RecordBytes => PackRecord.BytesOf(Name, ContentLength);
}

/// <summary>The packed blobs by name, in order, and the packs' counts: what is in memory of the packs. About 250 bytes a blob.</summary>
internal sealed class PackIndex
{
    private readonly Lock _gate = new();
    private readonly SortedSet<PackEntry> _entries = new(Comparer<PackEntry>.Create((a, b) => a.Name.CompareTo(b.Name)));
    private long _contentBytes;

    /// <summary>Bytes of all packed blobs.</summary>
    public long ContentBytes
    {
        get
        {
            lock (_gate)
                return _contentBytes;
        }
    }

    public PackEntry? Find(BlobName name)
    {
        lock (_gate)
            return FindLocked(name);
    }

    /// <summary>Finds a blob and keeps its pack open until <see cref="Release"/>.</summary>
    public PackEntry? Acquire(BlobName name)
    {
        lock (_gate)
        {
            PackEntry? entry = FindLocked(name);
            entry?.Pack.AddReader();
            return entry;
        }
    }

    public void Release(PackEntry entry)
    {
        lock (_gate)
            entry.Pack.RemoveReader();
    }

    /// <summary>Points a name to a record, and no longer to a former one, which is returned.</summary>
    public PackEntry? Set(PackEntry entry)
    {
        lock (_gate)
        {
            PackEntry? former = RemoveLocked(entry.Name);
            _entries.Add(entry);
            _contentBytes += entry.ContentLength;
            entry.Pack.LiveBytes += entry.RecordBytes;
            return former;
        }
    }

    public PackEntry? Remove(BlobName name)
    {
        lock (_gate)
            return RemoveLocked(name);
    }

    public void Retire(Pack pack)
    {
        lock (_gate)
            pack.Retire();
    }

    /// <summary>The first names that start with a prefix and come after one, in order.</summary>
    public List<BlobInfo> ListAfter(string prefix, string after, int count)
    {
        // No name is smaller than its own prefix, and none equals the upper end, which has a character that none has.
        PackEntry lower = BoundAt(string.CompareOrdinal(prefix, after) > 0 ? prefix : after);
        PackEntry upper = BoundAt(prefix + char.MaxValue);
        if (string.CompareOrdinal(lower.Name.ToString(), upper.Name.ToString()) > 0)
            return [];
        lock (_gate)
        {
            return [.. _entries
                .GetViewBetween(lower, upper)
                .SkipWhile(entry => string.CompareOrdinal(entry.Name.Value, after) <= 0)
                .Take(count)
                .Select(entry => new BlobInfo(entry.Name, entry.ContentLength))];
        }
    }

    private static PackEntry BoundAt(string text) => new(BlobName.Bound(text), null!, 0, 0);

    private PackEntry? FindLocked(BlobName name) =>
        _entries.TryGetValue(new PackEntry(name, null!, 0, 0), out PackEntry? entry) ? entry : null;

    private PackEntry? RemoveLocked(BlobName name)
    {
        if (FindLocked(name) is not { } entry)
            return null;
        _entries.Remove(entry);
        _contentBytes -= entry.ContentLength;
        entry.Pack.LiveBytes -= entry.RecordBytes;
        return entry;
    }
}
