using Cess.BlockStore.PostgreSql;
using static Cess.BlockStore.Tests.Blocks;
using static Cess.BlockStore.Tests.BlockStoreContract;

namespace Cess.BlockStore.Tests.PostgreSql;

/// <summary>Who may write, and who may not any more. A server of its own: the tests look for the one session that holds a lock.</summary>
[RequiresPostgreSql]
public sealed class PostgreSqlWriterTests(PostgreSqlServer server) : IClassFixture<PostgreSqlServer>
{
    private readonly string _schema = server.FreshSchema();

    [ContractFact]
    public async Task A_second_writer_is_told_that_the_store_is_locked()
    {
        await using (PostgreSqlBlockStore store = await OpenAsync())
        {
            await store.AppendAsync(Batch(1, 3));
            await ThrowsAsync(BlockStoreError.Locked, async () => await OpenAsync());
            await store.AppendAsync(Batch(4, 6));
        }
        await using PostgreSqlBlockStore next = await OpenAsync();
        await AssertHoldsAsync(next, 1, 6);
    }

    [ContractFact]
    public async Task Of_writers_that_open_at_once_exactly_one_succeeds()
    {
        Task<PostgreSqlBlockStore>[] openings = [.. Enumerable.Range(0, 8).Select(_ => Task.Run(async () => await OpenAsync()))];
        await Task.WhenAll(openings.Select(opening => opening.ContinueWith(_ => { }, TaskScheduler.Default)));
        PostgreSqlBlockStore store = await Assert.Single(openings, opening => opening.IsCompletedSuccessfully);
        Assert.All(
            openings.Where(opening => opening.IsFaulted),
            opening => Assert.Equal(BlockStoreError.Locked, ((BlockStoreException)opening.Exception!.InnerException!).Error));
        await store.AppendAsync(Batch(1, 3));
        await store.DisposeAsync();
    }

    [ContractFact]
    public async Task A_writer_whose_session_was_torn_appends_nothing_more_and_the_next_goes_on()
    {
        await using PostgreSqlBlockStore torn = await OpenAsync();
        await torn.AppendAsync(Batch(1, 3));
        await server.EndWriterAsync();
        await ThrowsAsync(BlockStoreError.InputOutput, async () => await torn.AppendAsync(Batch(4, 6)));
        await AssertRefusesEverythingAsync(torn);

        await using PostgreSqlBlockStore next = await OpenAsync();
        await AssertHoldsAsync(next, 1, 3);
        await next.AppendAsync([new BlockEntry(4, new byte[] { 4 })]);
        await ThrowsAsync(BlockStoreError.Failed, async () => await torn.AppendAsync(Batch(4, 6)));
        Assert.Equal(4UL, next.Head);
        Assert.Equal(new byte[] { 4 }, (await next.ReadAsync(4)).ToArray());
    }

    [ContractFact]
    public async Task A_writer_that_lost_its_lock_unnoticed_changes_nothing_more_once_another_has_raised_the_epoch()
    {
        await using (PostgreSqlBlockStore old = await OpenAsync())
        {
            await old.AppendAsync(Batch(1, 5));
            await SaveAsync(old, 4, 4);
            // Opening does this first; the old session still lives, as behind a pooler that lends it to somebody else.
            await server.RunSqlAsync($"UPDATE {_schema}.store SET epoch = epoch + 1");
            await ThrowsAsync(BlockStoreError.Locked, async () => await old.PruneAsync(3));
            await ThrowsAsync(BlockStoreError.Locked, async () => await SaveAsync(old, 5, 5));
            await ThrowsAsync(BlockStoreError.Locked, async () => await old.AppendAsync(Batch(6, 7)));
            await AssertRefusesEverythingAsync(old);
        }
        await using PostgreSqlBlockStore next = await OpenAsync();
        await AssertHoldsAsync(next, 1, 5);
        Assert.Equal((4UL, [4]), await LatestAsync(next));
    }

    [ContractFact]
    public async Task A_writer_whose_head_is_not_the_databases_appends_nothing_even_in_the_same_epoch()
    {
        await using PostgreSqlBlockStore store = await OpenAsync();
        await store.AppendAsync(Batch(1, 3));
        await server.RunSqlAsync($"UPDATE {_schema}.store SET head_height = 2; DELETE FROM {_schema}.blocks WHERE height = 3");
        await ThrowsAsync(BlockStoreError.Locked, async () => await store.AppendAsync(Batch(4, 6)));
        Assert.Equal(2L, await server.RunSqlAsync($"SELECT max(height) FROM {_schema}.blocks"));
    }

    private static async Task AssertRefusesEverythingAsync(PostgreSqlBlockStore store)
    {
        await ThrowsAsync(BlockStoreError.Failed, async () => await store.AppendAsync(Batch(4, 6)));
        await ThrowsAsync(BlockStoreError.Failed, async () => await store.ReadAsync(1));
        await ThrowsAsync(BlockStoreError.Failed, async () => await store.ReadFromAsync(1).CountAsync());
        await ThrowsAsync(BlockStoreError.Failed, async () => await store.PruneAsync(2));
        await ThrowsAsync(BlockStoreError.Failed, async () => await store.OpenLatestSnapshotAsync());
        await ThrowsAsync(BlockStoreError.Failed, async () => await store.SaveSnapshotAsync(1, (_, _) => default));
    }

    private ValueTask<PostgreSqlBlockStore> OpenAsync() => PostgreSqlBlockStore.OpenAsync(server.ConnectionString, _schema);
}
