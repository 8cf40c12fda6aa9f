using Cess.BlockStore;
using Cess.Consensus.Messages;
using Cess.Grains;
using Cess.Grains.Chain;
using Cess.Ledger.Blocks;
using Cess.Peers;
using Cess.Primitives;
using Orleans;

namespace Cess.Node.Network;

/// <summary>This node's chain, as other nodes may read it.</summary>
internal sealed class NodeChain(Genesis genesis, IBlockStore blocks, ILedgerReader ledger, IGrainFactory grains, TimeProvider time) : IPeerChain
{
    /// <inheritdoc/>
    public ReadOnlyMemory<byte> Genesis { get; } = Scale.Encode(genesis);

    /// <inheritdoc/>
    public async ValueTask<bool> WaitAboveAsync(ulong above, TimeSpan wait, CancellationToken cancellation)
    {
        // Its end has to reach the ledger, which would keep the waiter until the next block otherwise.
        using CancellationTokenSource timer = new(wait, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, timer.Token);
        try
        {
            await ledger.WaitAboveAsync(above, either.Token);
            return true;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public async ValueTask<FinalBlocks?> ReadFinalBlocksAsync(ulong above, CancellationToken cancellation)
    {
        try
        {
            return await FinalBlockReader.ReadAsync(blocks, above, cancellation);
        }
        catch (BlockStoreException e) when (e.Error == BlockStoreError.NoSuchBlock && above < blocks.First)
        {
            throw new PeerException(PeerError.BlocksGone, $"blocks begin at height {blocks.First} here.", e);
        }
        catch (BlockStoreException e) when (e.Error == BlockStoreError.NoSuchBlock)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public async ValueTask<PeerSnapshot?> OpenSnapshotAsync(CancellationToken cancellation)
    {
        if (await OpenStoredAsync(cancellation) is not { } snapshot)
            return null;
        try
        {
            if (snapshot.Height >= blocks.First
                && await blocks.ReadAsync(snapshot.Height, cancellation) is var block
                && Scale.Decode<BlockRecord>(block.Span).Certificate is not null)
            {
                return new PeerSnapshot(snapshot.Height, block, snapshot.Content);
            }
        }
        catch
        {
            await snapshot.DisposeAsync();
            throw;
        }

        await snapshot.DisposeAsync();
        return null;
    }

    /// <summary>A node that runs without a snapshot that is whole has none to give, until it saves the next.</summary>
    private async ValueTask<Snapshot?> OpenStoredAsync(CancellationToken cancellation)
    {
        try
        {
            return await blocks.OpenLatestSnapshotAsync(cancellation);
        }
        catch (BlockStoreException e) when (e.Error == BlockStoreError.CorruptSnapshot)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<ReadOnlyMemory<byte>>> ReadHandoversAsync(ulong era, CancellationToken cancellation)
    {
        List<ReadOnlyMemory<byte>> handovers = [];
        ulong newest = ledger.Head.Era.Index;
        for (; era < newest && handovers.Count < PeerLimits.HandoversMax; era++)
        {
            if (await grains.GetGrain<IHandoverGrain>(checked((long)era)).GetAsync() is not { } handover)
                break;
            handovers.Add(handover.Bytes);
        }

        return handovers;
    }
}
