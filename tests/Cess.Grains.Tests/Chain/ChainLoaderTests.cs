using Cess.BlockStore;
using Cess.BlockStore.Simulated;
using Cess.Grains.Chain;
using Cess.Ledger.Blocks;
using Cess.Ledger.Modules.Chain;
using Cess.Ledger.State;
using Cess.Ledger.Tests;
using Cess.Primitives;

namespace Cess.Grains.Tests.Chain;

/// <summary>What a node does about a store that it can't start from as it should.</summary>
public sealed class ChainLoaderTests
{
    [Fact]
    public async Task A_snapshot_that_is_none_is_refused_with_its_height()
    {
        using PrivateKey key = PrivateKey.Generate();
        using var keys = new PublicKeyCache();
        var genesis = new Genesis("tests", 0, new ChainParameters(), [], new ValidatorSet([key.PublicKey]));
        await using var store = new MemoryBlockStore();
        await store.AppendAsync([new BlockEntry(1, new byte[] { 1 })]);
        await store.SaveSnapshotAsync(1, (stream, cancellation) => stream.WriteAsync("no snapshot"u8.ToArray(), cancellation));

        ChainLoadException refusal = await Assert.ThrowsAsync<ChainLoadException>(
            () => ChainLoader.LoadAsync(store, genesis, keys, SequentialFor.Instance, CancellationToken.None));

        Assert.Contains("height 1 ", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_whole_snapshot_all_blocks_are_executed_from_the_genesis_on_and_that_is_told()
    {
        (SimulatedLogDirectory disk, TestChain chain) = await DamagedAsync();
        await using FileBlockStore store = await OpenAsync(disk);
        using var keys = new PublicKeyCache();
        List<string> told = [];

        (LedgerState state, _) =
            await ChainLoader.LoadAsync(store, chain.Genesis, keys, SequentialFor.Instance, told.Add, CancellationToken.None);

        Assert.Equal(chain.State.BlockHash, state.BlockHash);
        Assert.Contains("snapshots: 8, 4,", Assert.Single(told), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_snapshot_that_is_older_than_a_damaged_one_is_used_and_that_is_told()
    {
        (SimulatedLogDirectory disk, TestChain chain) = await DamagedAsync(first: 8);
        await using FileBlockStore store = await OpenAsync(disk);
        using var keys = new PublicKeyCache();
        List<string> told = [];

        (LedgerState state, _) =
            await ChainLoader.LoadAsync(store, chain.Genesis, keys, SequentialFor.Instance, told.Add, CancellationToken.None);

        Assert.Equal(chain.State.BlockHash, state.BlockHash);
        Assert.Contains("height 4 is used", Assert.Single(told), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(5, 10)]
    [InlineData(1, 7)]
    public async Task Without_a_whole_snapshot_blocks_that_do_not_lead_from_the_genesis_to_the_newest_are_refused(ulong first, ulong last)
    {
        (SimulatedLogDirectory disk, TestChain chain) = await DamagedAsync();
        await using FileBlockStore store = await OpenAsync(disk);
        List<BlockEntry> blocks = await store.ReadFromAsync(1).ToListAsync();
        await store.DropBlocksAsync();
        await store.AppendAsync([.. blocks.Where(block => block.Height >= first && block.Height <= last)]);
        using var keys = new PublicKeyCache();

        BlockStoreException refusal = await Assert.ThrowsAsync<BlockStoreException>(
            () => ChainLoader.LoadAsync(store, chain.Genesis, keys, SequentialFor.Instance, CancellationToken.None));

        Assert.Equal(BlockStoreError.CorruptSnapshot, refusal.Error);
    }

    private static async ValueTask<FileBlockStore> OpenAsync(SimulatedLogDirectory disk) =>
        await FileBlockStore.OpenAsync(disk, new FileBlockStoreOptions { NewSalt = () => 1 });

    /// <summary>Ten blocks, and snapshots of the fourth and the eighth, of which those from a height on are damaged.</summary>
    private static async Task<(SimulatedLogDirectory Disk, TestChain Chain)> DamagedAsync(ulong first = 0)
    {
        var disk = new SimulatedLogDirectory();
        var chain = new TestChain();
        await using FileBlockStore store = await OpenAsync(disk);
        for (ulong height = 1; height <= 10; height++)
        {
            ExecutedBlock block = chain.Seal();
            await store.AppendAsync([new BlockEntry(height, Scale.Encode(block.ToRecord(null)))]);
            if (height % 4 != 0)
                continue;
            await store.SaveSnapshotAsync(height, (stream, cancellation) => StateSnapshot.WriteAsync(block.State, stream, cancellation));
            string name = disk.List().Order().Last(name => name.EndsWith(".snapshot", StringComparison.Ordinal));
            if (height >= first)
                disk.Poke(name, disk.Peek(name)[..^1]);
        }
        return (disk, chain);
    }
}
