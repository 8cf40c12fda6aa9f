using System.Reflection;
using Cess.BlockStore;
using Cess.Grains;
using Cess.Grains.Chain;
using Cess.Grains.LightClients;
using Cess.Ledger.Blocks;
using Cess.Ledger.State;
using Cess.Node.Network;
using Cess.Primitives;
using Orleans;

namespace Cess.Node.Tests;

/// <summary>A node whose chain has gone past the era that its operator knows.</summary>
public sealed class PassedEraCheckTests
{
    private const ulong Height = 17;

    private static readonly ShortErasChain s_chain = new((int)Height);

    private readonly List<BlockEntry> _blocks = [];
    private readonly Dictionary<long, StoredHandover> _kept = [];
    private readonly List<string> _told = [];

    [Fact]
    public async Task An_era_is_checked_by_the_handover_that_is_kept()
    {
        foreach (EraHandover handover in s_chain.Handovers())
            _kept.Add((long)handover.Era.Index - 1, new StoredHandover(handover.Era.Index - 1, Scale.Encode(handover)));

        await IsTheOneAsync(2);
    }

    [Fact]
    public async Task An_era_is_checked_by_the_blocks_when_its_handover_is_lost()
    {
        Store(1);

        await IsTheOneAsync(2);
    }

    [Fact]
    public async Task The_first_era_is_checked_by_the_genesis() => await IsTheOneAsync(0);

    [Fact]
    public async Task The_present_era_is_checked_by_the_state() => await IsTheOneAsync(s_chain.Head.Era.Index);

    [Fact]
    public async Task An_era_whose_handover_and_blocks_are_gone_is_said_not_to_be_checked()
    {
        Store(12);

        await CheckAsync(EraAt(2) with { Hash = Hash256.Sha256("others"u8) });

        Assert.Contains("era 2", Assert.Single(_told), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_is_said_of_an_era_that_is_still_to_come_or_when_none_is_named()
    {
        await CheckAsync(new TrustedEra(s_chain.Head.Era.Index + 1, Hash256.Sha256("others"u8)));
        await CheckAsync(null);

        Assert.Empty(_told);
    }

    private static TrustedEra EraAt(ulong index)
    {
        LedgerState state = index == 0 ? s_chain.GenesisState : s_chain.StateAt(5 * index);
        return TrustedEra.Of(state.Era, state.Validators);
    }

    /// <summary>The node has the blocks from this one on.</summary>
    private void Store(ulong first)
    {
        for (ulong height = first; height <= Height; height++)
            _blocks.Add(new BlockEntry(height, Scale.Encode(s_chain.RecordAt(height))));
    }

    private async Task IsTheOneAsync(ulong index)
    {
        TrustedEra right = EraAt(index);
        Assert.Equal(index, right.Index);

        await CheckAsync(right);
        InvalidOperationException refused = await Assert.ThrowsAsync<InvalidOperationException>(
            () => CheckAsync(right with { Hash = Hash256.Sha256("others"u8) }));

        Assert.Contains($"era {index} of this chain", refused.Message, StringComparison.Ordinal);
        Assert.Empty(_told);
    }

    private async Task CheckAsync(TrustedEra? era)
    {
        await using var store = new MemoryBlockStore();
        if (_blocks.Count > 0)
            await store.AppendAsync(_blocks);
        var parallel = new OneCore();
        var grains = DispatchProxy.Create<IGrainFactory, HandoverGrains>();
        ((HandoverGrains)grains).Kept = _kept;
        var check = new PassedEraCheck(
            new TrustedStart(s_chain.GenesisState.Genesis, era), _told.Add, new LedgerHead(s_chain.Head), s_chain.Chain.Genesis,
            new EraReplay(store, s_chain.Chain.Genesis, parallel), parallel, grains);
        await check.StartAsync(CancellationToken.None);
    }

    /// <summary>Gives the grains of the handovers that are kept.</summary>
    public class HandoverGrains : DispatchProxy
    {
        internal Dictionary<long, StoredHandover> Kept { get; set; } = [];

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => new KeptHandover(Kept.GetValueOrDefault((long)args![0]!));
    }

    private sealed class KeptHandover(StoredHandover? kept) : IHandoverGrain
    {
        public Task<StoredHandover?> GetAsync() => Task.FromResult(kept);

        public Task KeepAsync(StoredHandover handover) => throw new InvalidOperationException("Nothing is to be kept.");
    }

    private sealed class OneCore : IParallelFor
    {
        public void For(int count, Action<int> body)
        {
            for (int i = 0; i < count; i++)
                body(i);
        }
    }
}
