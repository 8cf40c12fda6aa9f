using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Cess.BlockStore.Files;
using Cess.BlockStore.Log;
using Cess.BlockStore.Snapshots;

namespace Cess.BlockStore;

/// <summary>How a <see cref="FileBlockStore"/> works.</summary>
public sealed record FileBlockStoreOptions
{
    /// <summary>Size in bytes from which a segment gets no further batch.</summary>
    public long SegmentBytes { get; init; } = BlockStoreLimits.SegmentBytesDefault;

    /// <summary>Gives each new segment its salt: a number that those who make the blocks can't foresee.</summary>
    public Func<ulong> NewSalt { get; init; } = static () => BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));
}

/// <summary>What opening a store cut off: the end of a batch that was being written at a crash and was never confirmed.</summary>
public sealed record TornTail(string File, long Bytes);

/// <summary>
/// Blocks in a segmented log of files, the format of which is in docs/format/block-log.md. One process at a time opens a folder.
/// </summary>
public sealed class FileBlockStore : IBlockStore
{
    private const string LockName = ".lock";
    private readonly IDisposable _lock;
    private readonly BlockLog _log;
    private readonly SnapshotFiles _snapshots;
    private readonly SemaphoreSlim _appending = new(1);
    private readonly SemaphoreSlim _savingSnapshot = new(1);
    private readonly StoreWrites _writes = new(DiskErrors.IsDisk, DiskExplanations.Explain);

    private FileBlockStore(IDisposable held, BlockLog log, SnapshotFiles snapshots, TornTail? tornTail) =>
        (_lock, _log, _snapshots, TornTail) = (held, log, snapshots, tornTail);

    /// <inheritdoc/>
    public ulong? First => _log.First;

    /// <inheritdoc/>
    public ulong? Head => _log.Head;

    /// <summary>What was cut off when the store was opened; null if it had been closed or had crashed between batches.</summary>
    public TornTail? TornTail { get; }

    /// <summary>Opens the store in a folder, which is created if need be, and checks every byte of its blocks.</summary>
    /// <exception cref="BlockStoreException">
    /// <see cref="BlockStoreError.Locked"/>, <see cref="BlockStoreError.CorruptMiddle"/>, <see cref="BlockStoreError.Gap"/>,
    /// <see cref="BlockStoreError.UnknownVersion"/>, <see cref="BlockStoreError.InputOutput"/>.
    /// </exception>
    public static ValueTask<FileBlockStore> OpenAsync(
        string folder, FileBlockStoreOptions? options = null, CancellationToken cancellation = default)
    {
        try
        {
            return OpenAsync(new PhysicalLogDirectory(folder), options, cancellation);
        }
        catch (Exception e) when (DiskErrors.IsDisk(e))
        {
            throw DiskExplanations.Explain(e, $"The blocks in '{folder}' could not be opened");
        }
    }

    /// <summary>The same in a folder of any kind of disk.</summary>
    /// <exception cref="BlockStoreException">As above.</exception>
    public static async ValueTask<FileBlockStore> OpenAsync(
        ILogDirectory directory, FileBlockStoreOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(directory);
        options ??= new FileBlockStoreOptions();
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.SegmentBytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.SegmentBytes, BlockStoreLimits.SegmentBytesMax);
        IDisposable? held = null;
        try
        {
            held = directory.TryLock(LockName)
                ?? throw new BlockStoreException(BlockStoreError.Locked, "The block store is open elsewhere.");
            var snapshots = new SnapshotFiles(directory);
            snapshots.RemoveUnfinished();
            (BlockLog log, TornTail? torn) = await BlockLog.OpenAsync(directory, options, cancellation);
            return new FileBlockStore(held, log, snapshots, torn);
        }
        catch (Exception e)
        {
            held?.Dispose();
            if (DiskErrors.IsDisk(e))
                throw DiskExplanations.Explain(e, "The block store could not be opened");
            throw;
        }
    }

    /// <inheritdoc/>
    public ValueTask AppendAsync(IReadOnlyList<BlockEntry> batch, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(batch);
        return _writes.InTurnAsync(_appending, Append, static () => "Blocks could not be appended", cancellation);

        ValueTask Append()
        {
            BatchRules.Check(batch, Head);
            return _writes.FailingForGoodAsync(() => _log.AppendAsync(batch), $"Block {batch[0].Height} could not be appended");
        }
    }

    /// <inheritdoc/>
    public ValueTask PruneAsync(ulong below, CancellationToken cancellation = default) => _writes.InTurnAsync(
        _appending, () => _log.PruneAsync(below), () => $"The blocks below {below} could not be removed", cancellation);

    /// <inheritdoc/>
    public ValueTask DropBlocksAsync(CancellationToken cancellation = default)
    {
        const string what = "The blocks could not be removed";
        return _writes.InTurnAsync(_appending, () => _writes.FailingForGoodAsync(_log.DropAsync, what), static () => what, cancellation);
    }

    /// <inheritdoc/>
    public async ValueTask<ReadOnlyMemory<byte>> ReadAsync(ulong height, CancellationToken cancellation = default)
    {
        _writes.ThrowIfFailed();
        try
        {
            return (await _log.ReadAsync(height, cancellation)).Bytes;
        }
        catch (Exception e) when (DiskErrors.IsDisk(e))
        {
            throw DiskExplanations.Explain(e, $"Block {height} could not be read");
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<BlockEntry> ReadFromAsync(
        ulong height, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        _writes.ThrowIfFailed();
        await using IAsyncEnumerator<BlockEntry[]> runs =
            _log.ReadFromAsync(height, cancellation).GetAsyncEnumerator(cancellation);
        while (true)
        {
            try
            {
                if (!await runs.MoveNextAsync())
                    yield break;
            }
            catch (Exception e) when (DiskErrors.IsDisk(e))
            {
                throw DiskExplanations.Explain(e, $"The blocks from {height} could not be read");
            }
            foreach (BlockEntry block in runs.Current)
                yield return block;
            _writes.ThrowIfFailed();
        }
    }

    /// <inheritdoc/>
    public ValueTask SaveSnapshotAsync(
        ulong height, Func<Stream, CancellationToken, ValueTask> write, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(write);
        return _writes.InTurnAsync(_savingSnapshot, SaveAsync, () => $"Snapshot {height} could not be saved", cancellation);

        async ValueTask SaveAsync()
        {
            using UnfinishedSnapshot snapshot = _snapshots.Create(height);
            await snapshot.WriteAsync(write, cancellation);
            // A second sync may succeed because the system has dropped the bytes that it could not write.
            await _writes.FailingForGoodAsync(snapshot.FinishAsync, $"Snapshot {height} could not be synced");
        }
    }

    /// <inheritdoc/>
    public async ValueTask<Snapshot?> OpenLatestSnapshotAsync(CancellationToken cancellation = default)
    {
        _writes.ThrowIfFailed();
        try
        {
            return await _snapshots.OpenLatestAsync(cancellation);
        }
        catch (Exception e) when (DiskErrors.IsDisk(e))
        {
            throw DiskExplanations.Explain(e, "The latest snapshot could not be read");
        }
    }

    /// <summary>Closes the files and lets go of the folder. No call may be under way.</summary>
    public ValueTask DisposeAsync()
    {
        _log.Dispose();
        _lock.Dispose();
        _appending.Dispose();
        _savingSnapshot.Dispose();
        return ValueTask.CompletedTask;
    }
}
