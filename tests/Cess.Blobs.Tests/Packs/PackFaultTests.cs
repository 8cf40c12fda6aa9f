using Cess.Blobs.Packs;
using Cess.BlockStore.Simulated;
using static Cess.Blobs.Tests.Packs.PackTesting;

namespace Cess.Blobs.Tests.Packs;

/// <summary>Packs on a disk that damages bytes, fills up or fails.</summary>
public sealed class PackFaultTests
{
    private const int Count = 30;

    [Fact]
    public async Task A_changed_byte_costs_at_most_the_blob_that_it_belongs_to_and_is_never_read_as_right()
    {
        SimulatedLogDirectory disk = await DiskWithAsync(Count);
        string[] packs = PacksOn(disk);
        Assert.True(packs.Length >= 3);
        foreach (string pack in packs)
        {
            byte[] bytes = disk.Peek(pack);
            for (int at = PackHeader.Bytes; at < bytes.Length; at++)
            {
                SimulatedLogDirectory damaged = disk.Copy();
                damaged.Poke(pack, [.. bytes[..at], (byte)(bytes[at] ^ 0x40), .. bytes[(at + 1)..]]);
                await using PackedBlobs blobs = await OpenAsync(damaged);
                int lost = 0;
                for (int index = 0; index < Count; index++)
                {
                    if (await ReadOrNullAsync(blobs, index) is { } content)
                        Assert.True(Content(index, 0).AsSpan().SequenceEqual(content), $"{pack} at {at}: blob {index} is wrong.");
                    else
                        lost++;
                }
                Assert.True(lost == 1, $"{pack} at {at}: {lost} blobs are lost.");
            }
        }
    }

    [Fact]
    public async Task A_damaged_record_is_reported_with_its_place()
    {
        SimulatedLogDirectory disk = await DiskWithAsync(Count);
        string pack = PacksOn(disk)[1];
        byte[] bytes = disk.Peek(pack);
        bytes[PackHeader.Bytes + 9] ^= 1;
        disk.Poke(pack, bytes);
        await using PackedBlobs blobs = await OpenAsync(disk);
        PackDamage damage = Assert.Single(blobs.Damages);
        Assert.Equal((pack, (long)PackHeader.Bytes), (damage.File, damage.Offset));
        Assert.Equal(Count - 1, NamesIn(blobs).Count);
    }

    [Fact]
    public async Task A_damaged_content_reads_as_corrupt_also_after_compaction_until_it_is_put_again()
    {
        SimulatedLogDirectory disk = await DiskWithAsync(Count);
        string pack = PacksOn(disk)[0];
        byte[] bytes = disk.Peek(pack);
        bytes[PackHeader.Bytes + PackRecord.HeaderBytes + Name(0).Value.Length] ^= 1;
        disk.Poke(pack, bytes);
        await using PackedBlobs blobs = await OpenAsync(disk);
        for (int version = 0; version < 4; version++)
        {
            for (int index = 1; index < Count; index++)
                await PutAsync(blobs, index, version);
        }
        await blobs.Idle;
        Assert.DoesNotContain(pack, disk.List());
        BlobException thrown = await Assert.ThrowsAsync<BlobException>(async () => await ReadAsync(blobs, 0));
        Assert.Equal(BlobError.Corrupt, thrown.Error);

        await PutAsync(blobs, 0, 1);
        Assert.Equal(Content(0, 1), await ReadAsync(blobs, 0));
    }

    [Fact]
    public async Task A_pack_without_a_valid_header_is_reported_and_the_others_are_read()
    {
        SimulatedLogDirectory disk = await DiskWithAsync(Count);
        string pack = PacksOn(disk)[1];
        byte[] bytes = disk.Peek(pack);
        bytes[20] ^= 1;
        disk.Poke(pack, bytes);
        await using PackedBlobs blobs = await OpenAsync(disk);
        Assert.Equal(new PackDamage(pack, 0, bytes.Length), Assert.Single(blobs.Damages));
        Assert.InRange(NamesIn(blobs).Count, 1, Count - 1);
        Assert.Contains(pack, disk.List());
    }

    [Fact]
    public async Task A_record_that_a_blob_carries_in_its_bytes_is_not_taken_for_one()
    {
        SimulatedLogDirectory other = await DiskWithAsync(Count);
        byte[] records = other.Peek(PacksOn(other)[0])[PackHeader.Bytes..];
        var disk = new SimulatedLogDirectory();
        var options = new PackOptions { NewSalt = () => 0x0BAD_5EED };
        await using (PackedBlobs blobs = await PackedBlobs.OpenAsync(disk, options, CancellationToken.None))
        {
            await blobs.PutAsync(BlobName.Parse("trap-000"), new(records), CancellationToken.None);
            await blobs.PutAsync(BlobName.Parse("b"), new(new byte[10]), CancellationToken.None);
        }
        string pack = Assert.Single(PacksOn(disk));
        byte[] bytes = disk.Peek(pack);
        bytes[PackHeader.Bytes + 8] ^= 1;
        disk.Poke(pack, bytes);
        await using PackedBlobs opened = await PackedBlobs.OpenAsync(disk, options, CancellationToken.None);
        Assert.Equal("b", Assert.Single(NamesIn(opened)).Value);
    }

    [Fact]
    public async Task A_full_disk_refuses_puts_lets_blobs_be_deleted_and_takes_puts_again_once_packs_are_compacted()
    {
        const int packBytes = 1500;
        var disk = new SimulatedLogDirectory { CapacityBytes = 20_000 };
        await using PackedBlobs blobs = await OpenAsync(disk, packBytes);
        int count = 0;
        while (await PutOrErrorAsync(blobs, count) is null)
            count++;
        Assert.True(count > 50);
        Assert.Equal(BlobError.Full, await PutOrErrorAsync(blobs, count));
        for (int index = 0; index < count; index++)
            Assert.Equal(Content(index, 0), await ReadAsync(blobs, index));

        // The reserve that puts leave is what compaction needs.
        disk.CapacityBytes += 2 * packBytes;
        for (int index = 0; index < count; index++)
        {
            if (index % 4 != 0)
                await DeleteAsync(blobs, index);
        }
        await blobs.Idle;
        disk.CapacityBytes -= 2 * packBytes;
        Assert.InRange(BytesOn(disk), 1, 13_000);
        for (int index = 0; index < count; index++)
            Assert.Equal(index % 4 == 0 ? Content(index, 0) : null, await ReadAsync(blobs, index));
        Assert.Null(await PutOrErrorAsync(blobs, count));
    }

    [Fact]
    public async Task A_put_that_found_the_disk_full_leaves_no_trace()
    {
        SimulatedLogDirectory disk = await DiskWithAsync(3);
        disk.CapacityBytes = BytesOn(disk) + 20;
        await using (PackedBlobs blobs = await OpenAsync(disk))
        {
            Assert.Equal(BlobError.Full, await PutOrErrorAsync(blobs, 3));
            Assert.Null(await ReadAsync(blobs, 3));
        }
        await using PackedBlobs again = await OpenAsync(disk);
        Assert.Equal(3, NamesIn(again).Count);
        Assert.Empty(again.Damages);
    }

    [Theory]
    [InlineData(SurvivingWrites.None)]
    [InlineData(SurvivingWrites.All)]
    public async Task While_syncs_fail_changes_are_refused_and_afterwards_taken_again(SurvivingWrites surviving)
    {
        SimulatedLogDirectory disk = await DiskWithAsync(10);
        PackedBlobs blobs = await OpenAsync(disk, packBytes: 1 << 20);
        for (int attempt = 0; attempt < 3; attempt++)
        {
            disk.FailAtSync = disk.Syncs;
            Assert.Equal(BlobError.DeviceFault, await PutOrErrorAsync(blobs, 10));
            Assert.Equal(Content(0, 0), await ReadAsync(blobs, 0));
        }
        Assert.Null(await PutOrErrorAsync(blobs, 11));
        await DeleteAsync(blobs, 0);
        Assert.Null(await ReadAsync(blobs, 10));
        await blobs.DisposeAsync();

        await using PackedBlobs again = await OpenAsync(disk.Restart(surviving, new Random(0)));
        Assert.Empty(again.Damages);
        for (int index = 0; index < 12; index++)
            Assert.Equal(index is 0 or 10 ? null : Content(index, 0), await ReadAsync(again, index));
    }

    [Fact]
    public async Task Whichever_sync_fails_what_was_refused_has_not_happened_and_what_was_confirmed_has()
    {
        var sound = new SimulatedLogDirectory();
        await ChangeAndCheckAsync(sound, SurvivingWrites.None);
        Assert.True(sound.Syncs > 150);
        for (int failing = 0; failing < sound.Syncs; failing++)
        {
            var disk = new SimulatedLogDirectory { FailAtSync = failing };
            int refused = await ChangeAndCheckAsync(disk, (SurvivingWrites)(failing % 3));
            Assert.InRange(refused, 0, 1);
        }
    }

    [Fact]
    public async Task A_pack_that_cannot_be_read_is_not_compacted_and_keeps_nobody_from_putting()
    {
        SimulatedLogDirectory inner = await DiskWithAsync(Count);
        string pack = PacksOn(inner)[0];
        var disk = new UnreadableLogDirectory(inner);
        await using PackedBlobs blobs = await OpenAsync(disk);
        disk.Unreadable = pack;
        for (int version = 1; version < 6; version++)
        {
            for (int index = 1; index < Count; index++)
            {
                await PutAsync(blobs, index, version);
                await blobs.Idle;
            }
        }
        await Assert.ThrowsAsync<IOException>(async () => await ReadAsync(blobs, 0));
        disk.Unreadable = null;
        for (int index = 0; index < Count; index++)
            Assert.Equal(Content(index, index == 0 ? 0 : 5), await ReadAsync(blobs, index));
    }

    /// <summary>Puts, replaces and deletes until packs were compacted, and looks for the result before and after a crash.</summary>
    /// <returns>How many changes were refused.</returns>
    private static async Task<int> ChangeAndCheckAsync(SimulatedLogDirectory disk, SurvivingWrites surviving)
    {
        const int names = 12;
        var random = new Random(17);
        var expected = new Dictionary<int, byte[]>();
        int refused = 0;
        PackedBlobs blobs = await OpenAsync(disk, packBytes: 700);
        for (int version = 0; version < 120; version++)
        {
            int index = random.Next(names);
            bool isPut = random.Next(3) > 0;
            try
            {
                if (isPut)
                    await PutAsync(blobs, index, version);
                else
                    await DeleteAsync(blobs, index);
                expected.Remove(index);
                if (isPut)
                    expected[index] = Content(index, version);
            }
            catch (BlobException e) when (e.Error == BlobError.DeviceFault)
            {
                refused++;
            }
            await blobs.Idle;
        }
        await CheckAsync(blobs);
        await blobs.DisposeAsync();
        await using PackedBlobs again = await OpenAsync(disk.Restart(surviving, new Random(0)), packBytes: 700);
        Assert.Empty(again.Damages);
        await CheckAsync(again);
        return refused;

        async Task CheckAsync(PackedBlobs there)
        {
            for (int index = 0; index < names; index++)
                Assert.Equal(expected.GetValueOrDefault(index), await ReadAsync(there, index));
        }
    }

    /// <summary>A disk with as many blobs, each put in a batch of its own.</summary>
    private static async Task<SimulatedLogDirectory> DiskWithAsync(int count)
    {
        var disk = new SimulatedLogDirectory();
        await using PackedBlobs blobs = await OpenAsync(disk);
        for (int index = 0; index < count; index++)
            await PutAsync(blobs, index, 0);
        return disk;
    }

    private static async Task<BlobError?> PutOrErrorAsync(PackedBlobs blobs, int index)
    {
        try
        {
            await PutAsync(blobs, index, 0);
            return null;
        }
        catch (BlobException e)
        {
            return e.Error;
        }
    }

    private static async Task<byte[]?> ReadOrNullAsync(PackedBlobs blobs, int index)
    {
        try
        {
            return await ReadAsync(blobs, index);
        }
        catch (BlobException e) when (e.Error == BlobError.Corrupt)
        {
            return null;
        }
    }
}
