using Cess.Ledger.Blocks;
using Cess.Ledger.Modules.Files;
using Cess.Primitives;

namespace Cess.Grains.Chain;

/// <summary>
/// Where the consensus grain publishes final blocks, and everything else of the silo reads them. One writer, any number of
/// readers: they see one immutable value or the next.
/// </summary>
public sealed class LedgerHead : ILedgerReader
{
    private readonly SegmentReferences _references = new();
    private Recent _recent;
    private TaskCompletionSource _next = NewSignal();

    /// <summary>Starts from a state; walks its files once.</summary>
    /// <param name="start">The newest final state.</param>
    /// <param name="iteration">The iteration of the newest certificate; 0 if there is none.</param>
    public LedgerHead(LedgerState start, ulong iteration = 0)
    {
        _recent = new Recent(start, [], iteration);
        foreach (FileRecord file in start.Files())
            _references.Add(file);
    }

    /// <inheritdoc/>
    public LedgerState Head => Volatile.Read(ref _recent).Head;

    /// <summary>The newest final state, and the iteration of the newest certificate up to it.</summary>
    public (LedgerState State, ulong Iteration) Final
    {
        get
        {
            Recent recent = Volatile.Read(ref _recent);
            return (recent.Head, recent.Iteration);
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<FinalBlock>? Above(ulong height)
    {
        Recent recent = Volatile.Read(ref _recent);
        if (height >= recent.Head.Height)
            return [];
        ulong missing = recent.Head.Height - height;
        return missing <= (ulong)recent.Blocks.Length ? recent.Blocks[^(int)missing..] : null;
    }

    /// <inheritdoc/>
    public async Task WaitAboveAsync(ulong height, CancellationToken cancellation)
    {
        while (true)
        {
            // Taken before the head is read: what is published in between completes it.
            Task next = Volatile.Read(ref _next).Task;
            if (Head.Height > height)
                return;
            await next.WaitAsync(cancellation).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public bool IsNamed(Hash256 firstFragment) => _references.Contains(firstFragment);

    /// <summary>Adds final blocks that follow the head, in order.</summary>
    /// <param name="blocks">The blocks.</param>
    /// <param name="iteration">The iteration of the newest certificate among them; null if they have none.</param>
    internal void Publish(IReadOnlyList<FinalBlock> blocks, ulong? iteration = null)
    {
        foreach (FinalBlock block in blocks)
            _references.Apply(block);
        Recent recent = _recent;
        FinalBlock[] all = [.. recent.Blocks, .. blocks];
        all = all[^CountKept(all)..];
        Volatile.Write(ref _recent, new Recent(blocks[^1].Block.State, all, iteration ?? recent.Iteration));
        Interlocked.Exchange(ref _next, NewSignal()).SetResult();
    }

    private static int CountKept(FinalBlock[] all)
    {
        int kept = 1;
        int transactions = all[^1].Block.Receipts.Length;
        while (kept < Math.Min(all.Length, GrainLimits.RecentBlocks)
            && (transactions += all[^(kept + 1)].Block.Receipts.Length) <= GrainLimits.RecentTransactions)
        {
            kept++;
        }
        return kept;
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private sealed record Recent(LedgerState Head, FinalBlock[] Blocks, ulong Iteration);
}
