using System.Runtime.CompilerServices;

namespace Cess.BlockStore.PostgreSql;

/// <summary>
/// Blocks in a PostgreSQL database (14 or later), the tables of which are in docs/format/block-store-postgresql.md. One writer at
/// a time has a schema of a database open. A failed read changes nothing and can be tried again; a failed append ends the store.
/// </summary>
public sealed class PostgreSqlBlockStore : IBlockStore
{
    /// <summary>The database schema that holds the tables unless another is named.</summary>
    public const string SchemaDefault = "cess_blocks";

    private readonly ServerConnections _connections;
    private readonly WriterSession _writer;
    private readonly BlockTable _blocks;
    private readonly SnapshotTable _snapshots;
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _appending = new(1);

    /// <summary>Blocks are removed in one turn, and appended while old ones are pruned. Who takes both turns takes this one first.</summary>
    private readonly SemaphoreSlim _pruning = new(1);
    private readonly SemaphoreSlim _savingSnapshot = new(1);
    private volatile HeightRange? _range;

    /// <summary>
    /// When a commit's answer doesn't come nobody knows whether it was made, and when the session is lost another may write: there is
    /// no second try, until opening has looked.
    /// </summary>
    private readonly StoreWrites _writes = new(ServerErrors.IsServer, ServerErrors.Explain);

    private PostgreSqlBlockStore(ServerConnections connections, StoreTables tables, WriterSession writer)
    {
        (_connections, _writer, _range) = (connections, writer, writer.Blocks);
        _blocks = new BlockTable(connections, tables, writer.Epoch);
        _snapshots = new SnapshotTable(connections, tables, writer.Epoch);
    }

    /// <inheritdoc/>
    public ulong? First => _range?.First;

    /// <inheritdoc/>
    public ulong? Head => _range?.Last;

    /// <summary>
    /// Opens the store in a schema of a database, makes schema and tables if need be, and checks that no block is missing between
    /// the first and the last. The blocks' bytes are checked when they are read.
    /// </summary>
    /// <param name="connectionString">As Npgsql takes it: <c>Host=…;Database=…;Username=…;Password=…</c>.</param>
    /// <param name="schema">Name of the schema: a–z, 0–9 and _, not beginning with a digit.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="BlockStoreException">
    /// <see cref="BlockStoreError.Locked"/>, <see cref="BlockStoreError.Gap"/>, <see cref="BlockStoreError.UnknownVersion"/>,
    /// <see cref="BlockStoreError.Full"/>; <see cref="BlockStoreError.InputOutput"/>: the server can't be reached, refuses, or runs
    /// with <c>fsync=off</c>.
    /// </exception>
    /// <exception cref="ArgumentException">The connection string or the schema's name can't be read.</exception>
    public static async ValueTask<PostgreSqlBlockStore> OpenAsync(
        string connectionString, string schema = SchemaDefault, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(connectionString);
        ArgumentNullException.ThrowIfNull(schema);
        var tables = new StoreTables(schema);
        var connections = new ServerConnections(connectionString);
        try
        {
            WriterSession writer = await WriterSession.BeginAsync(connections, tables, cancellation);
            return new PostgreSqlBlockStore(connections, tables, writer);
        }
        catch (Exception e)
        {
            await connections.DisposeAsync();
            if (ServerErrors.IsServer(e))
                throw ServerErrors.Explain(e, "The block store could not be opened");
            throw;
        }
    }

    /// <inheritdoc/>
    public ValueTask AppendAsync(IReadOnlyList<BlockEntry> batch, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(batch);
        return _writes.InTurnAsync(_appending, AppendAsync, static () => "Blocks could not be appended", cancellation);

        async ValueTask AppendAsync()
        {
            BatchRules.Check(batch, Head);
            ThrowIfTooHigh(batch[^1].Height);
            await _writes.FailingForGoodAsync(() => new(_writer.AppendAsync(batch, Head)), $"Block {batch[0].Height} could not be appended");
            lock (_gate)
                _range = new HeightRange(_range?.First ?? batch[0].Height, batch[^1].Height);
        }
    }

    /// <inheritdoc/>
    public ValueTask PruneAsync(ulong below, CancellationToken cancellation = default) => _writes.InTurnAsync(
        _pruning,
        () => _range is { } range ? new(_blocks.PruneAsync(range.First, Math.Min(below, range.Last), SetFirst, cancellation)) : default,
        () => $"The blocks below {below} could not be removed",
        cancellation);

    /// <inheritdoc/>
    public ValueTask DropBlocksAsync(CancellationToken cancellation = default)
    {
        const string what = "The blocks could not be removed";
        // A prune that goes on after it would set the first height of blocks that are gone.
        return _writes.InTurnAsync(
            _pruning, () => _writes.InTurnAsync(_appending, DropAsync, static () => what, cancellation), static () => what, cancellation);

        async ValueTask DropAsync()
        {
            await _writes.FailingForGoodAsync(() => new(_writer.DropBlocksAsync(Head)), what);
            lock (_gate)
                _range = null;
        }
    }

    /// <inheritdoc/>
    public async ValueTask<ReadOnlyMemory<byte>> ReadAsync(ulong height, CancellationToken cancellation = default)
    {
        _writes.ThrowIfFailed();
        if (_range is not { } range || height < range.First || height > range.Last)
            throw BlockStoreException.NoSuchBlock(height, First, Head);
        try
        {
            return await _blocks.ReadAsync(height, cancellation);
        }
        catch (Exception e) when (ServerErrors.IsServer(e))
        {
            throw ServerErrors.Explain(e, $"Block {height} could not be read");
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<BlockEntry> ReadFromAsync(
        ulong height, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        _writes.ThrowIfFailed();
        if (_range is not { } range)
            yield break;
        if (height < range.First || height > range.Last + 1)
            throw BlockStoreException.NoSuchBlock(height, range.First, range.Last);
        while (height <= range.Last)
        {
            List<BlockEntry> page;
            try
            {
                page = await _blocks.ReadPageAsync(height, range.Last, cancellation);
            }
            catch (Exception e) when (ServerErrors.IsServer(e))
            {
                throw ServerErrors.Explain(e, $"The blocks from {height} could not be read");
            }
            foreach (BlockEntry block in page)
                yield return block;
            height += (ulong)page.Count;
            _writes.ThrowIfFailed();
        }
    }

    /// <inheritdoc/>
    public ValueTask SaveSnapshotAsync(
        ulong height, Func<Stream, CancellationToken, ValueTask> write, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(write);
        return _writes.InTurnAsync(_savingSnapshot, Save, () => $"Snapshot {height} could not be saved", cancellation);

        ValueTask Save()
        {
            ThrowIfTooHigh(height);
            return new(_snapshots.SaveAsync(height, write, cancellation));
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
        catch (Exception e) when (ServerErrors.IsServer(e))
        {
            throw ServerErrors.Explain(e, "The latest snapshot could not be read");
        }
    }

    /// <summary>Ends the session and closes all connections. No call may be under way, and no snapshot open.</summary>
    public async ValueTask DisposeAsync()
    {
        await _writer.DisposeAsync();
        await _connections.DisposeAsync();
        _appending.Dispose();
        _pruning.Dispose();
        _savingSnapshot.Dispose();
    }

    private void SetFirst(ulong first)
    {
        lock (_gate)
            _range = _range is { } range ? range with { First = first } : null;
    }

    private static void ThrowIfTooHigh(ulong height)
    {
        if (height > PostgreSqlBlockStoreLimits.HeightMax)
        {
            throw new BlockStoreException(
                BlockStoreError.TooLarge, $"Height {height} is above {PostgreSqlBlockStoreLimits.HeightMax}, the greatest here.");
        }
    }
}
