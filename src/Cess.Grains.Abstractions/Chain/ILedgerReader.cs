using Cess.Ledger.Blocks;
using Cess.Primitives;

namespace Cess.Grains;

/// <summary>The newest final state of the chain, as far as this silo has it. Reading it costs nothing and never waits.</summary>
public interface ILedgerReader
{
    /// <summary>State after the newest final block. Immutable.</summary>
    LedgerState Head { get; }

    /// <summary>
    /// Final blocks above a height, oldest first, from memory; null when some of them are no longer there and the caller must
    /// start again from <see cref="Head"/>.
    /// </summary>
    IReadOnlyList<FinalBlock>? Above(ulong height);

    /// <summary>Ends when there is a final block above a height, however far ahead that is.</summary>
    Task WaitAboveAsync(ulong height, CancellationToken cancellation);

    /// <summary>
    /// Whether any file, declared or active, names a segment by its first fragment. One segment can be named by several files of an
    /// owner: a declaration that was answered too late is often made again.
    /// </summary>
    bool IsNamed(Hash256 firstFragment);
}

/// <summary>A final block in memory.</summary>
/// <param name="Block">The block with what executing it gave.</param>
/// <param name="Before">The state that it was executed on.</param>
public sealed record FinalBlock(ExecutedBlock Block, LedgerState Before)
{
    /// <summary>Its height.</summary>
    public ulong Height => Block.Block.Header.Height;

    /// <summary>All its events, in order.</summary>
    public IEnumerable<Ledger.Modules.LedgerEvent> Events =>
        Block.StartEvents.Concat(Block.Receipts.SelectMany(receipt => receipt.Events));
}
