using Cess.BlockStore.Simulated;
using static Cess.BlockStore.Tests.Blocks;

namespace Cess.BlockStore.Tests;

/// <summary>A store on a disk whose syncs fail or that fills up.</summary>
public sealed class FailingDiskTests
{
    [Theory]
    [InlineData(SurvivingWrites.None)]
    [InlineData(SurvivingWrites.All)]
    [InlineData(SurvivingWrites.Some)]
    public async Task After_a_failed_sync_the_store_refuses_everything_until_it_is_opened_again(SurvivingWrites surviving)
    {
        SimulatedLogDirectory whole = await DiskWithAsync(1, 12);
        for (long sync = 0; sync < whole.Syncs; sync++)
        {
            var disk = new SimulatedLogDirectory { FailAtSync = sync };
            FileBlockStore store = await FileBlockStore.OpenAsync(disk, Options());
            ulong confirmed = await AppendUntilRefusedAsync(store, BlockStoreError.InputOutput);
            long syncs = disk.Syncs;

            await ThrowsAsync(BlockStoreError.Failed, async () => await store.AppendAsync(Batch(confirmed + 1, confirmed + 1)));
            await ThrowsAsync(BlockStoreError.Failed, async () => await store.ReadAsync(1));
            await ThrowsAsync(BlockStoreError.Failed, async () => await store.ReadFromAsync(1).CountAsync());
            await ThrowsAsync(BlockStoreError.Failed, async () => await store.OpenLatestSnapshotAsync());
            await ThrowsAsync(BlockStoreError.Failed, async () => await store.SaveSnapshotAsync(1, (_, _) => default));
            Assert.Equal(syncs, disk.Syncs);
            await store.DisposeAsync();

            SimulatedLogDirectory restarted = disk.Restart(surviving, new Random((int)sync));
            await using FileBlockStore again = await FileBlockStore.OpenAsync(restarted, Options());
            ulong head = again.Head ?? 0;
            Assert.InRange(head, confirmed, confirmed + 1);
            await AppendEachAsync(again, head + 1, 12);
            await AssertHoldsAsync(again, 1, 12);
        }
    }

    [Fact]
    public async Task A_sync_that_fails_for_a_snapshot_fails_the_store_too()
    {
        var disk = new SimulatedLogDirectory();
        await using FileBlockStore store = await FileBlockStore.OpenAsync(disk, Options());
        await store.AppendAsync(Batch(1, 3));
        disk.FailAtSync = disk.Syncs;
        await ThrowsAsync(BlockStoreError.InputOutput, async () => await store.SaveSnapshotAsync(3, (_, _) => default));
        await ThrowsAsync(BlockStoreError.Failed, async () => await store.AppendAsync(Batch(4, 4)));
    }

    [Fact]
    public async Task A_full_disk_is_told_as_such_and_what_was_confirmed_is_there_when_the_store_is_opened_again()
    {
        for (long capacity = 0; capacity < 3000; capacity += 61)
        {
            var disk = new SimulatedLogDirectory { CapacityBytes = capacity };
            ulong confirmed;
            await using (FileBlockStore store = await FileBlockStore.OpenAsync(disk, Options()))
            {
                confirmed = await AppendUntilRefusedAsync(store, BlockStoreError.Full);
                await ThrowsAsync(BlockStoreError.Failed, async () => await store.AppendAsync(Batch(confirmed + 1, confirmed + 1)));
            }
            disk.CapacityBytes = long.MaxValue;
            await using FileBlockStore again = await FileBlockStore.OpenAsync(disk, Options());
            Assert.Equal(confirmed, again.Head ?? 0);
            await AppendEachAsync(again, confirmed + 1, 20);
            await AssertHoldsAsync(again, 1, 20);
        }
    }

    [Fact]
    public async Task A_snapshot_that_does_not_fit_leaves_the_store_as_it_was()
    {
        var disk = new SimulatedLogDirectory { CapacityBytes = 5000 };
        await using FileBlockStore store = await FileBlockStore.OpenAsync(disk, Options());
        await store.AppendAsync(Batch(1, 3));
        await ThrowsAsync(
            BlockStoreError.Full,
            async () => await store.SaveSnapshotAsync(3, (stream, cancellation) => stream.WriteAsync(new byte[6000], cancellation)));
        await AppendEachAsync(store, 4, 5);
        await AssertHoldsAsync(store, 1, 5);
        Assert.Null(await store.OpenLatestSnapshotAsync());
    }

    private static async Task<ulong> AppendUntilRefusedAsync(FileBlockStore store, BlockStoreError expected)
    {
        for (ulong height = 1; ; height++)
        {
            try
            {
                await store.AppendAsync(Batch(height, height));
            }
            catch (BlockStoreException e)
            {
                Assert.Equal(expected, e.Error);
                return height - 1;
            }
        }
    }
}
