using System.Buffers;
using System.Security.Cryptography;
using Cess.BlockStore.Files;

namespace Cess.Blobs.Packs;

/// <summary>How <see cref="PackedBlobs"/> work.</summary>
internal sealed record PackOptions
{
    /// <summary>Size from which a pack gets no further batch.</summary>
    public long PackBytes { get; init; } = BlobLimits.PackBytes;

    /// <summary>Gives each new pack its salt: a number that those who make the blobs can't foresee.</summary>
    public Func<ulong> NewSalt { get; init; } = static () => BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));
}

/// <summary>
/// Small blobs in a few append-only files: puts and deletes that arrive while one batch is being synced make up the next one,
/// so that a thousand of them cost one sync. The caller sees to it that no two changes of one name are under way at once.
/// </summary>
internal sealed class PackedBlobs : IAsyncDisposable
{
    private readonly PackLog _log;
    private readonly PackIndex _index;
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _room = new(BlobLimits.PackQueueMax);
    private readonly Queue<PackChange> _queue = [];
    private Task _committing = Task.CompletedTask;
    private bool _isCommitting;
    private bool _isClosing;

    private PackedBlobs(PackLog log, PackIndex index) => (_log, _index) = (log, index);

    /// <summary>Bytes of all blobs here, without their records' headers.</summary>
    public long ContentBytes => _index.ContentBytes;

    /// <summary>What opening found damaged.</summary>
    public IReadOnlyList<PackDamage> Damages => _log.Damages;

    /// <summary>Ends when no batch is under way and nothing is left to compact.</summary>
    internal Task Idle
    {
        get
        {
            lock (_gate)
                return _committing;
        }
    }

    /// <summary>Reads all packs' headers and records, cuts off what an unconfirmed batch has left, and builds the index.</summary>
    /// <exception cref="IOException">The disk can't be read, or cut.</exception>
    public static async ValueTask<PackedBlobs> OpenAsync(
        ILogDirectory directory, PackOptions options, CancellationToken cancellation)
    {
        var index = new PackIndex();
        return new PackedBlobs(await PackLog.OpenAsync(directory, options, index, cancellation), index);
    }

    /// <summary>Stores a blob durably, and returns the length of the one that it replaces; null if there was none here.</summary>
    /// <exception cref="BlobException">As <see cref="IBlobBackend.PutAsync(BlobName, ReadOnlySequence{byte}, CancellationToken)"/>.</exception>
    public ValueTask<int?> PutAsync(BlobName name, ReadOnlySequence<byte> content, CancellationToken cancellation) =>
        ChangeAsync(new PackChange(name, content), cancellation);

    /// <summary>Removes a blob durably, and returns its length; null if there is none here.</summary>
    /// <exception cref="BlobException">As <see cref="IBlobBackend.DeleteAsync"/>.</exception>
    public async ValueTask<int?> DeleteAsync(BlobName name, CancellationToken cancellation) =>
        Contains(name) ? await ChangeAsync(new PackChange(name, content: null), cancellation) : null;

    public bool Contains(BlobName name) => _index.Find(name) is not null;

    public int? LengthOf(BlobName name) => _index.Find(name)?.ContentLength;

    /// <summary>A blob's bytes, in an array of its own; null if it isn't here.</summary>
    /// <exception cref="BlobException"><see cref="BlobError.Corrupt"/>.</exception>
    /// <exception cref="IOException">The disk can't be read.</exception>
    public async ValueTask<byte[]?> ReadAsync(BlobName name, CancellationToken cancellation)
    {
        byte[]? content = null;
        await ReadAsync(name, bytes => content = bytes.ToArray(), cancellation);
        return content;
    }

    /// <summary>Reads from an offset into the buffer and returns the count of bytes; null if the blob isn't here.</summary>
    /// <exception cref="BlobException"><see cref="BlobError.Corrupt"/>.</exception>
    /// <exception cref="IOException">The disk can't be read.</exception>
    public async ValueTask<int?> ReadAsync(BlobName name, long offset, Memory<byte> buffer, CancellationToken cancellation)
    {
        int? count = null;
        await ReadAsync(
            name,
            bytes =>
            {
                ReadOnlySpan<byte> rest = offset < bytes.Length ? bytes[(int)offset..] : [];
                count = Math.Min(rest.Length, buffer.Length);
                rest[..count.Value].CopyTo(buffer.Span);
            },
            cancellation);
        return count;
    }

    /// <summary>The first blobs with a prefix that come after a name, in order.</summary>
    public List<BlobInfo> ListAfter(string prefix, string after) => _index.ListAfter(prefix, after, BlobLimits.PackListBatch);

    /// <summary>Waits for the batch under way and closes the files. No call may be under way.</summary>
    public async ValueTask DisposeAsync()
    {
        Task committing;
        lock (_gate)
        {
            _isClosing = true;
            committing = _committing;
        }
        await committing;
        _log.Dispose();
        _room.Dispose();
    }

    private async ValueTask ReadAsync(BlobName name, ReadOnlySpanAction read, CancellationToken cancellation)
    {
        if (_index.Acquire(name) is not { } entry)
            return;
        byte[] record = ArrayPool<byte>.Shared.Rent(entry.RecordBytes);
        try
        {
            Memory<byte> bytes = record.AsMemory(0, entry.RecordBytes);
            int count = await entry.Pack.File.ReadAsync(entry.Offset, bytes, cancellation);
            if (count < bytes.Length
                || PackRecord.Decode(bytes.Span, entry.Pack.Header.Salt) is not { } found
                || found.Name != name
                || !found.HasContentOf(bytes.Span))
                throw new BlobException(
                    BlobError.Corrupt, $"Blob '{name}' is damaged: '{entry.Pack.Header.FileName}' at {entry.Offset}.");
            read(bytes.Span.Slice(found.ContentAt, found.ContentLength));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(record);
            _index.Release(entry);
        }
    }

    private async ValueTask<int?> ChangeAsync(PackChange change, CancellationToken cancellation)
    {
        await _room.WaitAsync(cancellation);
        try
        {
            lock (_gate)
            {
                ObjectDisposedException.ThrowIf(_isClosing, this);
                _queue.Enqueue(change);
                if (!_isCommitting)
                {
                    _isCommitting = true;
                    // On no caller's scheduler: the batches of all must not wait for one grain's turn.
                    _committing = Task.Run(CommitAllAsync, CancellationToken.None);
                }
            }
            return await change.Done;
        }
        finally
        {
            _room.Release();
        }
    }

    /// <summary>Commits batches until nothing waits, and compacts a piece between any two.</summary>
    private async Task CommitAllAsync()
    {
        while (true)
        {
            List<PackChange> batch = NextBatch();
            if (batch.Count > 0)
                await _log.CommitAsync(batch);
            bool hasMore = !Volatile.Read(ref _isClosing) && await _log.CompactAsync();
            lock (_gate)
            {
                if (_queue.Count == 0 && (!hasMore || _isClosing))
                {
                    _isCommitting = false;
                    return;
                }
            }
        }
    }

    private List<PackChange> NextBatch()
    {
        var batch = new List<PackChange>();
        long bytes = 0;
        lock (_gate)
        {
            while (_queue.TryPeek(out PackChange? next) && (batch.Count == 0 || bytes + next.RecordBytes <= BlobLimits.PackBatchBytes))
            {
                bytes += next.RecordBytes;
                batch.Add(_queue.Dequeue());
            }
        }
        return batch;
    }

    private delegate void ReadOnlySpanAction(ReadOnlySpan<byte> content);
}
