using Cess.BlockStore;
using Cess.BlockStore.Simulated;
using Cess.Grains.Chain;
using Cess.Ledger.Blocks;
using Cess.Ledger.Modules.Chain;
using Cess.Ledger.State;
using Cess.Primitives;

namespace Cess.Grains.Tests.Chain;

/// <summary>What a node does about a store that it can't start from.</summary>
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
}
