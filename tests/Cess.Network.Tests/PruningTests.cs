using Cess.Grains.Chain;
using Cess.Ledger.Blocks;
using Cess.Ledger.State;
using Cess.Primitives;
using Xunit;

namespace Cess.Network.Tests;

/// <summary>Old blocks go, and what is left is a node.</summary>
public sealed class PruningTests
{
    private const int Kept = 8;

    [Fact]
    public async Task Only_the_newest_blocks_are_kept_and_a_start_finds_all_that_it_needs()
    {
        await using TestNetwork network = await TestNetwork.StartAsync(
            consensus: new ConsensusOptions { BlocksPerSnapshot = 3, BlocksKept = Kept });

        for (int i = 0; network.Blocks.First == 1 && i < 100; i++)
            await network.PutAsync($"k{i}", [1]);

        ulong first = network.Blocks.First!.Value;
        Assert.InRange(first, 2ul, network.Blocks.Head!.Value - Kept + 1);

        LedgerState head = network.Head;
        using var keys = new PublicKeyCache();
        (LedgerState loaded, _) =
            await ChainLoader.LoadAsync(network.Blocks, network.Genesis, keys, SequentialFor.Instance, CancellationToken.None);
        Assert.True(loaded.Height >= head.Height);
        Assert.Equal(head.Objects("photos").Count(), loaded.Objects("photos").Count());
    }

    [Fact]
    public async Task Without_being_told_a_node_keeps_all_blocks()
    {
        await using TestNetwork network = await TestNetwork.StartAsync(consensus: new ConsensusOptions { BlocksPerSnapshot = 3 });

        for (int i = 0; i < 20; i++)
            await network.PutAsync($"k{i}", [1]);

        Assert.Equal(1ul, network.Blocks.First);
    }
}
