namespace Cess.Consensus.Simplex;

/// <summary>
/// How a validator begins that does not know what it has signed before: it signs nothing before a block is final that was surely made
/// after its start, and nothing in the iterations up to that block's. docs/consensus.md says why that is enough.
/// </summary>
/// <param name="StartTimeMs">This validator's clock at its start, in the time of block headers.</param>
/// <param name="StartMs">The same moment in the clock of the machine's inputs.</param>
/// <param name="ToleranceMs">How far ahead of an honest validator's clock a block may be that it votes for, and how far honest clocks differ.</param>
public sealed record Abstention(ulong StartTimeMs, long StartMs, ulong ToleranceMs)
{
    /// <summary>
    /// True if a final block ends it: its header's time is so late that nobody can have voted for it before the start. A block from the
    /// future does not, because it is this validator's clock then that is late, and with it the start.
    /// </summary>
    /// <param name="headerTimeMs">Time in the block's header.</param>
    /// <param name="nowMs">The time.</param>
    public bool EndsWith(ulong headerTimeMs, long nowMs)
    {
        ulong margin = StartTimeMs + (2 * ToleranceMs);
        return headerTimeMs > margin && headerTimeMs <= margin + (ulong)Math.Max(0, nowMs - StartMs);
    }
}
