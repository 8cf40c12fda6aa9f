using System.Buffers.Binary;
using System.Data;
using System.Security.Cryptography;
using System.Text;
using Npgsql;
using NpgsqlTypes;

namespace Cess.BlockStore.PostgreSql;

/// <summary>
/// The one session that appends. It holds an advisory lock, which tells a second writer that it comes too late and ends with the
/// session; and an epoch, which every change must find as it was: whoever opens the store next has raised it, so this session can
/// append nothing more even if it lost the lock without noticing, to an operator or a pooler between here and the server.
/// </summary>
internal sealed class WriterSession : IAsyncDisposable
{
    private readonly NpgsqlConnection _connection;
    private readonly StoreTables _tables;

    private WriterSession(NpgsqlConnection connection, StoreTables tables) => (_connection, _tables) = (connection, tables);

    public long Epoch { get; private set; }

    /// <summary>First and last height when the session began; null if there was no block.</summary>
    public HeightRange? Blocks { get; private set; }

    /// <exception cref="BlockStoreException">
    /// <see cref="BlockStoreError.Locked"/>, <see cref="BlockStoreError.UnknownVersion"/>, <see cref="BlockStoreError.Gap"/>, or
    /// <see cref="BlockStoreError.InputOutput"/> for a server that doesn't keep what it confirms.
    /// </exception>
    public static async Task<WriterSession> BeginAsync(
        ServerConnections connections, StoreTables tables, CancellationToken cancellation)
    {
        var session = new WriterSession(await connections.OpenWriterAsync(cancellation), tables);
        try
        {
            await session.LockAsync(cancellation);
            await session.CheckServerAsync(cancellation);
            await session.CreateAsync(cancellation);
            await session.RaiseEpochAsync(cancellation);
            await session.CheckBlocksAsync(cancellation);
            await session.RemoveUnfinishedSnapshotsAsync(cancellation);
            return session;
        }
        catch
        {
            await session.DisposeAsync();
            throw;
        }
    }

    /// <summary>Adds a batch that goes on at the head, in one transaction. After any failure the session is of no more use.</summary>
    /// <exception cref="BlockStoreException"><see cref="BlockStoreError.Locked"/>: another has opened the store since.</exception>
    public async Task AppendAsync(IReadOnlyList<BlockEntry> batch, ulong? head)
    {
        await using NpgsqlTransaction transaction = await _connection.BeginTransactionAsync(IsolationLevel.ReadCommitted);
        int moved = await _connection.ExecuteAsync(
            $"""
            UPDATE {_tables.Store} SET head_height = $1, first_height = coalesce(first_height, $2)
            WHERE epoch = $3 AND head_height IS NOT DISTINCT FROM $4::bigint
            """,
            [(long)batch[^1].Height, (long)batch[0].Height, Epoch, (long?)head],
            CancellationToken.None);
        if (moved == 0)
            throw Fenced();
        await using (NpgsqlBinaryImporter rows = await _connection.BeginBinaryImportAsync(
            $"COPY {_tables.Blocks} (height, checksum, bytes) FROM STDIN (FORMAT BINARY)"))
        {
            foreach (BlockEntry block in batch)
            {
                await rows.StartRowAsync();
                await rows.WriteAsync((long)block.Height, NpgsqlDbType.Bigint);
                await rows.WriteAsync(BlockTable.ChecksumOf(block.Height, block.Bytes.Span), NpgsqlDbType.Bigint);
                await rows.WriteAsync(block.Bytes, NpgsqlDbType.Bytea);
            }
            await rows.CompleteAsync();
        }
        await transaction.CommitAsync();
    }

    /// <summary>Removes all blocks, in one transaction. After any failure the session is of no more use.</summary>
    /// <exception cref="BlockStoreException"><see cref="BlockStoreError.Locked"/>: another has opened the store since.</exception>
    public async Task DropBlocksAsync(ulong? head)
    {
        await using NpgsqlTransaction transaction = await _connection.BeginTransactionAsync(IsolationLevel.ReadCommitted);
        int moved = await _connection.ExecuteAsync(
            $"""
            UPDATE {_tables.Store} SET head_height = NULL, first_height = NULL
            WHERE epoch = $1 AND head_height IS NOT DISTINCT FROM $2::bigint
            """,
            [Epoch, (long?)head],
            CancellationToken.None);
        if (moved == 0)
            throw Fenced();
        await _connection.ExecuteAsync($"TRUNCATE {_tables.Blocks}", [], CancellationToken.None);
        await transaction.CommitAsync();
    }

    /// <summary>Lets go of the lock and ends the session.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            // The server notices a closed connection a moment later; the next writer need not wait for that.
            if (_connection.State == ConnectionState.Open)
                await _connection.ExecuteAsync("SELECT pg_advisory_unlock($1)", [LockKey()], CancellationToken.None);
        }
        catch (Exception e) when (ServerErrors.IsServer(e))
        {
            // The lock ends with the session.
        }
        await _connection.DisposeAsync();
    }

    internal static BlockStoreException Fenced() =>
        new(BlockStoreError.Locked, "Another writer has opened the block store since this one did.");

    private async Task LockAsync(CancellationToken cancellation)
    {
        await using NpgsqlCommand command = _connection.Command("SELECT pg_try_advisory_lock($1)", LockKey());
        if (await command.ExecuteScalarAsync(cancellation) is not true)
            throw new BlockStoreException(BlockStoreError.Locked, $"The block store '{_tables.Schema}' is open elsewhere.");
    }

    private async Task CheckServerAsync(CancellationToken cancellation)
    {
        await using NpgsqlCommand command = _connection.Command("SELECT current_setting('fsync')::boolean");
        if (await command.ExecuteScalarAsync(cancellation) is not true)
            throw new BlockStoreException(BlockStoreError.InputOutput, "The server runs with fsync=off: it does not keep what it confirms.");
    }

    private async Task CreateAsync(CancellationToken cancellation)
    {
        await using NpgsqlTransaction transaction = await _connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellation);
        // An operator may have made the schema, for a role that may make none.
        if (!await ExistsAsync("to_regnamespace", _tables.Schema, cancellation))
            await _connection.ExecuteAsync(_tables.CreateSchema, [], cancellation);
        if (!await ExistsAsync("to_regclass", _tables.Store, cancellation))
            await _connection.ExecuteAsync(_tables.CreateTables, [], cancellation);
        await transaction.CommitAsync(cancellation);
    }

    private async Task<bool> ExistsAsync(string function, string name, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = _connection.Command($"SELECT {function}($1) IS NOT NULL", name);
        return await command.ExecuteScalarAsync(cancellation) is true;
    }

    private async Task RaiseEpochAsync(CancellationToken cancellation)
    {
        await using (NpgsqlCommand command = _connection.Command($"SELECT version FROM {_tables.Store}"))
        {
            if (await command.ExecuteScalarAsync(cancellation) is not StoreTables.Version and var version)
            {
                throw new BlockStoreException(
                    BlockStoreError.UnknownVersion,
                    $"The block store '{_tables.Schema}' has version {version ?? "unknown"}; this program knows {StoreTables.Version}.");
            }
        }
        await using NpgsqlCommand raise = _connection.Command(
            $"UPDATE {_tables.Store} SET epoch = epoch + 1 RETURNING epoch, first_height, head_height");
        await using NpgsqlDataReader row = await raise.ExecuteReaderAsync(cancellation);
        await row.ReadAsync(cancellation);
        Epoch = row.GetInt64(0);
        if (!row.IsDBNull(1))
            Blocks = new HeightRange((ulong)row.GetInt64(1), (ulong)row.GetInt64(2));
    }

    /// <summary>Heights are unique, so their least, their greatest and their count tell whether one is missing.</summary>
    private async Task CheckBlocksAsync(CancellationToken cancellation)
    {
        await using NpgsqlCommand command = _connection.Command(
            $"SELECT count(*), coalesce(min(height), 0), coalesce(max(height), 0) FROM {_tables.Blocks}");
        await using NpgsqlDataReader row = await command.ExecuteReaderAsync(cancellation);
        await row.ReadAsync(cancellation);
        (long count, ulong first, ulong last) = (row.GetInt64(0), (ulong)row.GetInt64(1), (ulong)row.GetInt64(2));
        bool isWhole = Blocks is { } blocks
            ? first == blocks.First && last == blocks.Last && (ulong)count == last - first + 1
            : count == 0;
        if (!isWhole)
        {
            throw new BlockStoreException(
                BlockStoreError.Gap,
                $"The block store '{_tables.Schema}' should hold {Blocks?.ToString() ?? "no block"}; it has {count} of {first} to {last}.");
        }
    }

    private async Task RemoveUnfinishedSnapshotsAsync(CancellationToken cancellation) =>
        await _connection.ExecuteAsync($"DELETE FROM {_tables.Snapshots} WHERE checksum IS NULL", [], cancellation);

    /// <summary>Advisory locks are a database's, and known by a number: one that follows from the schema's name.</summary>
    private long LockKey() =>
        BinaryPrimitives.ReadInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"cess block store {_tables.Schema}")));
}
