using Cess.BlockStore.Simulated;

namespace Cess.BlockStore.Tests;

/// <summary>Blocks whose bytes follow from their heights, so that whoever finds one can tell whether it is right.</summary>
internal static class Blocks
{
    /// <summary>Options with small segments and salts that follow from nothing but their order.</summary>
    public static FileBlockStoreOptions Options(long segmentBytes = 1000)
    {
        ulong salt = 0x5A17;
        return new FileBlockStoreOptions { SegmentBytes = segmentBytes, NewSalt = () => salt += 0x9E3779B97F4A7C15 };
    }

    public static ReadOnlyMemory<byte> BytesOf(ulong height)
    {
        var random = new Random((int)height);
        byte[] bytes = new byte[random.Next(4) switch { 0 => random.Next(8), 1 => random.Next(700), _ => random.Next(100) }];
        random.NextBytes(bytes);
        return bytes;
    }

    public static BlockEntry Entry(ulong height) => new(height, BytesOf(height));

    /// <summary>A batch of blocks from a height to another, both included.</summary>
    public static BlockEntry[] Batch(ulong first, ulong last)
    {
        var batch = new List<BlockEntry>();
        for (ulong height = first; height <= last; height++)
            batch.Add(Entry(height));
        return [.. batch];
    }

    /// <summary>Appends blocks one a batch.</summary>
    public static async Task AppendEachAsync(IBlockStore store, ulong first, ulong last)
    {
        foreach (BlockEntry block in Batch(first, last))
            await store.AppendAsync([block]);
    }

    /// <summary>Checks that the store holds exactly the right blocks from a height to another.</summary>
    public static async Task AssertHoldsAsync(IBlockStore store, ulong first, ulong last)
    {
        Assert.Equal(first, store.First);
        Assert.Equal(last, store.Head);
        ulong expected = first;
        await foreach (BlockEntry block in store.ReadFromAsync(first))
        {
            Assert.Equal(expected, block.Height);
            AssertIs(expected, block.Bytes);
            expected++;
        }
        Assert.Equal(last + 1, expected);
    }

    public static void AssertIs(ulong height, ReadOnlyMemory<byte> bytes) =>
        Assert.True(BytesOf(height).Span.SequenceEqual(bytes.Span), $"Block {height} has other bytes.");

    public static async Task<BlockStoreException> ThrowsAsync(BlockStoreError expected, Func<Task> call)
    {
        BlockStoreException thrown = await Assert.ThrowsAsync<BlockStoreException>(call);
        Assert.True(expected == thrown.Error, $"Expected {expected}, not {thrown}");
        return thrown;
    }

    /// <summary>A disk that holds the given blocks in segments of 1,000 bytes or a bit more, one block a batch.</summary>
    public static async Task<SimulatedLogDirectory> DiskWithAsync(ulong first, ulong last)
    {
        var disk = new SimulatedLogDirectory();
        await using FileBlockStore store = await FileBlockStore.OpenAsync(disk, Options());
        await AppendEachAsync(store, first, last);
        return disk;
    }

    public static string[] SegmentsOf(SimulatedLogDirectory disk) =>
        [.. disk.List().Where(name => name.EndsWith(".blocks", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
}
