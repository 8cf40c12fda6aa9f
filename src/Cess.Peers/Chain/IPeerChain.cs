using Cess.Consensus.Messages;

namespace Cess.Peers;

/// <summary>The chain as other nodes may read it. Called by many threads at once.</summary>
public interface IPeerChain
{
    /// <summary>The genesis in SCALE.</summary>
    ReadOnlyMemory<byte> Genesis { get; }

    /// <summary>Waits for a block above a height. Reads none: many wait at once.</summary>
    /// <param name="above">Height of the last block that the asker has.</param>
    /// <param name="wait">How long; above zero.</param>
    /// <param name="cancellation">The asker has gone.</param>
    /// <returns>False if none came in that time.</returns>
    ValueTask<bool> WaitAboveAsync(ulong above, TimeSpan wait, CancellationToken cancellation);

    /// <summary>The final blocks that follow a height, with the certificate that proves it; see <see cref="FinalBlocks.Collect"/>.</summary>
    /// <param name="above">Height of the last block that the asker has.</param>
    /// <param name="cancellation">The asker has gone.</param>
    /// <returns>Null if there are none.</returns>
    /// <exception cref="PeerException"><see cref="PeerError.BlocksGone"/>: there are later ones here, but not these any more.</exception>
    ValueTask<FinalBlocks?> ReadFinalBlocksAsync(ulong above, CancellationToken cancellation);

    /// <summary>The newest snapshot of the state whose block is here with a certificate; null if there is none.</summary>
    ValueTask<PeerSnapshot?> OpenSnapshotAsync(CancellationToken cancellation) => ValueTask.FromResult<PeerSnapshot?>(null);

    /// <summary>
    /// The handovers (<see cref="Cess.Ledger.Blocks.EraHandover"/> in SCALE) out of an era and those after it, without a gap; none if
    /// that era's is not here. At most <see cref="PeerLimits.HandoversMax"/> are sent.
    /// </summary>
    ValueTask<IReadOnlyList<ReadOnlyMemory<byte>>> ReadHandoversAsync(ulong era, CancellationToken cancellation) =>
        ValueTask.FromResult<IReadOnlyList<ReadOnlyMemory<byte>>>([]);
}

/// <summary>A snapshot that is sent, or comes.</summary>
/// <param name="Height">Of its state.</param>
/// <param name="Block">The record of the block that led to it (<see cref="Cess.Ledger.Blocks.BlockRecord"/> in SCALE), with a certificate.</param>
/// <param name="Content">Its bytes; whoever sends them disposes it when they are sent, or nobody wants them any more.</param>
public sealed record PeerSnapshot(ulong Height, ReadOnlyMemory<byte> Block, Stream Content);
