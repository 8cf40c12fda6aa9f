using Cess.Consensus.Messages;

namespace Cess.Peers;

/// <summary>The chain as other nodes may read it. Called by many threads at once.</summary>
public interface IPeerChain
{
    /// <summary>The genesis in SCALE.</summary>
    ReadOnlyMemory<byte> Genesis { get; }

    /// <summary>The final blocks that follow a height, with the certificate that proves it; see <see cref="FinalBlocks.Collect"/>.</summary>
    /// <param name="above">Height of the last block that the asker has.</param>
    /// <param name="wait">How long to wait for one if there is none; zero for not at all.</param>
    /// <param name="cancellation">The asker has gone.</param>
    /// <returns>Null if none came in that time, or this node has dropped blocks of that height.</returns>
    ValueTask<FinalBlocks?> ReadFinalBlocksAsync(ulong above, TimeSpan wait, CancellationToken cancellation);

    /// <summary>The newest snapshot of the state; null if there is none.</summary>
    ValueTask<PeerSnapshot?> OpenSnapshotAsync(CancellationToken cancellation) => ValueTask.FromResult<PeerSnapshot?>(null);
}

/// <summary>A snapshot to be sent.</summary>
/// <param name="Height">Of its state.</param>
/// <param name="Content">Its bytes; disposed when they are sent, or nobody wants them any more.</param>
public sealed record PeerSnapshot(ulong Height, Stream Content);
