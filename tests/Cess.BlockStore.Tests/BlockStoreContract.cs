using static Cess.BlockStore.Tests.Blocks;

namespace Cess.BlockStore.Tests;

/// <summary>What <see cref="IBlockStore"/> promises, checked on every store.</summary>
public abstract class BlockStoreContract
{
    /// <summary>A new, empty store.</summary>
    protected abstract ValueTask<IBlockStore> CreateAsync();

    [ContractFact]
    public async Task A_new_store_has_no_blocks()
    {
        await using IBlockStore store = await CreateAsync();
        Assert.Null(store.First);
        Assert.Null(store.Head);
        await ThrowsAsync(BlockStoreError.NoSuchBlock, async () => await store.ReadAsync(0));
        Assert.Empty(await HeightsAsync(store, 7));
        Assert.Null(await store.OpenLatestSnapshotAsync());
    }

    [ContractTheory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1_000_000)]
    public async Task A_store_begins_at_any_height_and_gives_back_every_block(ulong first)
    {
        await using IBlockStore store = await CreateAsync();
        await store.AppendAsync(Batch(first, first));
        await store.AppendAsync(Batch(first + 1, first + 50));
        await AppendEachAsync(store, first + 51, first + 80);
        await AssertHoldsAsync(store, first, first + 80);
        for (ulong height = first; height <= first + 80; height++)
            AssertIs(height, await store.ReadAsync(height));
    }

    [ContractFact]
    public async Task Reading_from_a_height_gives_that_block_and_all_after_it()
    {
        await using IBlockStore store = await CreateAsync();
        await AppendEachAsync(store, 10, 60);
        Assert.Equal(Heights(10, 60), await HeightsAsync(store, 10));
        Assert.Equal(Heights(33, 60), await HeightsAsync(store, 33));
        Assert.Equal(Heights(60, 60), await HeightsAsync(store, 60));
        Assert.Empty(await HeightsAsync(store, 61));
        await ThrowsAsync(BlockStoreError.NoSuchBlock, async () => await HeightsAsync(store, 9));
        await ThrowsAsync(BlockStoreError.NoSuchBlock, async () => await HeightsAsync(store, 62));
    }

    [ContractFact]
    public async Task A_height_outside_the_store_has_no_block()
    {
        await using IBlockStore store = await CreateAsync();
        await store.AppendAsync(Batch(10, 20));
        await ThrowsAsync(BlockStoreError.NoSuchBlock, async () => await store.ReadAsync(9));
        await ThrowsAsync(BlockStoreError.NoSuchBlock, async () => await store.ReadAsync(21));
        await ThrowsAsync(BlockStoreError.NoSuchBlock, async () => await store.ReadAsync(ulong.MaxValue));
    }

    [ContractFact]
    public async Task A_reader_that_began_before_an_append_ends_at_the_head_of_then()
    {
        await using IBlockStore store = await CreateAsync();
        await store.AppendAsync(Batch(1, 10));
        await using IAsyncEnumerator<BlockEntry> reader = store.ReadFromAsync(1).GetAsyncEnumerator();
        Assert.True(await reader.MoveNextAsync());
        await store.AppendAsync(Batch(11, 20));
        for (ulong height = 2; height <= 10; height++)
            Assert.True(await reader.MoveNextAsync());
        Assert.False(await reader.MoveNextAsync());
    }

    [ContractFact]
    public async Task A_batch_that_does_not_go_on_where_the_store_ends_is_refused_and_changes_nothing()
    {
        await using IBlockStore store = await CreateAsync();
        await store.AppendAsync(Batch(1, 5));
        await ThrowsAsync(BlockStoreError.NotConsecutive, async () => await store.AppendAsync([]));
        await ThrowsAsync(BlockStoreError.NotConsecutive, async () => await store.AppendAsync(Batch(5, 6)));
        await ThrowsAsync(BlockStoreError.NotConsecutive, async () => await store.AppendAsync(Batch(7, 8)));
        await ThrowsAsync(BlockStoreError.NotConsecutive, async () => await store.AppendAsync([Entry(6), Entry(8)]));
        await ThrowsAsync(BlockStoreError.NotConsecutive, async () => await store.AppendAsync([Entry(6), Entry(6)]));
        await AssertHoldsAsync(store, 1, 5);
        await store.AppendAsync(Batch(6, 8));
        await AssertHoldsAsync(store, 1, 8);
    }

    [ContractFact]
    public async Task A_batch_of_too_many_blocks_or_a_block_that_is_too_large_is_refused_and_changes_nothing()
    {
        await using IBlockStore store = await CreateAsync();
        BlockEntry[] many = [.. Enumerable.Range(1, BlockStoreLimits.BatchBlocksMax + 1).Select(
            height => new BlockEntry((ulong)height, ReadOnlyMemory<byte>.Empty))];
        await ThrowsAsync(BlockStoreError.TooLarge, async () => await store.AppendAsync(many));
        byte[] large = new byte[BlockStoreLimits.BlockBytesMax + 1];
        await ThrowsAsync(BlockStoreError.TooLarge, async () => await store.AppendAsync([new BlockEntry(1, large)]));
        ReadOnlyMemory<byte> largest = large.AsMemory(1);
        BlockEntry[] heavy = [.. Enumerable.Range(1, 5).Select(height => new BlockEntry((ulong)height, largest))];
        await ThrowsAsync(BlockStoreError.TooLarge, async () => await store.AppendAsync(heavy));
        Assert.Null(store.Head);
        await store.AppendAsync(Batch(1, 1));
    }

    [ContractFact]
    public async Task Of_appends_at_once_to_the_same_height_exactly_one_succeeds()
    {
        await using IBlockStore store = await CreateAsync();
        Task[] appends = [.. Enumerable.Range(0, 16).Select(_ => Task.Run(async () => await store.AppendAsync(Batch(1, 3))))];
        await Task.WhenAll(appends.Select(append => append.ContinueWith(_ => { }, TaskScheduler.Default)));
        Assert.Equal(1, appends.Count(append => append.IsCompletedSuccessfully));
        Assert.All(
            appends.Where(append => append.IsFaulted),
            append => Assert.Equal(
                BlockStoreError.NotConsecutive, ((BlockStoreException)append.Exception!.InnerException!).Error));
        await AssertHoldsAsync(store, 1, 3);
    }

    [ContractFact]
    public async Task Readers_beside_a_writer_see_right_blocks_up_to_the_head_they_saw()
    {
        await using IBlockStore store = await CreateAsync();
        await store.AppendAsync(Batch(1, 1));
        const ulong last = 400;
        Task[] readers = [.. Enumerable.Range(0, 3).Select(_ => Task.Run(async () =>
        {
            ulong head;
            do
            {
                head = store.Head!.Value;
                AssertIs(head, await store.ReadAsync(head));
                ulong expected = head - (head / 3);
                await foreach (BlockEntry block in store.ReadFromAsync(expected))
                {
                    Assert.Equal(expected++, block.Height);
                    AssertIs(block.Height, block.Bytes);
                }
                Assert.True(expected > head);
            }
            while (head < last);
        }))];
        await AppendEachAsync(store, 2, last);
        await Task.WhenAll(readers);
    }

    [ContractTheory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(262_144)]
    [InlineData(3_000_001)]
    public async Task A_snapshot_reads_back_as_it_was_written(int length)
    {
        await using IBlockStore store = await CreateAsync();
        byte[] content = new byte[length];
        new Random(1).NextBytes(content);
        await store.SaveSnapshotAsync(42, async (stream, cancellation) =>
        {
            for (int at = 0; at < length; at += 100_003)
                await stream.WriteAsync(content.AsMemory(at, Math.Min(100_003, length - at)), cancellation);
        });
        (ulong Height, byte[] Content)? latest = await LatestAsync(store);
        Assert.Equal(42UL, latest?.Height);
        Assert.Equal(content, latest?.Content);
    }

    [ContractFact]
    public async Task A_caller_whose_scheduler_runs_one_task_at_a_time_can_save_a_snapshot()
    {
        await using IBlockStore store = await CreateAsync();
        byte[] content = new byte[3_000_001];
        new Random(1).NextBytes(content);
        var oneAtATime = new ConcurrentExclusiveSchedulerPair().ExclusiveScheduler;
        await Task.Factory.StartNew(
            () => store.SaveSnapshotAsync(42, (stream, cancellation) => stream.WriteAsync(content, cancellation)).AsTask(),
            CancellationToken.None, TaskCreationOptions.None, oneAtATime).Unwrap().WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(content, (await LatestAsync(store))?.Content);
    }

    [ContractFact]
    public async Task A_caller_whose_scheduler_runs_one_task_at_a_time_can_read_a_snapshot_and_wait_for_it()
    {
        await using IBlockStore store = await CreateAsync();
        byte[] content = new byte[3_000_001];
        new Random(1).NextBytes(content);
        await store.SaveSnapshotAsync(42, (stream, cancellation) => stream.WriteAsync(content, cancellation));
        var oneAtATime = new ConcurrentExclusiveSchedulerPair().ExclusiveScheduler;
        byte[] read = await Task.Factory.StartNew(
            async () =>
            {
                await using Snapshot? snapshot = await store.OpenLatestSnapshotAsync();
                using var got = new MemoryStream();
#pragma warning disable CA1849 // That it may block is what is tested.
                snapshot!.Content.CopyTo(got, 4_096);
#pragma warning restore CA1849
                return got.ToArray();
            },
            CancellationToken.None, TaskCreationOptions.None, oneAtATime).Unwrap().WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(content, read);
    }

    [ContractFact]
    public async Task The_latest_snapshot_is_the_one_of_the_greatest_height_as_saved_last()
    {
        await using IBlockStore store = await CreateAsync();
        foreach (ulong height in (ulong[])[10, 30, 20])
            await SaveAsync(store, height, (byte)height);
        Assert.Equal((30UL, [30]), await LatestAsync(store));
        await SaveAsync(store, 30, 31);
        Assert.Equal((30UL, [31]), await LatestAsync(store));
        await SaveAsync(store, 40, 40);
        Assert.Equal((40UL, [40]), await LatestAsync(store));
    }

    [ContractFact]
    public async Task A_snapshot_whose_writing_fails_is_not_kept()
    {
        await using IBlockStore store = await CreateAsync();
        await SaveAsync(store, 10, 10);
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await store.SaveSnapshotAsync(20, async (stream, cancellation) =>
        {
            await stream.WriteAsync(new byte[500_000], cancellation);
            throw new InvalidOperationException();
        }));
        Assert.Equal((10UL, [10]), await LatestAsync(store));
        await SaveAsync(store, 20, 20);
        Assert.Equal((20UL, [20]), await LatestAsync(store));
    }

    [ContractFact]
    public async Task An_open_snapshot_stays_readable_while_newer_ones_replace_it()
    {
        await using IBlockStore store = await CreateAsync();
        await SaveAsync(store, 1, 1);
        await using Snapshot? open = await store.OpenLatestSnapshotAsync();
        foreach (ulong height in (ulong[])[2, 3, 4])
            await SaveAsync(store, height, (byte)height);
        Assert.Equal(1, open!.Content.ReadByte());
        Assert.Equal(-1, open.Content.ReadByte());
    }

    [ContractTheory]
    [InlineData(0)]
    [InlineData(10)]
    [InlineData(11)]
    [InlineData(47)]
    [InlineData(60)]
    [InlineData(61)]
    [InlineData(ulong.MaxValue)]
    public async Task Pruning_leaves_the_newest_block_and_all_from_its_height_on_and_appends_go_on(ulong below)
    {
        await using IBlockStore store = await CreateAsync();
        await AppendEachAsync(store, 10, 60);
        await store.PruneAsync(below);
        ulong first = store.First!.Value;
        Assert.InRange(first, 10UL, Math.Clamp(below, 10, 60));
        await AssertHoldsAsync(store, first, 60);
        await ThrowsAsync(BlockStoreError.NoSuchBlock, async () => await store.ReadAsync(first - 1));
        await ThrowsAsync(BlockStoreError.NoSuchBlock, async () => await HeightsAsync(store, first - 1));
        await AppendEachAsync(store, 61, 80);
        await store.PruneAsync(0);
        await AssertHoldsAsync(store, first, 80);
    }

    [ContractFact]
    public async Task Pruning_an_empty_store_does_nothing()
    {
        await using IBlockStore store = await CreateAsync();
        await store.PruneAsync(100);
        Assert.Null(store.First);
        await store.AppendAsync(Batch(1, 3));
        await AssertHoldsAsync(store, 1, 3);
    }

    [ContractTheory]
    [InlineData(5)]
    [InlineData(61)]
    [InlineData(1_000_000)]
    public async Task A_store_whose_blocks_were_dropped_keeps_its_snapshots_and_begins_anew_at_any_height(ulong first)
    {
        await using IBlockStore store = await CreateAsync();
        await AppendEachAsync(store, 10, 60);
        await SaveAsync(store, 60, 7);

        await store.DropBlocksAsync();

        Assert.Null(store.First);
        Assert.Null(store.Head);
        await ThrowsAsync(BlockStoreError.NoSuchBlock, async () => await store.ReadAsync(60));
        Assert.Empty(await HeightsAsync(store, 60));
        Assert.Equal((60UL, [7]), await LatestAsync(store));
        await AppendEachAsync(store, first, first + 9);
        await AssertHoldsAsync(store, first, first + 9);
    }

    [ContractFact]
    public async Task Dropping_the_blocks_of_an_empty_store_does_nothing()
    {
        await using IBlockStore store = await CreateAsync();
        await store.DropBlocksAsync();
        await store.AppendAsync(Batch(3, 4));
        await AssertHoldsAsync(store, 3, 4);
    }

    internal static ValueTask SaveAsync(IBlockStore store, ulong height, byte content) =>
        store.SaveSnapshotAsync(height, async (stream, cancellation) => await stream.WriteAsync(new[] { content }, cancellation));

    internal static async Task<(ulong Height, byte[] Content)?> LatestAsync(IBlockStore store)
    {
        await using Snapshot? snapshot = await store.OpenLatestSnapshotAsync();
        if (snapshot is null)
            return null;
        using var content = new MemoryStream();
        await snapshot.Content.CopyToAsync(content);
        return (snapshot.Height, content.ToArray());
    }

    private static IEnumerable<ulong> Heights(ulong first, ulong last) => Batch(first, last).Select(block => block.Height);

    private static async Task<List<ulong>> HeightsAsync(IBlockStore store, ulong from)
    {
        var heights = new List<ulong>();
        await foreach (BlockEntry block in store.ReadFromAsync(from))
            heights.Add(block.Height);
        return heights;
    }
}
