using Cess.BlockStore;
using Cess.Ledger.Blocks;
using Cess.Primitives;
using Microsoft.Extensions.Logging;
using Orleans.Runtime;
using Orleans.Streams;
using Orleans.Streams.Core;

namespace Cess.Grains.LightClients;

/// <summary>State of a <see cref="HandoverKeeperGrain"/>.</summary>
[GenerateSerializer, Alias("cess.HandoverKeeperState")]
public sealed class HandoverKeeperState
{
    /// <summary>The first era whose handover is not kept.</summary>
    [Id(0)]
    public ulong Next { get; set; }
}

/// <inheritdoc cref="IHandoverKeeperGrain"/>
[ImplicitStreamSubscription(StreamNames.Blocks)]
public sealed class HandoverKeeperGrain(
    [PersistentState("handover-keeper", StateNames.Provider)] IPersistentState<HandoverKeeperState> state,
    ILedgerReader ledger,
    EraReplay replay,
    ILogger<HandoverKeeperGrain> log) : Grain, IHandoverKeeperGrain, IStreamSubscriptionObserver
{
    /// <inheritdoc/>
    public Task<ulong> GetNextAsync() => Task.FromResult(state.State.Next);

    /// <inheritdoc/>
    public async Task AdoptAsync(IReadOnlyList<StoredHandover> handovers)
    {
        foreach (StoredHandover handover in handovers)
            await GrainFactory.GetGrain<IHandoverGrain>(checked((long)handover.Era)).KeepAsync(handover);
        if (handovers is [.., { } last] && last.Era >= state.State.Next)
            await GoOnAsync(last.Era + 1);
    }

    /// <inheritdoc/>
    public Task OnSubscribed(IStreamSubscriptionHandleFactory handleFactory) =>
        handleFactory.Create<BlocksFinalised>().ResumeAsync((_, _) => KeepAsync());

    /// <summary>Nothing to do for all blocks but the few at which an era ends, and any block after a missed one will do.</summary>
    private async Task KeepAsync()
    {
        LedgerState head = ledger.Head;
        if (state.State.Next >= head.Era.Index)
            return;

        List<LedgerState> ends = EndsInMemory(head);
        ulong remembered = ends.Count == 0 ? head.Era.Index : ends[0].Era.Index - 1;
        if (remembered > state.State.Next)
            await ReplayAsync(remembered, head.Height);
        foreach (LedgerState end in ends)
        {
            if (end.Era.Index - 1 == state.State.Next)
                await KeepAsync(end);
        }
    }

    /// <summary>
    /// Makes the handovers before an era. What cannot be made, as on a node that began with somebody's snapshot, is left out for good: the
    /// next block must not begin all over.
    /// </summary>
    private async Task ReplayAsync(ulong era, ulong height)
    {
        log.LogInformation("Handovers of eras {First} to {Last} are made from the stored blocks", state.State.Next, era - 1);
        try
        {
            await foreach (LedgerState end in replay.EndsAsync(state.State.Next, height))
            {
                await KeepAsync(end);
                if (state.State.Next >= era)
                    break;
            }
        }
        catch (Exception e) when (e is BlockStoreException or InvalidOperationException or ScaleException)
        {
            log.LogWarning(e, "Light clients cannot be led through eras {First} to {Last} here", state.State.Next, era - 1);
            await GoOnAsync(era);
        }
    }

    /// <summary>States after the last blocks of eras that are not kept, as far as they are in memory.</summary>
    private List<LedgerState> EndsInMemory(LedgerState head)
    {
        // The oldest block in memory is unknown; the eras say where to look.
        List<LedgerState> ends = [];
        for (ulong start = head.Era.Start; start > 0 && ledger.Above(start - 1) is [{ } last, ..]; start = last.Before.Era.Start)
        {
            if (last.Block.State.Era.Index <= state.State.Next)
                break;
            ends.Insert(0, last.Block.State);
        }

        return ends;
    }

    private async Task KeepAsync(LedgerState end)
    {
        ulong era = end.Era.Index - 1;
        if (await GrainFactory.GetGrain<IBlockGrain>(checked((long)end.Height)).GetAsync() is not { } stored
            || Scale.Decode<BlockRecord>(stored.Record.Span).Certificate is not { } certificate)
        {
            log.LogWarning("Light clients cannot be led out of era {Era} here: its last block {Height} has no certificate", era, end.Height);
            await GoOnAsync(era + 1);
            return;
        }

        EraHandover handover = EraHandover.Of(end, certificate);
        await GrainFactory.GetGrain<IHandoverGrain>(checked((long)era)).KeepAsync(new StoredHandover(era, Scale.Encode(handover)));
        await GoOnAsync(era + 1);
    }

    private Task GoOnAsync(ulong next)
    {
        state.State.Next = next;
        return state.WriteStateAsync();
    }
}
