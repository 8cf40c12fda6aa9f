namespace Cess.BlockStore;

/// <summary>A block's height and its bytes, which mean nothing to the store.</summary>
public readonly record struct BlockEntry(ulong Height, ReadOnlyMemory<byte> Bytes);

/// <summary>
/// Keeps blocks by height, in order and until they are pruned, and the newest snapshots of the state that they lead to. Blocks can be read
/// while others are appended; appends wait for each other. Every failure is a <see cref="BlockStoreException"/>, except
/// <see cref="OperationCanceledException"/> and <see cref="ObjectDisposedException"/>.
/// </summary>
public interface IBlockStore : IAsyncDisposable
{
    /// <summary>The lowest height that is here; null while there is no block.</summary>
    ulong? First { get; }

    /// <summary>The highest height that is here, durably; null while there is no block.</summary>
    ulong? Head { get; }

    /// <summary>
    /// Appends blocks of consecutive heights, the first of them one above <see cref="Head"/> (in an empty store: any). When it
    /// returns all are durable; the whole batch costs one sync. After a crash a batch that was not confirmed is there as a
    /// whole or not at all. Cancellation ends the wait for an append under way, not an append. The bytes must not change until
    /// the call returns.
    /// </summary>
    /// <exception cref="BlockStoreException">
    /// <see cref="BlockStoreError.NotConsecutive"/> and <see cref="BlockStoreError.TooLarge"/> change nothing. After any other
    /// the store has failed: it refuses every call with <see cref="BlockStoreError.Failed"/> until it is opened again.
    /// </exception>
    ValueTask AppendAsync(IReadOnlyList<BlockEntry> batch, CancellationToken cancellation = default);

    /// <summary>The bytes of one block.</summary>
    /// <exception cref="BlockStoreException">
    /// <see cref="BlockStoreError.NoSuchBlock"/>; <see cref="BlockStoreError.CorruptMiddle"/> if they have changed on the disk.
    /// </exception>
    ValueTask<ReadOnlyMemory<byte>> ReadAsync(ulong height, CancellationToken cancellation = default);

    /// <summary>
    /// The blocks from a height up to the head as it is when the reading begins; none if the height is one above it, or if
    /// the store is empty.
    /// </summary>
    /// <exception cref="BlockStoreException">As for one block, when the enumeration gets there.</exception>
    IAsyncEnumerable<BlockEntry> ReadFromAsync(ulong height, CancellationToken cancellation = default);

    /// <summary>
    /// Blocks below a height are not needed any more. The store removes what costs it nothing to remove, which may be less, and
    /// always keeps the newest. A reader that is under way there may find its blocks gone.
    /// </summary>
    /// <exception cref="BlockStoreException">The store goes on.</exception>
    ValueTask PruneAsync(ulong below, CancellationToken cancellation = default);

    /// <summary>
    /// Removes all blocks, so that the next append may begin at any height: for who goes on from a snapshot far above them. Snapshots
    /// stay. After a crash some of the newest blocks may still be there, without a gap. A reader that is under way may find its
    /// blocks gone.
    /// </summary>
    /// <exception cref="BlockStoreException">The store has failed, as after an append.</exception>
    ValueTask DropBlocksAsync(CancellationToken cancellation = default);

    /// <summary>
    /// Keeps a snapshot of the state after the block of a height, which replaces one of the same height. The content is what
    /// <paramref name="write"/> writes to the stream it is given; it is durable when the call returns, and older snapshots than
    /// the newest two are removed. If <paramref name="write"/> throws, nothing is kept. It must write asynchronously: a
    /// grain's scheduler can't finish what blocks it. One snapshot is saved at a time.
    /// </summary>
    /// <exception cref="BlockStoreException"><see cref="BlockStoreError.Full"/>: the store itself goes on.</exception>
    ValueTask SaveSnapshotAsync(
        ulong height, Func<Stream, CancellationToken, ValueTask> write, CancellationToken cancellation = default);

    /// <summary>
    /// The newest snapshot that is whole, or null if there is none. It is checked before it is returned; the caller disposes it.
    /// </summary>
    /// <exception cref="BlockStoreException">
    /// <see cref="BlockStoreError.CorruptSnapshot"/>: there are some (<see cref="BlockStoreException.Snapshots"/>), but none is whole.
    /// </exception>
    ValueTask<Snapshot?> OpenLatestSnapshotAsync(CancellationToken cancellation = default);
}

/// <summary>A snapshot that is open for reading.</summary>
public sealed class Snapshot : IAsyncDisposable
{
    internal Snapshot(ulong height, Stream content, IReadOnlyList<ulong> skipped) =>
        (Height, Content, Skipped) = (height, content, skipped);

    /// <summary>The height after whose block the state was like this.</summary>
    public ulong Height { get; }

    /// <summary>The bytes that were saved, from their start.</summary>
    public Stream Content { get; }

    /// <summary>Heights of newer snapshots that turned out corrupt: a sign of a failing disk, worth an alarm.</summary>
    public IReadOnlyList<ulong> Skipped { get; }

    /// <summary>Closes the content.</summary>
    public ValueTask DisposeAsync() => Content.DisposeAsync();
}
