using Cess.Blobs.Packs;
using Cess.BlockStore.Simulated;
using static Cess.Blobs.Tests.Packs.PackTesting;

namespace Cess.Blobs.Tests.Packs;

/// <summary>Packs on a disk on which nothing goes wrong.</summary>
public sealed class PackedBlobsTests
{
    [Fact]
    public async Task Blobs_that_are_put_while_a_batch_is_synced_share_the_next_sync()
    {
        var disk = new SimulatedLogDirectory();
        var pausing = new PausingLogDirectory(disk);
        await using PackedBlobs blobs = await OpenAsync(pausing, packBytes: 1 << 20);
        await PutAsync(blobs, 0, 0);

        pausing.Pause();
        Task first = PutAsync(blobs, 1, 0);
        await pausing.HasPaused.WaitAsync(TimeSpan.FromSeconds(60)); // The sync of the first batch.
        Task[] others = [.. Enumerable.Range(2, 500).Select(index => PutAsync(blobs, index, 0))];
        long syncs = disk.Syncs;
        pausing.Continue();
        await Task.WhenAll([first, .. others]);
        Assert.Equal(2, disk.Syncs - syncs);
        for (int index = 0; index < 502; index++)
            Assert.Equal(Content(index, 0), await ReadAsync(blobs, index));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Any_sequence_of_changes_does_what_a_dictionary_does_also_after_opening_again(int seed)
    {
        var random = new Random(seed);
        var disk = new SimulatedLogDirectory();
        var model = new Dictionary<int, byte[]>();
        for (int opening = 0; opening < 6; opening++)
        {
            await using PackedBlobs blobs = await OpenAsync(disk);
            for (int step = 0; step < 150; step++)
            {
                int index = random.Next(25);
                int? former = model.TryGetValue(index, out byte[]? before) ? before.Length : null;
                if (random.Next(3) == 0)
                {
                    Assert.Equal(former, await DeleteAsync(blobs, index));
                    model.Remove(index);
                }
                else
                {
                    Assert.Equal(former, await PutAsync(blobs, index, step));
                    model[index] = Content(index, step);
                }
                int looked = random.Next(25);
                Assert.Equal(model.GetValueOrDefault(looked), await ReadAsync(blobs, looked));
            }
            Assert.Equal(model.Keys.Select(Name).Order(), NamesIn(blobs));
            Assert.Equal(model.Values.Sum(content => content.Length), blobs.ContentBytes);
            Assert.Empty(blobs.Damages);
        }
    }

    [Fact]
    public async Task Compaction_keeps_the_packs_within_twice_what_lives_and_two_packs()
    {
        const int packBytes = 4000;
        var disk = new SimulatedLogDirectory();
        await using PackedBlobs blobs = await OpenAsync(disk, packBytes);
        for (int version = 0; version < 60; version++)
        {
            for (int index = 0; index < 40; index++)
                await PutAsync(blobs, index, version);
            await blobs.Idle;
            long live = Enumerable.Range(0, 40).Sum(index => PackRecord.BytesOf(Name(index), Content(index, version).Length));
            Assert.InRange(BytesOn(disk), live, (2 * live) + (2 * (packBytes + 300)));
        }
        for (int index = 0; index < 40; index++)
            Assert.Equal(Content(index, 59), await ReadAsync(blobs, index));
    }

    [Fact]
    public async Task When_all_is_deleted_one_pack_is_left_at_most_two()
    {
        var disk = new SimulatedLogDirectory();
        await using PackedBlobs blobs = await OpenAsync(disk);
        for (int index = 0; index < 100; index++)
            await PutAsync(blobs, index, 0);
        Assert.True(PacksOn(disk).Length > 5);
        for (int index = 0; index < 100; index++)
            await DeleteAsync(blobs, index);
        await blobs.Idle;
        Assert.InRange(PacksOn(disk).Length, 1, 2);
        Assert.Equal(0, blobs.ContentBytes);
    }

    [Fact]
    public async Task Readers_beside_changes_and_compaction_read_whole_blobs()
    {
        var disk = new SimulatedLogDirectory();
        await using PackedBlobs blobs = await OpenAsync(disk);
        for (int index = 0; index < 20; index++)
            await PutAsync(blobs, index, 0);
        using var finished = new CancellationTokenSource();
        Task[] readers = [.. Enumerable.Range(0, 4).Select(seed => Task.Run(async () =>
        {
            var random = new Random(seed);
            while (!finished.IsCancellationRequested)
            {
                int index = random.Next(20);
                byte[] content = (await ReadAsync(blobs, index))!;
                Assert.Equal(Content(index, content[1]), content);
            }
        }))];
        await Task.WhenAll(Enumerable.Range(0, 20).Select(index => Task.Run(async () =>
        {
            for (int version = 1; version < 100; version++)
                await PutAsync(blobs, index, version);
        })));
        await finished.CancelAsync();
        await Task.WhenAll(readers);
    }

    [Fact]
    public async Task Names_with_a_prefix_after_a_name_are_listed_in_order_batch_by_batch()
    {
        var disk = new SimulatedLogDirectory();
        await using PackedBlobs blobs = await OpenAsync(disk, packBytes: 1 << 20);
        string[] names = [.. Enumerable.Range(0, (2 * BlobLimits.PackListBatch) + 7).Select(i => $"{(i % 2 == 0 ? "a" : "b")}/{i:d5}")];
        await Task.WhenAll(names.Select(name =>
            blobs.PutAsync(BlobName.Parse(name), new(new byte[1]), CancellationToken.None).AsTask()));
        foreach ((string prefix, string after) in (ValueTuple<string, string>[])
            [("", ""), ("a/", ""), ("b/", "a/00100"), ("a", "a/01000"), ("a/", "b"), ("c", ""), ("a/0001", ""), ("", "b/02005")])
        {
            var listing = new PackedListing(() => blobs, prefix, after);
            var listed = new List<string>();
            while (listing.MoveNext())
                listed.Add(listing.Current.Name.Value);
            Assert.Equal(
                names.Where(name => name.StartsWith(prefix, StringComparison.Ordinal) && string.CompareOrdinal(name, after) > 0)
                    .Order(StringComparer.Ordinal),
                listed);
        }
    }
}
