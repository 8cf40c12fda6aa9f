using Cess.BlockStore;
using Cess.Grains;
using Cess.Grains.Chain;
using Cess.Grains.LightClients;
using Cess.Ledger.Blocks;
using Cess.Ledger.State;
using Cess.Primitives;
using Orleans;

namespace Cess.Node.Network;

/// <summary>
/// Before a node serves anybody: an era that its chain has reached must be what its operator knows it to be. What the chain says of an era
/// that is over is in the handover into it, which is kept, and can be made again as long as the blocks are there.
/// </summary>
/// <param name="trust">What the operator knows.</param>
/// <param name="tell">Tells the operator.</param>
/// <param name="head">The newest state.</param>
/// <param name="genesis">The chain's start.</param>
/// <param name="replay">Makes handovers again.</param>
/// <param name="parallel">Where to hash.</param>
/// <param name="grains">Where handovers are kept.</param>
internal sealed class PassedEraCheck(
    TrustedStart trust, Action<string> tell, LedgerHead head, Genesis genesis, EraReplay replay, IParallelFor parallel, IGrainFactory grains)
    : IHostedService
{
    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">It is another era.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        // One that is still to come is checked when it begins.
        if (trust.Era is not { } era || head.Head.Era.Index < era.Index)
            return;
        if (await FindAsync(era.Index, cancellationToken) is not { } passed)
            tell($"That era {era.Index} of this chain is the one that --trust names can't be checked: its blocks are not here any more.");
        else if (passed != era)
            throw new InvalidOperationException(ChainTrust.Contradiction(era.Index));
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task<TrustedEra?> FindAsync(ulong era, CancellationToken cancellation)
    {
        if (head.Head.Era.Index == era)
            return Of(head.Head);
        if (era == 0)
            return Of(genesis.ToState(parallel));
        if (await grains.GetGrain<IHandoverGrain>(checked((long)(era - 1))).GetAsync() is { } kept)
        {
            EraHandover handover = Scale.Decode<EraHandover>(kept.Bytes.Span);
            return TrustedEra.Of(handover.Era, handover.Validators);
        }

        try
        {
            await foreach (LedgerState end in replay.EndsAsync(era - 1, head.Head.Height, cancellation))
                return Of(end);
        }
        catch (BlockStoreException e) when (e.Error == BlockStoreError.NoSuchBlock)
        {
        }

        return null;
    }

    private static TrustedEra Of(LedgerState state) => TrustedEra.Of(state.Era, state.Validators);
}
