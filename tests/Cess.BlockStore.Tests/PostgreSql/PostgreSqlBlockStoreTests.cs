using Cess.BlockStore.PostgreSql;
using static Cess.BlockStore.Tests.Blocks;

namespace Cess.BlockStore.Tests.PostgreSql;

[RequiresPostgreSql]
[Collection(PostgreSqlServerCollection.Name)]
public sealed class PostgreSqlBlockStoreTests(PostgreSqlServer server) : BlockStoreContract
{
    private readonly string _schema = server.FreshSchema();

    protected override async ValueTask<IBlockStore> CreateAsync() => await OpenAsync();

    [ContractFact]
    public async Task Blocks_and_snapshots_are_there_after_opening_again_and_again()
    {
        for (ulong head = 20; head <= 100; head += 20)
        {
            await using PostgreSqlBlockStore store = await OpenAsync();
            if (head > 20)
                await AssertHoldsAsync(store, 1, head - 20);
            await AppendEachAsync(store, head - 19, head);
            await AssertHoldsAsync(store, 1, head);
            await SaveAsync(store, head, (byte)head);
        }
        await using PostgreSqlBlockStore last = await OpenAsync();
        Assert.Equal((100UL, [100]), await LatestAsync(last));
        Assert.Equal(2L, await server.RunSqlAsync($"SELECT count(*) FROM {_schema}.snapshots"));
        Assert.Equal(2L, await server.RunSqlAsync($"SELECT count(*) FROM {_schema}.snapshot_pieces"));
    }

    [ContractFact]
    public async Task Pruned_blocks_are_gone_from_the_table_and_stay_gone()
    {
        const ulong head = PostgreSqlBlockStoreLimits.PrunedBlocksMax * 5 / 2;
        await using (PostgreSqlBlockStore store = await OpenAsync())
        {
            await store.AppendAsync(Batch(1, head));
            await store.PruneAsync(head - 10);
            await AssertHoldsAsync(store, head - 10, head);
        }
        Assert.Equal(11L, await server.RunSqlAsync($"SELECT count(*) FROM {_schema}.blocks"));
        await using PostgreSqlBlockStore again = await OpenAsync();
        await AssertHoldsAsync(again, head - 10, head);
        await ThrowsAsync(BlockStoreError.NoSuchBlock, async () => await again.ReadAsync(head - 11));
    }

    [ContractFact]
    public async Task Blocks_are_dropped_behind_a_prune_that_is_under_way_and_begin_anew_at_another_height()
    {
        const ulong head = PostgreSqlBlockStoreLimits.PrunedBlocksMax * 20;
        await using (PostgreSqlBlockStore store = await OpenAsync())
        {
            await store.AppendAsync(Batch(1, head));
            Task pruning = store.PruneAsync(head).AsTask();
            await store.DropBlocksAsync();
            await store.AppendAsync(Batch(2 * head, (2 * head) + 9));
            await pruning;
            await AssertHoldsAsync(store, 2 * head, (2 * head) + 9);
        }
        await using PostgreSqlBlockStore again = await OpenAsync();
        await AssertHoldsAsync(again, 2 * head, (2 * head) + 9);
    }

    [ContractFact]
    public async Task A_reader_that_a_prune_overtakes_is_told_that_the_block_is_gone()
    {
        await using PostgreSqlBlockStore store = await OpenAsync();
        await store.AppendAsync(Batch(1, 600));
        await using IAsyncEnumerator<BlockEntry> reader = store.ReadFromAsync(1).GetAsyncEnumerator();
        Assert.True(await reader.MoveNextAsync());
        await store.PruneAsync(500);
        for (ulong height = 1; height <= PostgreSqlBlockStoreLimits.ReadAheadBlocksMax; height++)
        {
            AssertIs(height, reader.Current.Bytes);
            if (height < PostgreSqlBlockStoreLimits.ReadAheadBlocksMax)
                Assert.True(await reader.MoveNextAsync());
        }
        await ThrowsAsync(BlockStoreError.NoSuchBlock, async () => await reader.MoveNextAsync());
    }

    [ContractFact]
    public async Task Blocks_larger_than_what_is_read_ahead_are_read_one_by_one()
    {
        await using PostgreSqlBlockStore store = await OpenAsync();
        byte[] large = new byte[BlockStoreLimits.ReadAheadBytes + 1];
        new Random(1).NextBytes(large);
        await store.AppendAsync([new BlockEntry(1, large), new BlockEntry(2, large), Entry(3), Entry(4)]);
        List<BlockEntry> read = await store.ReadFromAsync(1).ToListAsync();
        Assert.Equal([1, 2, 3, 4], read.Select(block => block.Height));
        Assert.Equal(large, read[1].Bytes.ToArray());
        AssertIs(4, read[3].Bytes);
    }

    [ContractFact]
    public async Task A_height_that_the_database_can_not_hold_is_refused_and_changes_nothing()
    {
        await using PostgreSqlBlockStore store = await OpenAsync();
        const ulong most = PostgreSqlBlockStoreLimits.HeightMax;
        await ThrowsAsync(BlockStoreError.TooLarge, async () => await store.AppendAsync([Entry(most + 1)]));
        await ThrowsAsync(BlockStoreError.TooLarge, async () => await store.SaveSnapshotAsync(most + 1, (_, _) => default));
        await store.AppendAsync([Entry(most)]);
        await AssertHoldsAsync(store, most, most);
        await ThrowsAsync(BlockStoreError.TooLarge, async () => await store.AppendAsync([Entry(most + 1)]));
        await AssertHoldsAsync(store, most, most);
    }

    [ContractFact]
    public async Task A_snapshot_lies_in_pieces_of_bounded_size()
    {
        await using PostgreSqlBlockStore store = await OpenAsync();
        const int bytes = PostgreSqlBlockStoreLimits.SnapshotPieceBytes;
        await store.SaveSnapshotAsync(1, (stream, cancellation) => stream.WriteAsync(new byte[(2 * bytes) + 1], cancellation));
        Assert.Equal(
            $"{bytes},{bytes},1",
            await server.RunSqlAsync(
                $"SELECT string_agg(octet_length(bytes)::text, ',' ORDER BY number) FROM {_schema}.snapshot_pieces"));
    }

    [ContractFact]
    public async Task Stores_in_two_schemas_of_a_database_know_nothing_of_each_other()
    {
        await using PostgreSqlBlockStore store = await OpenAsync();
        await store.AppendAsync(Batch(1, 5));
        await using PostgreSqlBlockStore other = await PostgreSqlBlockStore.OpenAsync(server.ConnectionString, server.FreshSchema());
        await other.AppendAsync(Batch(100, 103));
        await AssertHoldsAsync(store, 1, 5);
        await AssertHoldsAsync(other, 100, 103);
    }

    [ContractFact]
    public async Task A_role_that_may_create_nothing_else_opens_a_store_in_a_schema_of_its_own()
    {
        await server.RunSqlAsync($"CREATE ROLE {_schema} LOGIN PASSWORD 'few rights'; CREATE SCHEMA {_schema} AUTHORIZATION {_schema}");
        var options = new Npgsql.NpgsqlConnectionStringBuilder(server.ConnectionString) { Username = _schema, Password = "few rights" };
        await using PostgreSqlBlockStore store = await PostgreSqlBlockStore.OpenAsync(options.ConnectionString, _schema);
        await store.AppendAsync(Batch(1, 5));
        await AssertHoldsAsync(store, 1, 5);
        await ThrowsAsync(
            BlockStoreError.InputOutput,
            async () => await PostgreSqlBlockStore.OpenAsync(options.ConnectionString, server.FreshSchema()));
    }

    [ContractTheory]
    [InlineData("")]
    [InlineData("1st")]
    [InlineData("Blocks")]
    [InlineData("a\"; DROP TABLE b; --")]
    public async Task A_name_that_is_no_plain_identifier_is_refused(string schema) =>
        await Assert.ThrowsAsync<ArgumentException>(async () => await PostgreSqlBlockStore.OpenAsync(server.ConnectionString, schema));

    private ValueTask<PostgreSqlBlockStore> OpenAsync() => PostgreSqlBlockStore.OpenAsync(server.ConnectionString, _schema);
}
