using Cess.BlockStore;

namespace Cess.Simulation.World;

/// <summary>A node's block store, which tells what has become durable.</summary>
internal sealed class ObservedStore(IBlockStore store, Action<IReadOnlyList<BlockEntry>> appended) : IBlockStore
{
    public ulong? First => store.First;

    public ulong? Head => store.Head;

    public async ValueTask AppendAsync(IReadOnlyList<BlockEntry> batch, CancellationToken cancellation = default)
    {
        await store.AppendAsync(batch, cancellation);
        appended(batch);
    }

    public ValueTask<ReadOnlyMemory<byte>> ReadAsync(ulong height, CancellationToken cancellation = default) =>
        store.ReadAsync(height, cancellation);

    public IAsyncEnumerable<BlockEntry> ReadFromAsync(ulong height, CancellationToken cancellation = default) =>
        store.ReadFromAsync(height, cancellation);

    public ValueTask PruneAsync(ulong below, CancellationToken cancellation = default) => store.PruneAsync(below, cancellation);

    public ValueTask DropBlocksAsync(CancellationToken cancellation = default) => store.DropBlocksAsync(cancellation);

    public ValueTask SaveSnapshotAsync(
        ulong height, Func<Stream, CancellationToken, ValueTask> write, CancellationToken cancellation = default) =>
        store.SaveSnapshotAsync(height, write, cancellation);

    public ValueTask<Snapshot?> OpenLatestSnapshotAsync(CancellationToken cancellation = default) =>
        store.OpenLatestSnapshotAsync(cancellation);

    public ValueTask DisposeAsync() => store.DisposeAsync();
}
