using Cess.BlockStore.Simulated;
using static Cess.BlockStore.Tests.Blocks;

namespace Cess.BlockStore.Tests;

/// <summary>A store whose files were damaged while it was closed, or under its eyes.</summary>
public sealed class DamageTests
{
    private const ulong Head = 30;

    [Fact]
    public async Task Any_byte_changed_before_the_last_batch_is_refused_as_a_corrupt_middle_that_names_the_place()
    {
        SimulatedLogDirectory disk = await DiskWithAsync(1, Head);
        string[] segments = SegmentsOf(disk);
        Assert.True(segments.Length >= 3);
        int lastRecord = LastRecordOf(disk);
        foreach (string segment in segments)
        {
            byte[] bytes = disk.Peek(segment);
            int end = segment == segments[^1] ? lastRecord : bytes.Length;
            for (int at = 0; at < end; at++)
            {
                BlockStoreException thrown = await OpenDamagedAsync(disk, segment, at);
                Assert.True(thrown.Error == BlockStoreError.CorruptMiddle, $"{segment} at {at}: {thrown}");
                Assert.Equal(segment, thrown.File);
                Assert.InRange(thrown.Offset!.Value, 0, at);
            }
        }
    }

    [Fact]
    public async Task Any_byte_changed_in_the_last_batch_cuts_that_batch_off_and_says_so()
    {
        SimulatedLogDirectory disk = await DiskWithAsync(1, Head);
        string last = SegmentsOf(disk)[^1];
        for (int at = LastRecordOf(disk); at < disk.Peek(last).Length; at++)
        {
            SimulatedLogDirectory damaged = Damaged(disk, last, at);
            await using FileBlockStore store = await FileBlockStore.OpenAsync(damaged, Options());
            Assert.Equal(last, store.TornTail?.File);
            Assert.Equal(disk.Peek(last).Length - LastRecordOf(disk), store.TornTail?.Bytes);
            await AssertHoldsAsync(store, 1, Head - 1);
        }
    }

    [Fact]
    public async Task The_last_segment_cut_off_anywhere_loses_only_what_is_cut()
    {
        SimulatedLogDirectory disk = await DiskWithAsync(1, Head);
        string last = SegmentsOf(disk)[^1];
        byte[] bytes = disk.Peek(last);
        ulong firstOfLast = ulong.Parse(last.AsSpan(0, 20));
        for (int length = 0; length <= bytes.Length; length++)
        {
            SimulatedLogDirectory cut = disk.Copy();
            cut.Poke(last, bytes[..length]);
            await using FileBlockStore store = await FileBlockStore.OpenAsync(cut, Options());
            Assert.InRange(store.Head!.Value, firstOfLast - 1, Head);
            await AssertHoldsAsync(store, 1, store.Head.Value);
        }
    }

    [Fact]
    public async Task A_segment_cut_off_that_is_not_the_last_is_refused()
    {
        SimulatedLogDirectory disk = await DiskWithAsync(1, Head);
        string first = SegmentsOf(disk)[0];
        byte[] bytes = disk.Peek(first);
        for (int length = 0; length < bytes.Length; length++)
        {
            SimulatedLogDirectory cut = disk.Copy();
            cut.Poke(first, bytes[..length]);
            BlockStoreException thrown =
                await Assert.ThrowsAsync<BlockStoreException>(async () => await FileBlockStore.OpenAsync(cut, Options()));
            Assert.True(thrown.Error is BlockStoreError.CorruptMiddle or BlockStoreError.Gap, $"{length}: {thrown}");
        }
    }

    [Fact]
    public async Task A_missing_segment_in_the_middle_is_refused_as_a_gap()
    {
        SimulatedLogDirectory disk = await DiskWithAsync(1, Head);
        string[] segments = SegmentsOf(disk);
        disk.Delete(segments[1]);
        BlockStoreException thrown = await ThrowsAsync(
            BlockStoreError.Gap, async () => await FileBlockStore.OpenAsync(disk, Options()));
        Assert.Equal(segments[2], thrown.File);
    }

    [Fact]
    public async Task Two_segments_that_swapped_names_are_refused()
    {
        SimulatedLogDirectory disk = await DiskWithAsync(1, Head);
        string[] segments = SegmentsOf(disk);
        byte[] first = disk.Peek(segments[0]);
        disk.Poke(segments[0], disk.Peek(segments[1]));
        disk.Poke(segments[1], first);
        await ThrowsAsync(BlockStoreError.CorruptMiddle, async () => await FileBlockStore.OpenAsync(disk, Options()));
    }

    [Fact]
    public async Task A_refused_store_is_left_as_it_is()
    {
        SimulatedLogDirectory disk = await DiskWithAsync(1, Head);
        string segment = SegmentsOf(disk)[1];
        SimulatedLogDirectory damaged = Damaged(disk, segment, 200);
        await ThrowsAsync(BlockStoreError.CorruptMiddle, async () => await FileBlockStore.OpenAsync(damaged, Options()));
        Assert.Equal(disk.List().Order(), damaged.List().Order());
        foreach (string name in SegmentsOf(disk).Where(name => name != segment))
            Assert.Equal(disk.Peek(name), damaged.Peek(name));
        await ThrowsAsync(BlockStoreError.CorruptMiddle, async () => await FileBlockStore.OpenAsync(damaged, Options()));
    }

    [Fact]
    public async Task A_record_that_a_block_carries_in_its_bytes_is_no_sign_of_a_corrupt_middle()
    {
        // The block's maker copies a record of a later batch of another store: everything but the salt is right.
        SimulatedLogDirectory other = await DiskWithAsync(1, Head);
        byte[] records = other.Peek(SegmentsOf(other)[^1]);
        var disk = new SimulatedLogDirectory();
        var options = new FileBlockStoreOptions { NewSalt = () => 0x0BAD_5EED };
        await using (FileBlockStore store = await FileBlockStore.OpenAsync(disk, options))
        {
            await store.AppendAsync([Entry(1)]);
            await store.AppendAsync([new BlockEntry(2, new byte[LastRecordOf(other)]), new BlockEntry(3, records)]);
        }
        string segment = Assert.Single(SegmentsOf(disk));
        byte[] bytes = disk.Peek(segment);
        disk.Poke(segment, bytes[..^1]);
        await using FileBlockStore recovered = await FileBlockStore.OpenAsync(disk, options);
        await AssertHoldsAsync(recovered, 1, 1);
    }

    [Fact]
    public async Task A_block_that_changes_on_the_disk_after_opening_is_refused_when_it_is_read()
    {
        var disk = new SimulatedLogDirectory();
        await using FileBlockStore store = await FileBlockStore.OpenAsync(disk, Options(segmentBytes: 1 << 20));
        await store.AppendAsync([new BlockEntry(1, new byte[100])]);
        await store.AppendAsync([new BlockEntry(2, new byte[100])]);
        using (Files.ILogFile file = disk.Open(Assert.Single(SegmentsOf(disk))))
            await file.WriteAsync(file.Length - 10, [new byte[] { 1 }]);

        Assert.Equal(new byte[100], (await store.ReadAsync(1)).ToArray());
        await ThrowsAsync(BlockStoreError.CorruptMiddle, async () => await store.ReadAsync(2));
        await ThrowsAsync(BlockStoreError.CorruptMiddle, async () => await store.ReadFromAsync(1).CountAsync());
    }

    [Fact]
    public async Task A_version_that_is_not_known_is_refused_as_such()
    {
        SimulatedLogDirectory disk = await DiskWithAsync(1, Head);
        string segment = SegmentsOf(disk)[0];
        byte[] bytes = disk.Peek(segment);
        bytes[8] = 2;
        BitConverter.TryWriteBytes(bytes.AsSpan(60), Files.Crc32C.Of(bytes.AsSpan(0, 60)));
        disk.Poke(segment, bytes);
        await ThrowsAsync(BlockStoreError.UnknownVersion, async () => await FileBlockStore.OpenAsync(disk, Options()));
    }

    [Fact]
    public async Task Any_byte_changed_in_the_newest_snapshot_gives_the_one_before_and_says_so()
    {
        var disk = new SimulatedLogDirectory();
        await using (FileBlockStore store = await FileBlockStore.OpenAsync(disk, Options()))
        {
            foreach (ulong height in (ulong[])[10, 20])
                await store.SaveSnapshotAsync(height, (stream, cancellation) => stream.WriteAsync(new byte[height], cancellation));
        }
        string newest = disk.List().Order().Last(name => name.EndsWith(".snapshot", StringComparison.Ordinal));
        for (int at = 0; at < disk.Peek(newest).Length; at++)
        {
            SimulatedLogDirectory damaged = Damaged(disk, newest, at);
            await using FileBlockStore store = await FileBlockStore.OpenAsync(damaged, Options());
            await using Snapshot? snapshot = await store.OpenLatestSnapshotAsync();
            Assert.Equal(10UL, snapshot?.Height);
            Assert.Equal([20UL], snapshot!.Skipped);
        }
    }

    [Fact]
    public async Task If_no_snapshot_is_whole_that_is_an_error_and_not_an_empty_store()
    {
        var disk = new SimulatedLogDirectory();
        await using FileBlockStore store = await FileBlockStore.OpenAsync(disk, Options());
        foreach (ulong height in (ulong[])[10, 20])
            await store.SaveSnapshotAsync(height, (stream, cancellation) => stream.WriteAsync(new byte[height], cancellation));
        foreach (string name in disk.List().Where(name => name.EndsWith(".snapshot", StringComparison.Ordinal)))
            disk.Poke(name, disk.Peek(name)[..^1]);
        BlockStoreException thrown =
            await ThrowsAsync(BlockStoreError.CorruptSnapshot, async () => await store.OpenLatestSnapshotAsync());
        Assert.Equal([20, 10], thrown.Snapshots);
    }

    /// <summary>Where the last record of the last segment begins.</summary>
    private static int LastRecordOf(SimulatedLogDirectory disk)
    {
        int contentBytes = BytesOf(Head).Length;
        return disk.Peek(SegmentsOf(disk)[^1]).Length - 32 - ((contentBytes + 7) / 8 * 8);
    }

    private static SimulatedLogDirectory Damaged(SimulatedLogDirectory disk, string file, int at)
    {
        SimulatedLogDirectory damaged = disk.Copy();
        byte[] bytes = disk.Peek(file);
        bytes[at] ^= 0x40;
        damaged.Poke(file, bytes);
        return damaged;
    }

    private static Task<BlockStoreException> OpenDamagedAsync(SimulatedLogDirectory disk, string file, int at) =>
        Assert.ThrowsAsync<BlockStoreException>(
            async () => await FileBlockStore.OpenAsync(Damaged(disk, file, at), Options()));
}
