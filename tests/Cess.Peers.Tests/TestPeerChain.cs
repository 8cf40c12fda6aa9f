using System.Collections.Immutable;
using Cess.Consensus.Messages;
using Cess.Ledger.Blocks;
using Cess.Primitives;

namespace Cess.Peers.Tests;

/// <summary>A chain whose blocks a test makes final.</summary>
internal sealed class TestPeerChain : IPeerChain
{
    private readonly TaskCompletionSource<FinalBlocks> _blocks = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public static ReadOnlyMemory<byte> GenesisBytes { get; } = "the first state of a chain"u8.ToArray();

    public ReadOnlyMemory<byte> Genesis => GenesisBytes;

    public byte[]? Snapshot { get; set; }

    public List<(ulong Above, TimeSpan Wait)> Asked { get; } = [];

    public void Finalise(FinalBlocks blocks) => _blocks.SetResult(blocks);

    public async ValueTask<FinalBlocks?> ReadFinalBlocksAsync(ulong above, TimeSpan wait, CancellationToken cancellation)
    {
        lock (Asked)
            Asked.Add((above, wait));
        return wait == TimeSpan.Zero && !_blocks.Task.IsCompleted ? null : await _blocks.Task.WaitAsync(cancellation);
    }

    public ValueTask<PeerSnapshot?> OpenSnapshotAsync(CancellationToken cancellation) =>
        ValueTask.FromResult(Snapshot is { } bytes ? new PeerSnapshot(7, new MemoryStream(bytes)) : null);

    /// <summary>One empty block and a certificate without votes: nobody here checks either.</summary>
    public static FinalBlocks Blocks(ulong height)
    {
        BlockHeader header = new(height, default, 1_700_000_000_000, default, Block.TransactionsRootOf([]), default, default);
        Block block = new(header, []);
        return new FinalBlocks([block], [], new Certificate(header.ComputeHash(), 9, ImmutableArray<CertificateVote>.Empty));
    }
}
