using System.Runtime.CompilerServices;

namespace Cess.BlockStore;

/// <summary>
/// Blocks in memory, for tests and simulation: durable as long as the object. Calls complete synchronously.
/// </summary>
public sealed class MemoryBlockStore : IBlockStore
{
    private readonly Lock _gate = new();
    private readonly List<byte[]> _blocks = [];
    private readonly SortedDictionary<ulong, byte[]> _snapshots = [];
    private ulong _first;

    /// <inheritdoc/>
    public ulong? First
    {
        get
        {
            lock (_gate)
                return _blocks.Count == 0 ? null : _first;
        }
    }

    /// <inheritdoc/>
    public ulong? Head
    {
        get
        {
            lock (_gate)
                return _blocks.Count == 0 ? null : _first + (ulong)_blocks.Count - 1;
        }
    }

    /// <inheritdoc/>
    public ValueTask AppendAsync(IReadOnlyList<BlockEntry> batch, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(batch);
        cancellation.ThrowIfCancellationRequested();
        lock (_gate)
        {
            BatchRules.Check(batch, Head);
            if (_blocks.Count == 0)
                _first = batch[0].Height;
            _blocks.AddRange(batch.Select(block => block.Bytes.ToArray()));
        }
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask PruneAsync(ulong below, CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        lock (_gate)
        {
            int removed = (int)Math.Min(below - Math.Min(below, _first), (ulong)Math.Max(0, _blocks.Count - 1));
            _blocks.RemoveRange(0, removed);
            _first += (ulong)removed;
        }
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask DropBlocksAsync(CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        lock (_gate)
            _blocks.Clear();
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<ReadOnlyMemory<byte>> ReadAsync(ulong height, CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        return ValueTask.FromResult<ReadOnlyMemory<byte>>(Find(height));
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<BlockEntry> ReadFromAsync(
        ulong height, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        ulong? head = Head;
        if (height > head + 1)
            throw BlockStoreException.NoSuchBlock(height, First, head);
        for (; height <= head; height++)
        {
            cancellation.ThrowIfCancellationRequested();
            yield return new BlockEntry(height, Find(height));
        }
        await ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public async ValueTask SaveSnapshotAsync(
        ulong height, Func<Stream, CancellationToken, ValueTask> write, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(write);
        using var content = new MemoryStream();
        await write(content, cancellation);
        lock (_gate)
        {
            _snapshots[height] = content.ToArray();
            if (_snapshots.Count > BlockStoreLimits.SnapshotsKept)
                _snapshots.Remove(_snapshots.Keys.First());
        }
    }

    /// <inheritdoc/>
    public ValueTask<Snapshot?> OpenLatestSnapshotAsync(CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        lock (_gate)
        {
            if (_snapshots.Count == 0)
                return ValueTask.FromResult<Snapshot?>(null);
            (ulong height, byte[] content) = _snapshots.Last();
            return ValueTask.FromResult<Snapshot?>(new Snapshot(height, new MemoryStream(content, writable: false), []));
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private byte[] Find(ulong height)
    {
        lock (_gate)
        {
            return _blocks.Count > 0 && height >= _first && height - _first < (ulong)_blocks.Count
                ? _blocks[(int)(height - _first)]
                : throw BlockStoreException.NoSuchBlock(height, First, Head);
        }
    }
}
