using System.Buffers.Binary;
using System.Data;
using Cess.BlockStore.Files;
using Npgsql;

namespace Cess.BlockStore.PostgreSql;

/// <summary>Reads and removes blocks, beside the writer and on other connections than its own.</summary>
internal sealed class BlockTable(ServerConnections connections, StoreTables tables, long epoch)
{
    private readonly string _page = $"""
        SELECT height, checksum, bytes FROM (
            SELECT height, checksum, bytes, sum(octet_length(bytes)) OVER (ORDER BY height) - octet_length(bytes) AS before
            FROM {tables.Blocks} WHERE height BETWEEN $1 AND $2) AS page
        WHERE before < $3 ORDER BY height
        """;

    /// <summary>CRC-32C of the height (8 bytes, little-endian) and the block.</summary>
    public static long ChecksumOf(ulong height, ReadOnlySpan<byte> bytes)
    {
        Span<byte> heightBytes = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(heightBytes, height);
        return Crc32C.Continue(Crc32C.Of(heightBytes), bytes);
    }

    /// <exception cref="BlockStoreException"><see cref="BlockStoreError.NoSuchBlock"/>, <see cref="BlockStoreError.CorruptMiddle"/>.</exception>
    public async Task<byte[]> ReadAsync(ulong height, CancellationToken cancellation)
    {
        await using NpgsqlConnection connection = await connections.OpenAsync(cancellation);
        await using (NpgsqlCommand command = connection.Command(
            $"SELECT checksum, bytes FROM {tables.Blocks} WHERE height = $1", (long)height))
        {
            await using NpgsqlDataReader row = await command.ExecuteReaderAsync(cancellation);
            if (await row.ReadAsync(cancellation))
                return Checked(height, row.GetInt64(0), row.GetFieldValue<byte[]>(1));
        }
        throw await MissingAsync(connection, height, cancellation);
    }

    /// <summary>The blocks from a height on, as many as reading ahead may gather, at least one, none above a last height.</summary>
    /// <exception cref="BlockStoreException"><see cref="BlockStoreError.NoSuchBlock"/>, <see cref="BlockStoreError.CorruptMiddle"/>.</exception>
    public async Task<List<BlockEntry>> ReadPageAsync(ulong height, ulong last, CancellationToken cancellation)
    {
        var page = new List<BlockEntry>();
        ulong until = Math.Min(last, height + PostgreSqlBlockStoreLimits.ReadAheadBlocksMax - 1);
        await using NpgsqlConnection connection = await connections.OpenAsync(cancellation);
        await using (NpgsqlCommand command = connection.Command(
            _page, (long)height, (long)until, (long)BlockStoreLimits.ReadAheadBytes))
        {
            await using NpgsqlDataReader rows = await command.ExecuteReaderAsync(cancellation);
            // A page ends at a hole, which the next one begins with and explains.
            while (await rows.ReadAsync(cancellation) && (ulong)rows.GetInt64(0) == height)
            {
                page.Add(new BlockEntry(height, Checked(height, rows.GetInt64(1), rows.GetFieldValue<byte[]>(2))));
                height++;
            }
        }
        return page.Count > 0 ? page : throw await MissingAsync(connection, height, cancellation);
    }

    /// <summary>Removes the blocks below a height, in transactions of bounded size, and tells after each what the first now is.</summary>
    /// <exception cref="BlockStoreException"><see cref="BlockStoreError.Locked"/>: another has opened the store since.</exception>
    public async Task PruneAsync(ulong first, ulong below, Action<ulong> onPruned, CancellationToken cancellation)
    {
        await using NpgsqlConnection connection = await connections.OpenAsync(cancellation);
        while (first < below)
        {
            first = Math.Min(below, first + PostgreSqlBlockStoreLimits.PrunedBlocksMax);
            await using NpgsqlTransaction transaction =
                await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellation);
            int moved = await connection.ExecuteAsync(
                $"UPDATE {tables.Store} SET first_height = $1 WHERE epoch = $2", [(long)first, epoch], cancellation);
            if (moved == 0)
                throw WriterSession.Fenced();
            await connection.ExecuteAsync($"DELETE FROM {tables.Blocks} WHERE height < $1", [(long)first], cancellation);
            await transaction.CommitAsync(cancellation);
            onPruned(first);
        }
    }

    private static byte[] Checked(ulong height, long checksum, byte[] bytes) => ChecksumOf(height, bytes) == checksum
        ? bytes
        : throw new BlockStoreException(BlockStoreError.CorruptMiddle, $"Block {height} is not what was written: its checksum is wrong.");

    /// <summary>Why a block that should be there isn't: pruned, also by a prune whose end this program did not see, or lost.</summary>
    private async Task<BlockStoreException> MissingAsync(NpgsqlConnection connection, ulong height, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = connection.Command($"SELECT first_height FROM {tables.Store}");
        return await command.ExecuteScalarAsync(cancellation) is long first && height < (ulong)first
            ? new BlockStoreException(BlockStoreError.NoSuchBlock, $"There is no block {height}: the first is {first}.")
            : new BlockStoreException(BlockStoreError.CorruptMiddle, $"Block {height} is missing from its table.");
    }
}
