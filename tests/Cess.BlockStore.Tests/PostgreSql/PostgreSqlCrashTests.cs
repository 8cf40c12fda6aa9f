using Cess.BlockStore.PostgreSql;
using static Cess.BlockStore.Tests.Blocks;

namespace Cess.BlockStore.Tests.PostgreSql;

/// <summary>A server that is killed (SIGKILL, all processes) while a store is at work, and started again.</summary>
[RequiresPostgreSql]
public sealed class PostgreSqlCrashTests(PostgreSqlServer server) : IClassFixture<PostgreSqlServer>
{
    private const ulong BatchBlocks = 3;
    private readonly string _schema = server.FreshSchema();

    [ContractTheory]
    [InlineData(1)]
    [InlineData(20)]
    [InlineData(150)]
    public async Task After_the_server_was_killed_every_confirmed_block_is_there_and_batches_are_whole(int batches)
    {
        ulong confirmed = 0;
        await using (PostgreSqlBlockStore store = await OpenAsync())
        {
            var enough = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Task appending = Task.Run(async () =>
            {
                while (true)
                {
                    await store.AppendAsync(Batch(confirmed + 1, confirmed + BatchBlocks));
                    confirmed += BatchBlocks;
                    if (confirmed == (ulong)batches * BatchBlocks)
                        enough.SetResult();
                }
            });
            await enough.Task;
            server.Kill();
            await ThrowsAsync(BlockStoreError.InputOutput, () => appending);
            await ThrowsAsync(BlockStoreError.Failed, async () => await store.AppendAsync(Batch(confirmed + 1, confirmed + 1)));
        }
        await server.StartAsync();
        await using PostgreSqlBlockStore again = await OpenAsync();
        Assert.InRange(again.Head!.Value, confirmed, confirmed + BatchBlocks);
        Assert.Equal(0UL, again.Head % BatchBlocks);
        await AssertHoldsAsync(again, 1, again.Head.Value);
        await AppendEachAsync(again, again.Head.Value + 1, again.Head.Value + 5);
    }

    [ContractFact]
    public async Task A_snapshot_that_was_being_saved_when_the_server_was_killed_leaves_nothing_and_the_one_before_is_there()
    {
        await using (PostgreSqlBlockStore store = await OpenAsync())
        {
            await BlockStoreContract.SaveAsync(store, 10, 10);
            await ThrowsAsync(BlockStoreError.InputOutput, async () => await store.SaveSnapshotAsync(20, async (stream, cancellation) =>
            {
                byte[] piece = new byte[PostgreSqlBlockStoreLimits.SnapshotPieceBytes];
                await stream.WriteAsync(piece, cancellation);
                server.Kill();
                await stream.WriteAsync(piece, cancellation);
            }));
        }
        await server.StartAsync();
        await using PostgreSqlBlockStore again = await OpenAsync();
        Assert.Equal((10UL, [10]), await BlockStoreContract.LatestAsync(again));
        Assert.Equal(1L, await server.RunSqlAsync($"SELECT count(*) FROM {_schema}.snapshots"));
        Assert.Equal(1L, await server.RunSqlAsync($"SELECT count(*) FROM {_schema}.snapshot_pieces"));
    }

    [ContractFact]
    public async Task Reads_go_on_when_a_server_that_was_away_is_back()
    {
        await using PostgreSqlBlockStore store = await OpenAsync();
        await store.AppendAsync(Batch(1, 3));
        string address = server.ConnectionString;
        server.Kill();
        await ThrowsAsync(BlockStoreError.InputOutput, async () => await store.ReadAsync(1));
        await ThrowsAsync(BlockStoreError.InputOutput, async () => await store.ReadFromAsync(1).CountAsync());
        await ThrowsAsync(BlockStoreError.InputOutput, async () => await store.OpenLatestSnapshotAsync());
        await ThrowsAsync(BlockStoreError.InputOutput, async () => await store.PruneAsync(2));
        await ThrowsAsync(BlockStoreError.InputOutput, async () => await OpenAsync());
        await server.StartOnSamePortAsync();
        Assert.Equal(address, server.ConnectionString);
        AssertIs(1, await store.ReadAsync(1));
        await ThrowsAsync(BlockStoreError.InputOutput, async () => await store.AppendAsync(Batch(4, 4)));
    }

    [ContractFact]
    public async Task A_server_that_does_not_sync_is_refused()
    {
        server.Kill();
        await server.StartAsync("fsync=off");
        try
        {
            BlockStoreException thrown = await ThrowsAsync(BlockStoreError.InputOutput, async () => await OpenAsync());
            Assert.Contains("fsync=off", thrown.Message, StringComparison.Ordinal);
        }
        finally
        {
            server.Kill();
            await server.StartAsync();
        }
    }

    private ValueTask<PostgreSqlBlockStore> OpenAsync() => PostgreSqlBlockStore.OpenAsync(server.ConnectionString, _schema);
}
