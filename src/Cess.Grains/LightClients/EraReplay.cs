using System.Runtime.CompilerServices;
using Cess.BlockStore;
using Cess.Grains.Chain;
using Cess.Ledger;
using Cess.Ledger.Blocks;
using Cess.Ledger.State;
using Cess.Primitives;

namespace Cess.Grains.LightClients;

/// <summary>
/// Executes stored blocks again for the states at eras' ends that are no longer in memory: after a crash just then, or for
/// a chain that is older than its handovers. From the newest snapshot if that is early enough, else from the genesis.
/// </summary>
/// <param name="store">Blocks from 1 on.</param>
/// <param name="genesis">The chain's start.</param>
/// <param name="parallel">Where to hash.</param>
public sealed class EraReplay(IBlockStore store, Genesis genesis, IParallelFor parallel)
{
    private const int SnapshotBufferBytes = 1 << 20;

    /// <summary>The states after the last blocks of the eras from <paramref name="era"/> on, oldest first.</summary>
    /// <param name="era">The first era whose end is wanted.</param>
    /// <param name="height">The last block to execute; stored.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="InvalidOperationException">A stored block breaks a rule, although it was executed before.</exception>
    public async IAsyncEnumerable<LedgerState> EndsAsync(
        ulong era, ulong height, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        LedgerState state = await FromSnapshotAsync(era, cancellation) ?? genesis.ToState(parallel);
        if (IsEnd(state, era))
            yield return state;
        await foreach (BlockEntry entry in store.ReadFromAsync(state.Height + 1, cancellation))
        {
            if (entry.Height > height)
                yield break;
            BlockRecord record = Scale.Decode<BlockRecord>(entry.Bytes.Span);
            LedgerError? error = BlockExecutor.Verify(state, record.Block, out ExecutedBlock? executed, parallel);
            state = executed?.State ?? throw new InvalidOperationException($"Block {entry.Height} breaks a rule: {error}");
            if (IsEnd(state, era))
                yield return state;
        }
    }

    private static bool IsEnd(LedgerState state, ulong era) => state.Height > 0 && state.Era.Start == state.Height && state.Era.Index > era;

    private async Task<LedgerState?> FromSnapshotAsync(ulong era, CancellationToken cancellation)
    {
        // Whoever brought the chain up has told of what is damaged.
        await using Snapshot? snapshot = await StoredSnapshots.OpenAsync(store, static _ => { }, cancellation);
        if (snapshot is null)
            return null;
        await using var content = new BufferedStream(snapshot.Content, SnapshotBufferBytes);
        LedgerState state = StateSnapshot.Read(content, parallel);
        return state.Era.Index <= era || (state.Era.Index == era + 1 && IsEnd(state, era)) ? state : null;
    }
}
