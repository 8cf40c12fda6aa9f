using Cess.BlockStore;

namespace Cess.Grains.Chain;

/// <summary>The snapshot that a chain is brought up from.</summary>
internal static class StoredSnapshots
{
    /// <summary>
    /// The newest snapshot that is whole. Null if there is none; where there were some, only if blocks lead from the genesis to the newest
    /// of them at least, so that nothing that was durable is left out.
    /// </summary>
    /// <param name="store">Blocks from 1 on, and snapshots.</param>
    /// <param name="tell">Hears of snapshots that are damaged.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="BlockStoreException"><see cref="BlockStoreError.CorruptSnapshot"/>, or the store can't be read.</exception>
    public static async Task<Snapshot?> OpenAsync(IBlockStore store, Action<string> tell, CancellationToken cancellation)
    {
        try
        {
            Snapshot? snapshot = await store.OpenLatestSnapshotAsync(cancellation).ConfigureAwait(false);
            if (snapshot is { Skipped: [_, ..] skipped })
                tell($"Damaged snapshots: {string.Join(", ", skipped)}. The one of height {snapshot.Height} is used. The disk may be failing.");
            return snapshot;
        }
        catch (BlockStoreException e) when (e is { Error: BlockStoreError.CorruptSnapshot, Snapshots: [_, ..] damaged }
            && store.First == 1 && store.Head >= damaged.Max())
        {
            tell($"Damaged snapshots: {string.Join(", ", damaged)}, and there is no other. "
                + $"All blocks from the genesis to {store.Head} are executed again, which takes long. The disk may be failing.");
            return null;
        }
    }
}
