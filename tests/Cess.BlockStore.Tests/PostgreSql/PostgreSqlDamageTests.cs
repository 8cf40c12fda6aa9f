using System.Globalization;
using Cess.BlockStore.PostgreSql;
using static Cess.BlockStore.Tests.Blocks;
using static Cess.BlockStore.Tests.BlockStoreContract;

namespace Cess.BlockStore.Tests.PostgreSql;

/// <summary>Tables whose rows are not what the store wrote, and a database that refuses to write.</summary>
[RequiresPostgreSql]
[Collection(PostgreSqlServerCollection.Name)]
public sealed class PostgreSqlDamageTests(PostgreSqlServer server)
{
    private readonly string _schema = server.FreshSchema();

    [ContractTheory]
    [InlineData("UPDATE {0}.blocks SET bytes = bytes || '\\x00' WHERE height = 7")]
    [InlineData("UPDATE {0}.blocks SET checksum = checksum + 1 WHERE height = 7")]
    [InlineData("UPDATE {0}.blocks SET (bytes, checksum) = (SELECT bytes, checksum FROM {0}.blocks WHERE height = 8) WHERE height = 7")]
    [InlineData("DELETE FROM {0}.blocks WHERE height = 7")]
    public async Task A_block_that_is_not_what_was_written_is_refused_when_it_is_read(string damage)
    {
        await using PostgreSqlBlockStore store = await OpenWithBlocksAsync(10);
        await DamageAsync(damage);
        AssertIs(6, await store.ReadAsync(6));
        await ThrowsAsync(BlockStoreError.CorruptMiddle, async () => await store.ReadAsync(7));
        await ThrowsAsync(BlockStoreError.CorruptMiddle, async () => await store.ReadFromAsync(1).CountAsync());
        await store.AppendAsync(Batch(11, 12));
        AssertIs(12, await store.ReadAsync(12));
    }

    [ContractTheory]
    [InlineData("DELETE FROM {0}.blocks WHERE height = 1")]
    [InlineData("DELETE FROM {0}.blocks WHERE height = 7")]
    [InlineData("DELETE FROM {0}.blocks WHERE height = 10")]
    [InlineData("DELETE FROM {0}.blocks")]
    [InlineData("UPDATE {0}.blocks SET height = 11 WHERE height = 10")]
    [InlineData("UPDATE {0}.store SET first_height = NULL, head_height = NULL")]
    public async Task A_missing_block_is_found_when_the_store_is_opened(string damage)
    {
        await (await OpenWithBlocksAsync(10)).DisposeAsync();
        await DamageAsync(damage);
        await ThrowsAsync(BlockStoreError.Gap, async () => await OpenAsync());
    }

    [ContractFact]
    public async Task A_version_that_is_not_known_is_refused_as_such_and_left_as_it_is()
    {
        await (await OpenWithBlocksAsync(3)).DisposeAsync();
        await DamageAsync("UPDATE {0}.store SET version = 2");
        await ThrowsAsync(BlockStoreError.UnknownVersion, async () => await OpenAsync());
        Assert.Equal(1L, await server.RunSqlAsync($"SELECT epoch FROM {_schema}.store"));
        await DamageAsync("DELETE FROM {0}.store");
        await ThrowsAsync(BlockStoreError.UnknownVersion, async () => await OpenAsync());
    }

    [ContractTheory]
    [InlineData("UPDATE {0}.snapshot_pieces SET bytes = bytes || '\\x00' WHERE number = 1 AND snapshot = {1}")]
    [InlineData("UPDATE {0}.snapshot_pieces SET bytes = set_byte(bytes, 9, 1) WHERE number = 0 AND snapshot = {1}")]
    [InlineData("DELETE FROM {0}.snapshot_pieces WHERE number = 0 AND snapshot = {1}")]
    [InlineData("DELETE FROM {0}.snapshot_pieces WHERE number = 2 AND snapshot = {1}")]
    [InlineData("UPDATE {0}.snapshots SET length = length - 1 WHERE id = {1}")]
    public async Task A_newest_snapshot_that_is_not_what_was_written_gives_the_one_before_and_says_so(string damage)
    {
        await using PostgreSqlBlockStore store = await OpenAsync();
        foreach (ulong height in (ulong[])[10, 20])
            await SaveLargeAsync(store, height);
        await DamageAsync(damage, newest: await server.RunSqlAsync($"SELECT id FROM {_schema}.snapshots WHERE height = 20"));
        await using Snapshot? snapshot = await store.OpenLatestSnapshotAsync();
        Assert.Equal(10UL, snapshot?.Height);
        Assert.Equal([20UL], snapshot!.Skipped);
    }

    [ContractFact]
    public async Task If_no_snapshot_is_whole_that_is_an_error_and_not_an_empty_store()
    {
        await using PostgreSqlBlockStore store = await OpenAsync();
        await SaveAsync(store, 10, 10);
        await DamageAsync("DELETE FROM {0}.snapshot_pieces");
        BlockStoreException thrown =
            await ThrowsAsync(BlockStoreError.CorruptSnapshot, async () => await store.OpenLatestSnapshotAsync());
        Assert.Equal([10], thrown.Snapshots);
        await SaveAsync(store, 20, 20);
        Assert.Equal((20UL, [20]), await LatestAsync(store));
    }

    [ContractFact]
    public async Task A_full_disk_is_told_as_such_and_what_was_confirmed_is_there_when_the_store_is_opened_again()
    {
        await using (PostgreSqlBlockStore store = await OpenWithBlocksAsync(3))
        {
            await FillDiskAsync("blocks", "NEW.height = 5");
            await ThrowsAsync(BlockStoreError.Full, async () => await store.AppendAsync(Batch(4, 6)));
            await ThrowsAsync(BlockStoreError.Failed, async () => await store.AppendAsync(Batch(4, 4)));
        }
        await server.RunSqlAsync($"DROP TRIGGER full_disk ON {_schema}.blocks");
        await using PostgreSqlBlockStore again = await OpenAsync();
        await AssertHoldsAsync(again, 1, 3);
        await again.AppendAsync(Batch(4, 6));
    }

    [ContractFact]
    public async Task A_snapshot_that_does_not_fit_leaves_the_store_as_it_was()
    {
        await using PostgreSqlBlockStore store = await OpenWithBlocksAsync(3);
        await SaveAsync(store, 1, 1);
        await FillDiskAsync("snapshot_pieces", "NEW.number = 2");
        await ThrowsAsync(BlockStoreError.Full, async () => await SaveLargeAsync(store, 3));
        await AppendEachAsync(store, 4, 5);
        await AssertHoldsAsync(store, 1, 5);
        Assert.Equal((1UL, [1]), await LatestAsync(store));
        Assert.Equal(1L, await server.RunSqlAsync($"SELECT count(*) FROM {_schema}.snapshot_pieces"));
    }

    private async Task<PostgreSqlBlockStore> OpenWithBlocksAsync(ulong head)
    {
        PostgreSqlBlockStore store = await OpenAsync();
        await store.AppendAsync(Batch(1, head));
        return store;
    }

    /// <summary>Saves a snapshot of three pieces.</summary>
    private static ValueTask SaveLargeAsync(PostgreSqlBlockStore store, ulong height) => store.SaveSnapshotAsync(
        height,
        (stream, cancellation) =>
            stream.WriteAsync(new byte[(2 * PostgreSqlBlockStoreLimits.SnapshotPieceBytes) + (int)height], cancellation));

    private Task<object?> DamageAsync(string sql, object? newest = null) =>
        server.RunSqlAsync(string.Format(CultureInfo.InvariantCulture, sql, _schema, newest));

    /// <summary>Makes the server answer, to a certain row, what it answers when its disk is full.</summary>
    private Task<object?> FillDiskAsync(string table, string when) => server.RunSqlAsync(
        $"""
        CREATE OR REPLACE FUNCTION {_schema}.fail() RETURNS trigger LANGUAGE plpgsql AS
            $body$ BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END $body$;
        CREATE TRIGGER full_disk BEFORE INSERT ON {_schema}.{table} FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION {_schema}.fail();
        """);

    private ValueTask<PostgreSqlBlockStore> OpenAsync() => PostgreSqlBlockStore.OpenAsync(server.ConnectionString, _schema);
}
