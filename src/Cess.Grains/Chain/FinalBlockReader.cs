using Cess.BlockStore;
using Cess.Consensus;
using Cess.Consensus.Messages;
using Cess.Ledger.Blocks;
using Cess.Primitives;

namespace Cess.Grains.Chain;

/// <summary>Reads final blocks for those who lack them.</summary>
public static class FinalBlockReader
{
    /// <summary>Blocks above a height with the certificate that makes them final; null if there are none.</summary>
    /// <exception cref="BlockStoreException">The blocks can't be read, or have been pruned.</exception>
    public static async Task<FinalBlocks?> ReadAsync(IBlockStore store, ulong above, CancellationToken cancellation = default)
    {
        if (store.Head is not { } head || head <= above)
            return null;
        List<(Block Block, Certificate? Certificate)> following = [];
        long bytes = 0;
        await foreach (BlockEntry entry in store.ReadFromAsync(above + 1, cancellation))
        {
            BlockRecord record = Scale.Decode<BlockRecord>(entry.Bytes.Span);
            following.Add((record.Block, record.Certificate));
            bytes += entry.Bytes.Length;
            bool isFull = following.Count >= ConsensusLimits.FinalBlocksMax || bytes >= ConsensusLimits.FinalBlocksBytes;
            if ((isFull && record.Certificate is not null) || following.Count == GrainLimits.ServedBlocks)
                break;
        }
        return FinalBlocks.Collect(following);
    }
}
