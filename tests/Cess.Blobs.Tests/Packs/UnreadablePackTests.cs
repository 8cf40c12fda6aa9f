using System.Buffers;
using Cess.Blobs.Packs;
using Cess.BlockStore.Files;
using Cess.BlockStore.Simulated;
using static Cess.Blobs.Tests.Packs.PackTesting;

namespace Cess.Blobs.Tests.Packs;

/// <summary>Packs on a device that can't give some of their blocks any more.</summary>
public sealed class UnreadablePackTests
{
    private const int Count = 26;
    private const int BlockBytes = 4096;
    private const int PackBytes = 5 * BlockBytes;

    [Fact]
    public async Task An_unreadable_block_costs_at_most_the_blobs_that_it_touches_and_is_reported()
    {
        SimulatedLogDirectory sound = await DiskAsync();
        string[] packs = PacksOn(sound);
        Assert.True(packs.Length >= 3);
        foreach ((string pack, long block) in BlocksOf(sound))
        {
            SimulatedLogDirectory inner = sound.Copy();
            var disk = new UnreadableLogDirectory(inner) { Unreadable = pack, Bytes = (block, BlockBytes) };
            await using (PackedBlobs blobs = await OpenAsync(disk, PackBytes))
            {
                Assert.All(blobs.Damages, damage => Assert.Equal(pack, damage.File));
                Assert.Contains(blobs.Damages, damage => damage.Offset < block + BlockBytes && block < damage.Offset + damage.Length);
                int missing = 0;
                for (int index = 0; index < Count; index++)
                {
                    byte[]? content = await ReadOrNullAsync(blobs, index);
                    missing += content is null ? 1 : 0;
                    Assert.True(content is null || Large(index, 0).AsSpan().SequenceEqual(content), $"{pack} at {block}: blob {index} is wrong.");
                }
                // The first block has the pack's header, without which nothing in it can be told.
                Assert.InRange(missing, 1, block == 0 ? Count : 3);
            }
            await AssertIsAsBeforeAsync(sound, inner);
        }
    }

    [Fact]
    public async Task Beside_an_unreadable_block_the_packs_take_changes_but_not_where_they_may_end_in_a_torn_batch()
    {
        SimulatedLogDirectory sound = await DiskAsync();
        string last = PacksOn(sound)[^1];
        int refused = 0;
        foreach ((string pack, long block) in BlocksOf(sound))
        {
            SimulatedLogDirectory inner = sound.Copy();
            var disk = new UnreadableLogDirectory(inner) { Unreadable = pack, Bytes = (block, BlockBytes) };
            BlobException? refusal;
            await using (PackedBlobs blobs = await OpenAsync(disk, PackBytes))
            {
                refusal = await ChangeAsync(blobs, new(Large(Count, 0)));
                if (refusal is null)
                {
                    Assert.Equal(Large(Count, 0), await ReadAsync(blobs, Count));
                }
                else
                {
                    refused++;
                    Assert.Equal((BlobError.DeviceFault, last), (refusal.Error, pack));
                    // It stands in the first pack, but a mark in the last would not outlast what is cut off there.
                    Assert.Equal(BlobError.DeviceFault, (await Assert.ThrowsAsync<BlobException>(() => DeleteAsync(blobs, 0))).Error);
                }
            }
            await using PackedBlobs again = await OpenAsync(inner, PackBytes);
            Assert.Equal(refusal is null ? Large(Count, 0) : null, await ReadAsync(again, Count));
            for (int index = 0; index < Count; index++)
                Assert.Equal(Large(index, 0), await ReadAsync(again, index));
        }
        Assert.InRange(refused, 1, 3);
    }

    [Fact]
    public async Task A_torn_batch_that_cannot_be_read_is_kept_until_it_can_and_then_cut_off()
    {
        SimulatedLogDirectory inner = await DiskAsync();
        string last = PacksOn(inner)[^1];
        byte[] confirmed = inner.Peek(last);
        SimulatedLogDirectory written = inner.Copy();
        await using (PackedBlobs blobs = await OpenAsync(written, packBytes: 1 << 20))
            Assert.Null(await ChangeAsync(blobs, new(Large(Count - 1, 1)), Count - 1));
        byte[] torn = written.Peek(last);
        torn.AsSpan(confirmed.Length + 500).Clear();
        inner.Poke(last, torn);

        for (long block = confirmed.Length / BlockBytes * BlockBytes; block < torn.Length; block += BlockBytes)
        {
            SimulatedLogDirectory damaged = inner.Copy();
            var disk = new UnreadableLogDirectory(damaged) { Unreadable = last, Bytes = (block, BlockBytes) };
            await using (PackedBlobs blobs = await OpenAsync(disk, packBytes: 1 << 20))
            {
                Assert.Equal(BlobError.DeviceFault, (await ChangeAsync(blobs, new(Large(Count, 0))))?.Error);
                Assert.NotEmpty(blobs.Damages);
            }
            Assert.Equal(torn, damaged.Peek(last));
            await using PackedBlobs again = await OpenAsync(damaged, packBytes: 1 << 20);
            Assert.Empty(again.Damages);
            Assert.Equal(Large(Count - 1, 0), await ReadAsync(again, Count - 1));
            Assert.Null(await ChangeAsync(again, new(Large(Count, 0))));
        }
    }

    [Fact]
    public async Task A_torn_batch_that_can_be_read_is_cut_off_also_behind_a_block_that_cannot()
    {
        SimulatedLogDirectory inner = await DiskAsync();
        string last = PacksOn(inner)[^1];
        byte[] confirmed = inner.Peek(last);
        Assert.True(confirmed.Length > 3 * BlockBytes);
        inner.Poke(last, [.. confirmed, .. new byte[100]]);
        var disk = new UnreadableLogDirectory(inner) { Unreadable = last, Bytes = (BlockBytes, BlockBytes) };
        await using (PackedBlobs blobs = await OpenAsync(disk, PackBytes))
            Assert.Equal(confirmed, inner.Peek(last));
        await using PackedBlobs again = await OpenAsync(inner, PackBytes);
        Assert.Equal(Count, NamesIn(again).Count);
    }

    [Fact]
    public async Task Packs_with_an_unreadable_block_are_not_compacted()
    {
        SimulatedLogDirectory inner = await DiskAsync();
        string[] packs = PacksOn(inner);
        var disk = new UnreadableLogDirectory(inner) { Unreadable = packs[1], Bytes = (0, BlockBytes) };
        await using PackedBlobs blobs = await OpenAsync(disk, PackBytes);
        for (int version = 1; version < 5; version++)
        {
            for (int index = 0; index < Count; index++)
                Assert.Null(await ChangeAsync(blobs, new(Large(index, version)), index));
        }
        await blobs.Idle;
        Assert.Subset(inner.List().ToHashSet(), packs.ToHashSet());
    }

    [Fact]
    public async Task A_device_that_has_lost_too_much_is_not_opened()
    {
        var inner = new SimulatedLogDirectory();
        await using (PackedBlobs blobs = await OpenAsync(inner, packBytes: 4 << 20))
        {
            for (int index = 0; index < 3; index++)
                Assert.Null(await ChangeAsync(blobs, new(new byte[1 << 20]), index));
        }
        var disk = new UnreadableLogDirectory(inner) { Unreadable = PacksOn(inner)[0], Bytes = (BlockBytes, long.MaxValue) };
        IOException thrown = await Assert.ThrowsAsync<IOException>(async () => await OpenAsync(disk, packBytes: 4 << 20));
        Assert.True(DiskErrors.IsDeviceFault(thrown));
    }

    /// <summary>A blob of most of a block, so that a block holds at most parts of three.</summary>
    private static byte[] Large(int index, int version)
    {
        byte[] content = new byte[3000];
        new Random((index * 7919) + version).NextBytes(content);
        return content;
    }

    private static async Task<SimulatedLogDirectory> DiskAsync()
    {
        var disk = new SimulatedLogDirectory();
        await using PackedBlobs blobs = await OpenAsync(disk, PackBytes);
        for (int index = 0; index < Count; index++)
            Assert.Null(await ChangeAsync(blobs, new(Large(index, 0)), index));
        return disk;
    }

    private static IEnumerable<(string Pack, long Block)> BlocksOf(SimulatedLogDirectory disk) =>
        from pack in PacksOn(disk)
        from block in Enumerable.Range(0, (disk.Peek(pack).Length + BlockBytes - 1) / BlockBytes)
        select (pack, (long)block * BlockBytes);

    /// <summary>Puts a blob and returns why that was refused; null if it was not.</summary>
    private static async Task<BlobException?> ChangeAsync(
        PackedBlobs blobs, ReadOnlySequence<byte> content, int index = Count)
    {
        try
        {
            await blobs.PutAsync(Name(index), content, CancellationToken.None);
            return null;
        }
        catch (BlobException e)
        {
            return e;
        }
    }

    private static async Task<byte[]?> ReadOrNullAsync(PackedBlobs blobs, int index)
    {
        try
        {
            return await ReadAsync(blobs, index);
        }
        catch (IOException e) when (DiskErrors.IsDeviceFault(e))
        {
            return null;
        }
    }

    private static async Task AssertIsAsBeforeAsync(SimulatedLogDirectory sound, SimulatedLogDirectory disk)
    {
        foreach (string pack in PacksOn(sound))
            Assert.Equal(sound.Peek(pack), disk.Peek(pack));
        await using PackedBlobs blobs = await OpenAsync(disk, PackBytes);
        Assert.Empty(blobs.Damages);
    }
}
