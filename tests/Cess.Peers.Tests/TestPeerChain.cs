using System.Collections.Concurrent;
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

    public bool HasDroppedBlocks { get; set; }

    public byte[]? Snapshot { get; set; }

    public byte[] SnapshotBlock { get; set; } = [4, 5, 6];

    public List<byte[]> Handovers { get; } = [];

    /// <summary>What a snapshot's first byte waits for.</summary>
    public Task SnapshotComes { get; set; } = Task.CompletedTask;

    /// <summary>What the next bytes of a snapshot wait for.</summary>
    public Task SnapshotGoesOn { get; set; } = Task.CompletedTask;

    /// <summary>What has been waited for.</summary>
    public List<(ulong Above, TimeSpan Wait)> Waits { get; } = [];

    /// <summary>The heights above which blocks have been read.</summary>
    public ConcurrentQueue<ulong> Reads { get; } = [];

    /// <summary>What blocks that are read wait for.</summary>
    public Task ReadsGoOn { get; set; } = Task.CompletedTask;

    public void Finalise(FinalBlocks blocks) => _blocks.SetResult(blocks);

    public async ValueTask<bool> WaitAboveAsync(ulong above, TimeSpan wait, CancellationToken cancellation)
    {
        lock (Waits)
            Waits.Add((above, wait));
        await _blocks.Task.WaitAsync(cancellation);
        return true;
    }

    public async ValueTask<FinalBlocks?> ReadFinalBlocksAsync(ulong above, CancellationToken cancellation)
    {
        if (HasDroppedBlocks)
            throw new PeerException(PeerError.BlocksGone, "they were dropped.");
        Reads.Enqueue(above);
        await ReadsGoOn.WaitAsync(cancellation);
        return _blocks.Task.IsCompleted ? await _blocks.Task : null;
    }

    public async ValueTask<PeerSnapshot?> OpenSnapshotAsync(CancellationToken cancellation)
    {
        await SnapshotComes.WaitAsync(cancellation);
        return Snapshot is { } bytes ? new PeerSnapshot(7, SnapshotBlock, new WaitingStream(bytes, SnapshotGoesOn)) : null;
    }

    public ValueTask<IReadOnlyList<ReadOnlyMemory<byte>>> ReadHandoversAsync(ulong era, CancellationToken cancellation) =>
        ValueTask.FromResult<IReadOnlyList<ReadOnlyMemory<byte>>>([.. Handovers.Skip((int)era).Select(bytes => (ReadOnlyMemory<byte>)bytes)]);

    /// <summary>One empty block and a certificate without votes: nobody here checks either.</summary>
    public static FinalBlocks Blocks(ulong height)
    {
        BlockHeader header = new(height, default, 1_700_000_000_000, default, Block.TransactionsRootOf([]), default, default);
        Block block = new(header, []);
        return new FinalBlocks([block], [], new Certificate(header.ComputeHash(), 9, ImmutableArray<CertificateVote>.Empty));
    }

    /// <summary>Bytes whose second half has to wait.</summary>
    private sealed class WaitingStream(byte[] bytes, Task goesOn) : MemoryStream(bytes)
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (Position >= Length / 2)
                await goesOn.WaitAsync(cancellationToken);
            return Read(buffer.Span[..Math.Min(buffer.Length, Math.Max(1, (int)Length / 2))]);
        }
    }
}
