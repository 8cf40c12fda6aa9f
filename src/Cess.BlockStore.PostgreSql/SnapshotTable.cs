using System.Data;
using Cess.BlockStore.Files;
using Npgsql;

namespace Cess.BlockStore.PostgreSql;

/// <summary>A store's snapshots, in pieces; see docs/format/block-store-postgresql.md.</summary>
internal sealed class SnapshotTable(ServerConnections connections, StoreTables tables, long epoch)
{
    /// <summary>
    /// Each piece is a transaction of its own, so that the server need not remember a long one; the snapshot appears with the last.
    /// </summary>
    /// <exception cref="BlockStoreException"><see cref="BlockStoreError.Locked"/>: another has opened the store since.</exception>
    public async Task SaveAsync(
        ulong height, Func<Stream, CancellationToken, ValueTask> write, CancellationToken cancellation)
    {
        await using NpgsqlConnection connection = await connections.OpenAsync(cancellation);
        long id = await BeginAsync(connection, height, cancellation);
        bool isFinished = false;
        try
        {
            await using var content = new SnapshotPieceWriter(connection, tables, id);
            await write(content, cancellation);
            await content.FinishAsync(cancellation);
            await FinishAsync(connection, id, height, content.Position, content.Checksum, cancellation);
            isFinished = true;
        }
        finally
        {
            if (!isFinished)
                await RemoveAsync(id);
        }
    }

    /// <exception cref="BlockStoreException"><see cref="BlockStoreError.CorruptSnapshot"/>.</exception>
    public async Task<Snapshot?> OpenLatestAsync(CancellationToken cancellation)
    {
        NpgsqlConnection connection = await connections.OpenAsync(cancellation);
        try
        {
            // What the transaction sees first it sees to its end, whatever is removed meanwhile.
            NpgsqlTransaction transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
            var corrupt = new List<ulong>();
            foreach (SavedSnapshot saved in await ListAsync(connection, cancellation))
            {
                if (await IsWholeAsync(connection, saved, cancellation))
                {
                    var content = new SnapshotPieceReader(connection, transaction, tables, saved.Id, saved.Length);
                    return new Snapshot(saved.Height, content, corrupt);
                }
                corrupt.Add(saved.Height);
            }
            await transaction.DisposeAsync();
            await connection.DisposeAsync();
            return corrupt.Count == 0
                ? null
                : throw new BlockStoreException(
                    BlockStoreError.CorruptSnapshot, $"The snapshots of {string.Join(", ", corrupt)} are corrupt, and there is no other.")
                {
                    Snapshots = corrupt,
                };
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    private async Task<long> BeginAsync(NpgsqlConnection connection, ulong height, CancellationToken cancellation)
    {
        await using NpgsqlCommand command =
            connection.Command($"INSERT INTO {tables.Snapshots} (height) VALUES ($1) RETURNING id", (long)height);
        return (long)(await command.ExecuteScalarAsync(cancellation))!;
    }

    private async Task FinishAsync(
        NpgsqlConnection connection, long id, ulong height, long length, uint checksum, CancellationToken cancellation)
    {
        await using NpgsqlTransaction transaction =
            await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellation);
        await using (NpgsqlCommand fence = connection.Command($"SELECT 1 FROM {tables.Store} WHERE epoch = $1 FOR SHARE", epoch))
        {
            if (await fence.ExecuteScalarAsync(cancellation) is null)
                throw WriterSession.Fenced();
        }
        await connection.ExecuteAsync(
            $"DELETE FROM {tables.Snapshots} WHERE height = $1 AND checksum IS NOT NULL", [(long)height], cancellation);
        await connection.ExecuteAsync(
            $"UPDATE {tables.Snapshots} SET length = $2, checksum = $3 WHERE id = $1", [id, length, (long)checksum], cancellation);
        await connection.ExecuteAsync(
            $"""
            DELETE FROM {tables.Snapshots} WHERE checksum IS NOT NULL AND id NOT IN (
                SELECT id FROM {tables.Snapshots} WHERE checksum IS NOT NULL ORDER BY height DESC LIMIT $1)
            """,
            [BlockStoreLimits.SnapshotsKept],
            cancellation);
        await transaction.CommitAsync(cancellation);
    }

    private async Task RemoveAsync(long id)
    {
        try
        {
            await using NpgsqlConnection connection = await connections.OpenAsync(CancellationToken.None);
            await connection.ExecuteAsync(
                $"DELETE FROM {tables.Snapshots} WHERE id = $1 AND checksum IS NULL", [id], CancellationToken.None);
        }
        catch (Exception e) when (ServerErrors.IsServer(e))
        {
            // The next opening removes it; what made the snapshot fail is what the caller must hear of.
        }
    }

    private async Task<List<SavedSnapshot>> ListAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        var saved = new List<SavedSnapshot>();
        await using NpgsqlCommand command = connection.Command(
            $"SELECT id, height, length, checksum FROM {tables.Snapshots} WHERE checksum IS NOT NULL ORDER BY height DESC");
        await using NpgsqlDataReader rows = await command.ExecuteReaderAsync(cancellation);
        while (await rows.ReadAsync(cancellation))
            saved.Add(new SavedSnapshot(rows.GetInt64(0), (ulong)rows.GetInt64(1), rows.GetInt64(2), rows.GetInt64(3)));
        return saved;
    }

    private async Task<bool> IsWholeAsync(NpgsqlConnection connection, SavedSnapshot saved, CancellationToken cancellation)
    {
        uint checksum = 0;
        long length = 0;
        for (int number = 0; await SnapshotPieceReader.ReadPieceAsync(connection, tables, saved.Id, number, cancellation) is { } piece; number++)
        {
            checksum = Crc32C.Continue(checksum, piece);
            length += piece.Length;
        }
        return (length, checksum) == (saved.Length, saved.Checksum);
    }

    private readonly record struct SavedSnapshot(long Id, ulong Height, long Length, long Checksum);
}
