using Cess.BlockStore.Simulated;
using static Cess.BlockStore.Tests.Blocks;

namespace Cess.BlockStore.Tests;

public sealed class MemoryBlockStoreTests : BlockStoreContract
{
    protected override ValueTask<IBlockStore> CreateAsync() => ValueTask.FromResult<IBlockStore>(new MemoryBlockStore());
}

public sealed class SimulatedFileBlockStoreTests : BlockStoreContract
{
    protected override async ValueTask<IBlockStore> CreateAsync() =>
        await FileBlockStore.OpenAsync(new SimulatedLogDirectory(), Options());
}

public sealed class FileBlockStoreTests : BlockStoreContract, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("cess-blocks-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    protected override async ValueTask<IBlockStore> CreateAsync() => await OpenAsync();

    [Fact]
    public async Task Blocks_and_snapshots_are_there_after_opening_again_and_again()
    {
        for (ulong head = 20; head <= 100; head += 20)
        {
            await using FileBlockStore store = await OpenAsync();
            Assert.Null(store.TornTail);
            if (head > 20)
                await AssertHoldsAsync(store, 1, head - 20);
            await AppendEachAsync(store, head - 19, head);
            await AssertHoldsAsync(store, 1, head);
            await SaveAsync(store, head, (byte)head);
        }
        await using FileBlockStore last = await OpenAsync();
        Assert.Equal((100UL, [100]), await LatestAsync(last));
        Assert.Equal(2, Directory.EnumerateFiles(_folder, "*.snapshot").Count());
        Assert.True(Directory.EnumerateFiles(_folder, "*.blocks").Count() > 3);
    }

    [Fact]
    public async Task A_second_store_on_the_same_folder_is_told_that_it_is_locked()
    {
        await using (await OpenAsync())
            await ThrowsAsync(BlockStoreError.Locked, async () => await OpenAsync());
        await (await OpenAsync()).DisposeAsync();
    }

    [Fact]
    public async Task A_second_process_on_the_same_folder_is_told_that_it_is_locked()
    {
        await using (await OpenAsync())
            Assert.Equal(nameof(BlockStoreError.Locked), await BlockWriter.TryOpenAsync(_folder));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(60)]
    public async Task After_a_kill_every_confirmed_block_is_there(int batches)
    {
        ulong confirmed = await BlockWriter.RunUntilKilledAsync(_folder, batches);
        await using FileBlockStore store = await OpenAsync();
        Assert.True(store.Head >= confirmed);
        Assert.Equal(0UL, store.Head % BlockWriter.BatchBlocks);
        await AssertHoldsAsync(store, 1, store.Head!.Value);
    }

    [Fact]
    public async Task A_folder_that_can_not_be_one_is_a_coded_error()
    {
        string file = Path.Combine(_folder, "file");
        await File.WriteAllTextAsync(file, "in the way");
        await ThrowsAsync(BlockStoreError.InputOutput, async () => await FileBlockStore.OpenAsync(file));
    }

    private ValueTask<FileBlockStore> OpenAsync() => FileBlockStore.OpenAsync(_folder, Options());
}
