using Cess.BlockStore;
using Cess.Consensus.Messages;
using Cess.Grains;
using Cess.Grains.Chain;
using Cess.Ledger.Blocks;
using Cess.Peers;
using Cess.Primitives;

namespace Cess.Node.Network;

/// <summary>This node's chain, as other nodes may read it.</summary>
internal sealed class NodeChain(Genesis genesis, IBlockStore blocks, ILedgerReader ledger, TimeProvider time) : IPeerChain
{
    /// <inheritdoc/>
    public ReadOnlyMemory<byte> Genesis { get; } = Scale.Encode(genesis);

    /// <inheritdoc/>
    public async ValueTask<FinalBlocks?> ReadFinalBlocksAsync(ulong above, TimeSpan wait, CancellationToken cancellation)
    {
        try
        {
            if (wait > TimeSpan.Zero)
                await ledger.WaitAboveAsync(above, cancellation).WaitAsync(wait, time, cancellation);
            return await FinalBlockReader.ReadAsync(blocks, above, cancellation);
        }
        catch (TimeoutException)
        {
            return null;
        }
        catch (BlockStoreException e) when (e.Error == BlockStoreError.NoSuchBlock)
        {
            return null;
        }
    }
}
