using Cess.BlockStore;
using Cess.Ledger;
using Cess.Ledger.Blocks;
using Cess.Ledger.State;
using Cess.Primitives;

namespace Cess.Grains.Chain;

/// <summary>A chain that can't be loaded; the message says from which height on.</summary>
public sealed class ChainLoadException(string message, Exception? cause = null) : Exception(message, cause);

/// <summary>
/// Brings the ledger up from its store: newest snapshot that is whole, then every block after it, each executed and checked.
/// </summary>
public static class ChainLoader
{
    private const int SnapshotBufferBytes = 1 << 20;

    /// <summary>Loads the state after the newest stored block.</summary>
    /// <param name="store">Blocks from 1 on; block 0 follows from the genesis.</param>
    /// <param name="genesis">The chain's start.</param>
    /// <param name="keys">Imported keys, for certificates.</param>
    /// <param name="parallel">Where to hash.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>The state, and the iteration of the newest certificate that is stored; 0 if there is none.</returns>
    /// <exception cref="ChainLoadException">The store is of another chain, a snapshot is none, a block breaks a rule, or blocks that were stored are missing.</exception>
    /// <exception cref="BlockStoreException">The store can't be read, or has no snapshot that is whole and not all blocks.</exception>
    public static Task<(LedgerState State, ulong Iteration)> LoadAsync(
        IBlockStore store, Genesis genesis, PublicKeyCache keys, IParallelFor parallel, CancellationToken cancellation) =>
        LoadAsync(store, genesis, keys, parallel, static _ => { }, cancellation);

    /// <summary>The same, and tells of snapshots that are damaged.</summary>
    /// <param name="store">Blocks from 1 on; block 0 follows from the genesis.</param>
    /// <param name="genesis">The chain's start.</param>
    /// <param name="keys">Imported keys, for certificates.</param>
    /// <param name="parallel">Where to hash.</param>
    /// <param name="tell">Hears what an operator must hear.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>As above.</returns>
    /// <exception cref="ChainLoadException">As above.</exception>
    /// <exception cref="BlockStoreException">The store can't be read, or has no snapshot that is whole and not all blocks.</exception>
    public static async Task<(LedgerState State, ulong Iteration)> LoadAsync(
        IBlockStore store, Genesis genesis, PublicKeyCache keys, IParallelFor parallel, Action<string> tell, CancellationToken cancellation)
    {
        LedgerState state = await LoadSnapshotAsync(store, genesis, parallel, tell, cancellation).ConfigureAwait(false)
            ?? genesis.ToState(parallel);
        if (store.Head is null && state.Height == 0)
            return (state, 0);
        // A snapshot is of a block that was durable before it.
        if (store.Head is null || store.Head < state.Height)
            throw new ChainLoadException(
                $"There is a snapshot of height {state.Height}, and blocks "
                + (store.Head is { } last ? $"to {last} only" : "are missing")
                + ": what was stored is lost. Put back the blocks from a copy, or begin in a new folder and take them from other nodes.");
        await foreach (BlockEntry entry in store.ReadFromAsync(state.Height + 1, cancellation).ConfigureAwait(false))
            state = Apply(state, entry, keys, parallel);
        return (state, await FindIterationAsync(store, cancellation).ConfigureAwait(false));
    }

    /// <summary>A block without a certificate comes soon before one that has it.</summary>
    private static async Task<ulong> FindIterationAsync(IBlockStore store, CancellationToken cancellation)
    {
        for (ulong height = store.Head!.Value; height >= store.First && height > 0; height--)
        {
            ReadOnlyMemory<byte> bytes = await store.ReadAsync(height, cancellation).ConfigureAwait(false);
            if (Decode(new BlockEntry(height, bytes)).Certificate is { } certificate)
                return certificate.Iteration;
        }
        return 0;
    }

    private static async Task<LedgerState?> LoadSnapshotAsync(
        IBlockStore store, Genesis genesis, IParallelFor parallel, Action<string> tell, CancellationToken cancellation)
    {
        await using Snapshot? snapshot = await StoredSnapshots.OpenAsync(store, tell, cancellation).ConfigureAwait(false);
        if (snapshot is null)
            return null;
        // A snapshot is read entry by entry; a file is not.
        await using var content = new BufferedStream(snapshot.Content, SnapshotBufferBytes);
        LedgerState state = Read(content, snapshot.Height, parallel);
        return state.Genesis == genesis.ComputeHash() && state.Height == snapshot.Height
            ? state
            : throw new ChainLoadException($"The snapshot of height {snapshot.Height} is of another chain.");
    }

    private static LedgerState Read(Stream snapshot, ulong height, IParallelFor parallel)
    {
        try
        {
            return StateSnapshot.Read(snapshot, parallel);
        }
        catch (LedgerException e)
        {
            throw new ChainLoadException($"The snapshot of height {height} can't be read: {e.Message}", e);
        }
    }

    private static BlockRecord Decode(BlockEntry entry)
    {
        try
        {
            return Scale.Decode<BlockRecord>(entry.Bytes.Span);
        }
        catch (ScaleException e)
        {
            throw new ChainLoadException($"Block {entry.Height} can't be decoded: {e.Message}", e);
        }
    }

    /// <summary>
    /// A block was stored once it was final, its transactions' signatures checked. Its certificate, if it has one, vouches for it and
    /// for those before it; it is checked again.
    /// </summary>
    private static LedgerState Apply(LedgerState state, BlockEntry entry, PublicKeyCache keys, IParallelFor parallel)
    {
        BlockRecord record = Decode(entry);
        if (state.Height == 0 && record.Block.Header.Parent != state.BlockHash)
            throw new ChainLoadException("The blocks are of another chain than the genesis.");
        LedgerError? error = record.Certificate?.Verify(state.Genesis, record.Block.Header.ComputeHash(), state.Validators, keys);
        ExecutedBlock? executed = null;
        error ??= BlockExecutor.Verify(state, record.Block, out executed, parallel);
        return error is null
            ? executed!.State
            : throw new ChainLoadException($"Block {entry.Height} breaks a rule: {error}");
    }
}
