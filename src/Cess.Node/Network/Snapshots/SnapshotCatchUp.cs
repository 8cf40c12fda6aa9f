using Cess.BlockStore;
using Cess.Ledger;
using Cess.Ledger.Blocks;
using Cess.Ledger.State;
using Cess.Node.Setup;
using Cess.Peers;
using Cess.Primitives;

namespace Cess.Node.Network.Snapshots;

/// <summary>
/// Before a node starts: where others are far ahead, or no longer have the blocks that follow this node's, takes the newest state of
/// one of them instead of executing all blocks. It believes none of them: the genesis, or this node's own state, leads by handovers
/// to the validators whose certificate makes a block final, and that block's state root is what the snapshot has to give.
/// </summary>
/// <param name="store">Where the snapshot goes, and blocks begin anew.</param>
/// <param name="client">Reads other nodes' chain.</param>
/// <param name="keys">Imported keys.</param>
/// <param name="parallel">Where to hash.</param>
/// <param name="folder">For what comes, and for what outlives a crash.</param>
/// <param name="tell">Tells the operator.</param>
internal sealed class SnapshotCatchUp(
    IBlockStore store, PeerChainClient client, PublicKeyCache keys, IParallelFor parallel, NodeFolder folder, Action<string> tell)
{
    private const int CopyBufferBytes = 1 << 20;

    /// <summary>Blocks that another node's snapshot must be ahead for it to be taken instead of blocks.</summary>
    public required ulong BlocksAheadMin { get; init; }

    /// <summary>What others' chain has to agree with; null for the genesis alone.</summary>
    public TrustedStart? Trust { get; init; }

    /// <summary>Most bytes of a snapshot with its block.</summary>
    public long BytesMax { get; init; } = NodeLimits.SnapshotBytesMax;

    /// <summary>How long one node may take to lead to its snapshot and to send it.</summary>
    public TimeSpan TimeoutPerNode { get; init; } = PeerLimits.SnapshotTimeout;

    /// <summary>
    /// Ends what a crash has interrupted: either the snapshot was saved, and then its block takes the place of those before it, or
    /// nothing was taken.
    /// </summary>
    /// <returns>The proof of a snapshot whose handovers are not kept yet; null if there is none.</returns>
    public async Task<SnapshotProof?> ResumeAsync(CancellationToken cancellation)
    {
        File.Delete(folder.SnapshotPart);
        if (!File.Exists(folder.SnapshotProof))
            return null;
        SnapshotProof proof = Scale.Decode<SnapshotProof>(await File.ReadAllBytesAsync(folder.SnapshotProof, cancellation));
        if (store.Head >= proof.Height)
            return proof;
        ulong? saved;
        await using (Snapshot? snapshot = await store.OpenLatestSnapshotAsync(cancellation))
            saved = snapshot?.Height;
        if (saved == proof.Height)
        {
            await BeginAnewAsync(proof);
            return proof;
        }

        Forget();
        return null;
    }

    /// <summary>Takes a snapshot of the first of these nodes that has one which is worth it and proves itself.</summary>
    /// <param name="own">The newest state of this node.</param>
    /// <param name="urls">The nodes; only some of many are asked.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>The state, and what proves it; null if blocks have to do.</returns>
    public async Task<(LedgerState State, SnapshotProof Proof)?> TryTakeAsync(
        LedgerState own, IReadOnlyList<string> urls, CancellationToken cancellation)
    {
        string[] asked = [.. urls.Take(NodeLimits.SnapshotNodesMax)];
        if (await TryTakeAsync(own, asked, BlocksAheadMin, cancellation) is { } taken)
            return taken;
        return await AreBlocksGoneAsync(own, asked, cancellation) ? await TryTakeAsync(own, asked, 1, cancellation) : null;
    }

    /// <summary>To be called when the handovers are kept.</summary>
    public static void Forget(NodeFolder folder) => File.Delete(folder.SnapshotProof);

    private void Forget() => Forget(folder);

    private async Task<(LedgerState State, SnapshotProof Proof)?> TryTakeAsync(
        LedgerState own, string[] urls, ulong blocksAhead, CancellationToken cancellation)
    {
        foreach (string url in urls)
        {
            if (await TryTakeAsync(url, own, blocksAhead, cancellation) is not { } taken)
                continue;
            await BeginAnewAsync(taken.Proof);
            tell($"The state of height {taken.Proof.Height} was taken from {url}; blocks before it are not here.");
            return taken;
        }

        return null;
    }

    private async Task<(LedgerState State, SnapshotProof Proof)?> TryTakeAsync(
        string url, LedgerState own, ulong blocksAhead, CancellationToken cancellation)
    {
        try
        {
            SnapshotProof proof = await DownloadAsync(url, own, blocksAhead, cancellation);
            return (await SaveAsync(proof, cancellation), proof);
        }
        catch (PeerException e) when (e.Error is PeerError.NotFound or PeerError.SnapshotOld)
        {
            // Most often nothing is wrong: the node is young, or this one is not far behind.
            return null;
        }
        catch (Exception e) when (e is PeerException or IOException or BlockStoreException { Error: BlockStoreError.Full })
        {
            tell($"{url} gives no state to begin with: {e.Message}");
            Forget();
            return null;
        }
        finally
        {
            File.Delete(folder.SnapshotPart);
        }
    }

    /// <summary>True if some node says that it has later blocks only, and none has those that follow.</summary>
    private async Task<bool> AreBlocksGoneAsync(LedgerState own, string[] urls, CancellationToken cancellation)
    {
        bool areGone = false;
        foreach (string url in urls)
        {
            try
            {
                if (await client.GetFinalBlocksAsync(url, own.Height, TimeSpan.Zero, cancellation) is { } blocks
                    && blocks.Verify(own, keys) == Consensus.ConsensusError.None)
                {
                    return false;
                }
            }
            catch (PeerException e)
            {
                areGone |= e.Error == PeerError.BlocksGone;
            }
        }

        return areGone;
    }

    /// <summary>Leaves a snapshot that is proven in a file of this node.</summary>
    private async Task<SnapshotProof> DownloadAsync(string url, LedgerState own, ulong blocksAhead, CancellationToken cancellation)
    {
        using CancellationTokenSource timer = new(TimeoutPerNode);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, timer.Token);
        try
        {
            ProvenEras eras = await FollowErasAsync(url, own, either.Token);
            BlockRecord block = await WhileBusyAsync(() => ReadAsync(url, own, blocksAhead, eras, either.Token), either.Token);
            return new SnapshotProof(block, eras.Handovers);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw new PeerException(PeerError.TimedOut, $"its state is not here after {TimeoutPerNode}.", e);
        }
    }

    private Task<BlockRecord> ReadAsync(string url, LedgerState own, ulong blocksAhead, ProvenEras eras, CancellationToken cancellation) =>
        client.ReadSnapshotAsync(
            url,
            BytesMax,
            async (snapshot, timed) =>
            {
                if (snapshot.Height < own.Height + blocksAhead)
                    throw new PeerException(PeerError.SnapshotOld, $"its snapshot is of height {snapshot.Height}.");
                BlockRecord record = ProvenBlock(snapshot, eras);
                await CopyAsync(snapshot.Content, own.Genesis, record.Block.Header, timed);
                return record;
            },
            cancellation);

    /// <summary>A node gives one address only so much at once: after many eras, the next ones come a little later.</summary>
    private static async Task<T> WhileBusyAsync<T>(Func<Task<T>> ask, CancellationToken cancellation)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                return await ask();
            }
            catch (PeerException e) when (e.Error == PeerError.Busy && attempt < NodeLimits.BusyAttemptsMax)
            {
                await Task.Delay(NodeLimits.BusyInterval, cancellation);
            }
        }
    }

    private async Task<ProvenEras> FollowErasAsync(string url, LedgerState own, CancellationToken cancellation)
    {
        ProvenEras eras = new(own, keys);
        while (await WhileBusyAsync(() => client.GetHandoversAsync(url, eras.Newest.Index, cancellation), cancellation) is { IsEmpty: false } handovers)
        {
            foreach (EraHandover handover in handovers)
            {
                if (eras.Handovers.Length == NodeLimits.HandoversTakenMax)
                    throw new PeerException(PeerError.TooLong, $"there are more than {NodeLimits.HandoversTakenMax} eras.");
                if (eras.Advance(handover) is { } error)
                    throw Invalid($"its handover out of era {eras.Newest.Index} proves nothing: {error}");
                if (Trust?.Era is { } trusted && trusted.Index == eras.Newest.Index && trusted != eras.NewestHash)
                    throw Invalid($"its era {trusted.Index} is not the one that is trusted");
            }
        }

        // Whoever has the keys of earlier eras could end the chain before the one that would give it away.
        return Trust?.Era is { } known && own.Era.Index < known.Index && eras.Newest.Index < known.Index
            ? throw Invalid($"it leads to era {eras.Newest.Index} only, and era {known.Index} is known")
            : eras;
    }

    private static BlockRecord ProvenBlock(PeerSnapshot snapshot, ProvenEras eras)
    {
        BlockRecord record;
        try
        {
            record = Scale.Decode<BlockRecord>(snapshot.Block.Span);
        }
        catch (ScaleException e)
        {
            throw Invalid($"its snapshot's block is none: {e.Message}", e);
        }

        BlockHeader header = record.Block.Header;
        if (header.Height != snapshot.Height || record.Certificate is not { } certificate || !record.HasItsContent())
            throw Invalid("its snapshot's block is not whole, or another.");
        return eras.Verify(header, certificate) is { } error
            ? throw Invalid($"its snapshot's block is not final: {error}")
            : record;
    }

    /// <summary>Checks what comes while it comes, in memory for one entry, and copies it beside that.</summary>
    private Task CopyAsync(Stream content, Hash256 genesis, BlockHeader header, CancellationToken cancellation) => Task.Factory.StartNew(
        () =>
        {
            using FileStream file = NodeFolder.CreatePrivateFile(folder.SnapshotPart);
            using BufferedStream copied = new(new CopyingStream(content, file), CopyBufferBytes);
            try
            {
                StateSnapshot.Check(copied, genesis, header);
            }
            catch (LedgerException e)
            {
                throw Invalid($"its snapshot is not the state of block {header.Height}: {e.Message}", e);
            }
        },
        cancellation,
        TaskCreationOptions.LongRunning,
        TaskScheduler.Default);

    /// <summary>
    /// First what a crash must not lose, then the state; then the blocks begin anew: at each moment either the old chain is whole, or
    /// <see cref="ResumeAsync"/> can end this.
    /// </summary>
    private async Task<LedgerState> SaveAsync(SnapshotProof proof, CancellationToken cancellation)
    {
        LedgerState state;
        await using (FileStream file = File.OpenRead(folder.SnapshotPart))
        {
            await using BufferedStream content = new(file, CopyBufferBytes);
            state = StateSnapshot.Read(content, parallel);
        }

        NodeFolder.WritePrivate(folder.SnapshotProof, Scale.Encode(proof));
        await store.SaveSnapshotAsync(
            proof.Height,
            async (stream, saving) =>
            {
                await using FileStream file = File.OpenRead(folder.SnapshotPart);
                await file.CopyToAsync(stream, CopyBufferBytes, saving);
            },
            cancellation);
        return state;
    }

    private async Task BeginAnewAsync(SnapshotProof proof)
    {
        await store.DropBlocksAsync();
        await store.AppendAsync([new BlockEntry(proof.Height, Scale.Encode(proof.Block))]);
    }

    private static PeerException Invalid(string what, Exception? cause = null) => new(PeerError.SnapshotInvalid, what, cause);
}
