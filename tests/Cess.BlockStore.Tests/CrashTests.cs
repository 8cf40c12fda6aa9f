using Cess.BlockStore.Simulated;
using static Cess.BlockStore.Tests.Blocks;

namespace Cess.BlockStore.Tests;

/// <summary>
/// A store on a simulated disk whose machine crashes at each step in turn: at each byte that is written, each sync and each
/// change of a name. Whatever the disk then keeps of what was not synced, the store opens again and holds every confirmed
/// batch, perhaps the whole of the one that was under way, and nothing else.
/// </summary>
public sealed class CrashTests
{
    private const int RandomDisks = 3;

    /// <summary>The last heights of the batches that are written, one after the other.</summary>
    private static readonly ulong[] BatchEnds = [1, 3, 4, 9, 10, 16, 17];

    [Fact]
    public async Task Whenever_the_machine_crashes_the_confirmed_batches_are_there_and_the_last_one_is_whole_or_absent()
    {
        long steps = (await RunAsync(crashAtStep: null)).Disk.Steps;
        Assert.InRange(steps, 2000, 20_000);
        for (long step = 0; step <= steps; step++)
        {
            foreach ((SurvivingWrites surviving, int seed) in Aftermaths())
            {
                (SimulatedLogDirectory disk, int confirmed) = await RunAsync(step);
                SimulatedLogDirectory restarted = disk.Restart(surviving, new Random(seed));
                await AssertRecoversAsync(restarted, confirmed, $"step {step}, {surviving}, seed {seed}");
            }
        }
    }

    [Fact]
    public async Task A_crash_during_the_recovery_from_a_crash_loses_nothing_either()
    {
        long steps = (await RunAsync(crashAtStep: null)).Disk.Steps;
        for (long step = 1; step <= steps; step += 7)
        {
            (SimulatedLogDirectory disk, int confirmed) = await RunAsync(step);
            SimulatedLogDirectory restarted = disk.Restart(SurvivingWrites.Some, new Random((int)step));
            for (long second = 0; second < 12; second++)
            {
                SimulatedLogDirectory again = restarted.Copy();
                again.CrashAtStep = second;
                await TryToGoOnAsync(again);
                SimulatedLogDirectory last = again.Restart(SurvivingWrites.Some, new Random((int)second));
                await AssertRecoversAsync(last, confirmed, $"step {step}, then step {second} of the recovery");
            }
        }
    }

    [Fact]
    public async Task A_crash_while_all_blocks_are_dropped_leaves_the_newest_without_a_gap_and_they_can_be_dropped_again()
    {
        bool wasWhole = false;
        for (long step = 0; !wasWhole; step++)
        {
            foreach ((SurvivingWrites surviving, int seed) in Aftermaths())
            {
                SimulatedLogDirectory disk = await DiskWithAsync(10, 40);
                disk.CrashAtStep = disk.Steps + step;
                wasWhole = await DropAsync(disk);
                SimulatedLogDirectory restarted = disk.Restart(surviving, new Random(seed));
                await using FileBlockStore store = await FileBlockStore.OpenAsync(restarted, Options());
                Assert.True(!wasWhole || store.Head is null, $"Blocks that were dropped are there: step {step}, {surviving}, seed {seed}");
                if (store.First is { } first)
                    await AssertHoldsAsync(store, first, 40);
                await store.DropBlocksAsync();
                await store.AppendAsync(Batch(100, 101));
                await AssertHoldsAsync(store, 100, 101);
            }
        }
    }

    [Fact]
    public async Task A_batch_that_was_cut_off_never_mixes_with_another_one_written_in_its_place()
    {
        // With the segment's header before the first, each record ends with a sector of the simulated disk.
        FileBlockStoreOptions options = Options(segmentBytes: 1 << 20);
        for (int seed = 0; seed < 2000; seed++)
        {
            var random = new Random(seed);
            var disk = new SimulatedLogDirectory();
            await using (FileBlockStore store = await FileBlockStore.OpenAsync(disk, options))
                await store.AppendAsync([FilledWith(0, height: 1, 512 - 64 - 32)]);
            await AppendUntilCrashAsync(disk, fill: 1, random);
            disk = disk.Restart(SurvivingWrites.Some, random);
            await AppendUntilCrashAsync(disk, fill: 2, random);
            disk = disk.Restart(SurvivingWrites.Some, random);
            await using FileBlockStore last = await FileBlockStore.OpenAsync(disk, options);
            List<BlockEntry> blocks = await last.ReadFromAsync(2).ToListAsync();
            Assert.True(blocks.Count is 0 or 2, $"Seed {seed}: {blocks.Count} blocks.");
            Assert.True(blocks.Select(block => block.Bytes.Span[0]).Distinct().Count() <= 1, $"Seed {seed}: a mixture.");
        }

        async Task AppendUntilCrashAsync(SimulatedLogDirectory disk, byte fill, Random random)
        {
            try
            {
                await using FileBlockStore store = await FileBlockStore.OpenAsync(disk, options);
                // Half of the crashes hit the sync, the others a byte before it.
                disk.CrashAtStep = disk.Steps + Math.Min(random.Next(4 * 512), 2 * 512);
                if (store.Head == 1)
                    await store.AppendAsync([.. Enumerable.Range(2, 2).Select(height => FilledWith(fill, height, 512 - 32))]);
            }
            catch (BlockStoreException e) when (e.InnerException is SimulatedCrashException)
            {
                // The crash that was asked for.
            }
        }

        static BlockEntry FilledWith(byte fill, int height, int length) =>
            new((ulong)height, Enumerable.Repeat(fill, length).ToArray());
    }

    [Fact]
    public async Task A_snapshot_that_was_confirmed_survives_every_crash_and_one_that_was_not_is_whole_or_absent()
    {
        byte[] content = [.. Enumerable.Range(0, 300).Select(i => (byte)i)];
        for (long step = 0; ; step++)
        {
            int confirmed = 0;
            foreach ((SurvivingWrites surviving, int seed) in Aftermaths())
            {
                var disk = new SimulatedLogDirectory { CrashAtStep = step };
                confirmed = await CountAsync(disk, (store, i) => store.SaveSnapshotAsync(
                    (ulong)i, (stream, cancellation) => stream.WriteAsync(content.AsMemory(0, 100 * i), cancellation)));
                SimulatedLogDirectory restarted = disk.Restart(surviving, new Random(seed));
                await using FileBlockStore store = await FileBlockStore.OpenAsync(restarted, Options());
                await using Snapshot? snapshot = await store.OpenLatestSnapshotAsync();
                ulong height = snapshot?.Height ?? 0;
                Assert.InRange(height, (ulong)confirmed, (ulong)confirmed + 1);
                if (snapshot is not null)
                {
                    Assert.Empty(snapshot.Skipped);
                    byte[] read = new byte[100 * (int)height];
                    await snapshot.Content.ReadExactlyAsync(read);
                    Assert.Equal(content[..read.Length], read);
                }
                Assert.DoesNotContain(restarted.List(), name => name.EndsWith(".tmp", StringComparison.Ordinal));
            }
            if (confirmed == 3)
                return;
        }
    }

    private static IEnumerable<(SurvivingWrites Surviving, int Seed)> Aftermaths()
    {
        yield return (SurvivingWrites.None, 0);
        yield return (SurvivingWrites.All, 0);
        for (int seed = 0; seed < RandomDisks; seed++)
            yield return (SurvivingWrites.Some, seed);
    }

    /// <summary>Appends all batches, or as many as the crash allows, and says how many were confirmed.</summary>
    private static async Task<(SimulatedLogDirectory Disk, int Confirmed)> RunAsync(long? crashAtStep)
    {
        var disk = new SimulatedLogDirectory { CrashAtStep = crashAtStep };
        int confirmed = 0;
        try
        {
            await using FileBlockStore store = await FileBlockStore.OpenAsync(disk, Options());
            for (; confirmed < BatchEnds.Length; confirmed++)
                await store.AppendAsync(BatchAt(confirmed));
        }
        catch (BlockStoreException e) when (e.InnerException is SimulatedCrashException)
        {
            // The crash that was asked for.
        }
        return (disk, confirmed);
    }

    private static async Task<int> CountAsync(SimulatedLogDirectory disk, Func<FileBlockStore, int, ValueTask> save)
    {
        int confirmed = 0;
        try
        {
            await using FileBlockStore store = await FileBlockStore.OpenAsync(disk, Options());
            for (; confirmed < 3; confirmed++)
                await save(store, confirmed + 1);
        }
        catch (BlockStoreException e) when (e.InnerException is SimulatedCrashException)
        {
            // The crash that was asked for.
        }
        return confirmed;
    }

    private static async Task<bool> DropAsync(SimulatedLogDirectory disk)
    {
        try
        {
            await using FileBlockStore store = await FileBlockStore.OpenAsync(disk, Options());
            await store.DropBlocksAsync();
            return true;
        }
        catch (BlockStoreException e) when (e.InnerException is SimulatedCrashException)
        {
            return false;
        }
    }

    private static async Task TryToGoOnAsync(SimulatedLogDirectory disk)
    {
        try
        {
            await using FileBlockStore store = await FileBlockStore.OpenAsync(disk, Options());
        }
        catch (BlockStoreException e) when (e.InnerException is SimulatedCrashException)
        {
            // The crash that was asked for.
        }
    }

    /// <summary>Opens the store, checks what it holds, appends the next batch and checks that once more after reopening.</summary>
    private static async Task AssertRecoversAsync(SimulatedLogDirectory disk, int confirmed, string when)
    {
        try
        {
            int found;
            await using (FileBlockStore store = await FileBlockStore.OpenAsync(disk, Options()))
            {
                found = store.Head is { } head ? Array.IndexOf(BatchEnds, head) + 1 : 0;
                Assert.InRange(found, confirmed, confirmed + 1);
                if (found > 0)
                    await AssertHoldsAsync(store, 1, BatchEnds[found - 1]);
                if (found < BatchEnds.Length)
                    await store.AppendAsync(BatchAt(found++));
            }
            await using FileBlockStore again = await FileBlockStore.OpenAsync(
                disk.Restart(SurvivingWrites.None, new Random(0)), Options());
            Assert.Null(again.TornTail);
            await AssertHoldsAsync(again, 1, BatchEnds[found - 1]);
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"After a crash at {when}: {e.Message}", e);
        }
    }

    private static BlockEntry[] BatchAt(int index) => Batch(index == 0 ? 1 : BatchEnds[index - 1] + 1, BatchEnds[index]);
}
