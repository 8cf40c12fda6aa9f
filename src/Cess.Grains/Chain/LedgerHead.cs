using Cess.Ledger.Blocks;

namespace Cess.Grains.Chain;

/// <summary>
/// Where the consensus grain publishes final blocks, and everything else of the silo reads them. One writer, any number of
/// readers, no locks: readers see one immutable value or the next.
/// </summary>
public sealed class LedgerHead(LedgerState start) : ILedgerReader
{
    private Recent _recent = new(start, []);

    /// <inheritdoc/>
    public LedgerState Head => Volatile.Read(ref _recent).Head;

    /// <inheritdoc/>
    public IReadOnlyList<FinalBlock>? Above(ulong height)
    {
        Recent recent = Volatile.Read(ref _recent);
        if (height >= recent.Head.Height)
            return [];
        ulong missing = recent.Head.Height - height;
        return missing <= (ulong)recent.Blocks.Length ? recent.Blocks[^(int)missing..] : null;
    }

    /// <summary>Adds final blocks that follow the head, in order.</summary>
    internal void Publish(IReadOnlyList<FinalBlock> blocks)
    {
        Recent recent = _recent;
        FinalBlock[] all = [.. recent.Blocks, .. blocks];
        if (all.Length > GrainLimits.RecentBlocks)
            all = all[^GrainLimits.RecentBlocks..];
        Volatile.Write(ref _recent, new Recent(blocks[^1].Block.State, all));
    }

    private sealed record Recent(LedgerState Head, FinalBlock[] Blocks);
}
