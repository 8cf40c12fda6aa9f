using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Cess.Ledger.Modules;
using Cess.Ledger.Modules.Chain;
using Cess.Ledger.Modules.Files;
using Cess.Ledger.State;
using Cess.Ledger.Transactions;
using Cess.Primitives;

namespace Cess.Ledger.Blocks;

/// <summary>What a proposer decides of a block besides its transactions.</summary>
/// <param name="TimeMs">Its time in milliseconds since 1970; the parent's is taken instead if this is before it.</param>
/// <param name="Proposer">The account that gets the tips.</param>
public readonly record struct BlockContext(ulong TimeMs, AccountId Proposer);

/// <summary>A transaction that may not be in the block, and why. Nothing is charged for it.</summary>
/// <param name="Transaction">The transaction.</param>
/// <param name="Error">Why; with <see cref="Fault.Timing"/> it may be in a later one.</param>
public readonly record struct RejectedTransaction(SignedTransaction Transaction, LedgerError Error);

/// <summary>A block with all that executing it gives.</summary>
/// <param name="Block">The block.</param>
/// <param name="StartEvents">What the start of the block changed, before its first transaction.</param>
/// <param name="Receipts">One a transaction, in their order.</param>
/// <param name="State">The ledger after it.</param>
/// <param name="Rejected">Proposed transactions that may not be in the block; none for a block that somebody else made.</param>
public sealed record ExecutedBlock(
    Block Block,
    ImmutableArray<LedgerEvent> StartEvents,
    ImmutableArray<Receipt> Receipts,
    LedgerState State,
    ImmutableArray<RejectedTransaction> Rejected)
{
    /// <summary>What to store.</summary>
    public BlockRecord ToRecord(Certificate? certificate) => new(Block, StartEvents, Receipts, certificate);
}

/// <summary>
/// The rule of the chain: state and block to state. A transaction is <i>rejected</i> if it may not be in the block (wrong chain,
/// expired, wrong nonce, no key, fee not affordable, no room); a block that has one is invalid. It <i>fails</i> if its call
/// does: then it is in the block, pays its fee, uses its nonce, and changes nothing else.
/// </summary>
/// <remarks>
/// Signatures are not checked here: that is the caller's duty, before, with <see cref="TransactionVerifier"/>. Transactions
/// with unchecked signatures must never be passed in, not even in a block that a certificate makes final.
/// </remarks>
public static class BlockExecutor
{
    /// <summary>Makes the next block of as many of the transactions as may be in it, in their order.</summary>
    /// <param name="parent">The ledger before.</param>
    /// <param name="context">What the proposer decides.</param>
    /// <param name="transactions">With checked signatures.</param>
    /// <param name="parallel">Where to hash; null for the caller's thread. The result does not depend on it.</param>
    public static ExecutedBlock Execute(
        LedgerState parent,
        BlockContext context,
        IReadOnlyList<SignedTransaction> transactions,
        IParallelFor? parallel = null) =>
        Execute(parent, context, transactions, BlockBounds.Protocol, parallel);

    /// <summary>Executes somebody's block and checks that it gives what its header says.</summary>
    /// <param name="parent">The ledger before.</param>
    /// <param name="block">The block, with checked signatures.</param>
    /// <param name="executed">What it gives, if the answer is null.</param>
    /// <param name="parallel">Where to hash; null for the caller's thread.</param>
    /// <returns>Null for a valid block, else the first rule that it breaks.</returns>
    public static LedgerError? Verify(
        LedgerState parent, Block block, [NotNullWhen(false)] out ExecutedBlock? executed, IParallelFor? parallel = null) =>
        Verify(parent, block, BlockBounds.Protocol, out executed, parallel);

    internal static ExecutedBlock Execute(
        LedgerState parent,
        BlockContext context,
        IReadOnlyList<SignedTransaction> transactions,
        BlockBounds bounds,
        IParallelFor? parallel)
    {
        using BlockExecution execution = new(parent, Math.Max(context.TimeMs, parent.Header.TimeMs), context.Proposer, bounds);
        ImmutableArray<SignedTransaction>.Builder included = ImmutableArray.CreateBuilder<SignedTransaction>(transactions.Count);
        ImmutableArray<RejectedTransaction>.Builder rejected = ImmutableArray.CreateBuilder<RejectedTransaction>();
        foreach (SignedTransaction transaction in transactions)
        {
            if (execution.Include(transaction) is { } error)
                rejected.Add(new RejectedTransaction(transaction, error));
            else
                included.Add(transaction);
        }

        return execution.Finish(included.DrainToImmutable(), rejected.DrainToImmutable(), parallel);
    }

    internal static LedgerError? Verify(
        LedgerState parent,
        Block block,
        BlockBounds bounds,
        [NotNullWhen(false)] out ExecutedBlock? executed,
        IParallelFor? parallel)
    {
        executed = null;
        BlockHeader header = block.Header;
        if (header.Version != BlockHeader.CurrentVersion)
            return ChainError.BlockVersionUnknown;
        if (header.Height != parent.Height + 1)
            return ChainError.HeightWrong;
        if (header.Parent != parent.BlockHash)
            return ChainError.ParentWrong;
        if (header.TimeMs < parent.Header.TimeMs)
            return ChainError.TimeBeforeParent;

        using BlockExecution execution = new(parent, header.TimeMs, header.Proposer, bounds);
        foreach (SignedTransaction transaction in block.Transactions)
        {
            if (execution.Include(transaction) is { } error)
                return error == ChainError.BlockFull ? ChainError.BlockTooLarge : ChainError.TransactionNotAllowed;
        }

        ExecutedBlock result = execution.Finish(block.Transactions, [], parallel);
        BlockHeader ours = result.Block.Header;
        if (ours.TransactionsRoot != header.TransactionsRoot)
            return ChainError.TransactionsRootWrong;
        if (ours.ReceiptsRoot != header.ReceiptsRoot)
            return ChainError.ReceiptsRootWrong;
        if (ours.StateRoot != header.StateRoot)
            return ChainError.StateRootWrong;

        executed = result;
        return null;
    }
}
