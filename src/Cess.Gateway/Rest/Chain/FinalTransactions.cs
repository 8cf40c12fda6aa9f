using Cess.Gateway.Rest.Chain.History;
using Cess.Grains;
using Cess.Ledger.Blocks;
using Cess.Ledger.Transactions;
using Cess.Primitives;
using Cess.Wire;

namespace Cess.Gateway.Rest.Chain;

/// <summary>A final transaction, in the block that holds it.</summary>
internal readonly record struct FinalTransaction(BlockRecord Block, int Index)
{
    public TransactionPlace Place => new(Block.Block.Header.Height, Index);

    public SignedTransaction Transaction => Block.Block.Transactions[Index];

    public Receipt Receipt => Block.Receipts[Index];
}

/// <summary>An account's transactions, the newest first.</summary>
/// <param name="Transactions">They.</param>
/// <param name="Next">Older ones come before this place; null if there are none.</param>
/// <param name="Height">Height up to which blocks were looked through.</param>
internal sealed record AccountTransactions(IReadOnlyList<FinalTransaction> Transactions, TransactionPlace? Next, ulong Height);

/// <summary>
/// Finds final transactions: the newest in memory, older ones through the history, which only says where they may be, and all in
/// the blocks themselves.
/// </summary>
internal sealed class FinalTransactions(
    ChainIndex index, HistoryFollower follower, ILedgerReader ledger, IBlockArchive archive, INodeGrains grains)
{
    /// <summary>A transaction by its id; null when no block that is here holds it.</summary>
    /// <param name="id">The id.</param>
    /// <param name="known">A block that was read before, often the one that holds it.</param>
    public async Task<FinalTransaction?> FindAsync(Hash256 id, BlockRecord? known = null)
    {
        // What memory has costs nothing; the history knows old ones with a look or two; blocks are only read that neither covers.
        TransactionHistory? history = follower.History;
        ulong covered = history?.Height ?? 0;
        if (await index.FindTransactionAsync(id, above: ulong.MaxValue) is { } place)
            return await ReadAsync(place, known);
        foreach (TransactionPlace candidate in history?.Find(id) ?? [])
        {
            if (await ReadAsync(candidate, known) is { } found && found.Transaction.Id == id)
                return found;
        }

        return await index.FindTransactionAsync(id, above: covered) is { } unindexed ? await ReadAsync(unindexed, known) : null;
    }

    /// <summary>Transactions that an account sent or is party to, the newest first; null while there is no history to ask.</summary>
    /// <param name="account">The account.</param>
    /// <param name="role">What it has to do with them.</param>
    /// <param name="before">Only those before this place; null for the newest.</param>
    /// <param name="limit">Most transactions.</param>
    public async Task<AccountTransactions?> FindOfAsync(AccountId account, AccountRole role, TransactionPlace? before, int limit)
    {
        if (follower.History is not { } history)
            return null;
        var found = new List<FinalTransaction>(limit);
        ulong indexed = history.Height;
        IReadOnlyList<FinalBlock>? recent = ledger.Above(indexed);
        List<TransactionPlace> candidates = [.. PlacesIn(recent ?? [], account, role, before)];
        var boundary = new TransactionPlace(indexed + 1, 0);
        TransactionPlace? from = before is { } place && place.IsBefore(boundary) ? before : boundary;
        // One more than is wanted tells whether there are more; others with the same key are rare enough to end a page early.
        if (candidates.Count <= limit)
            candidates.AddRange(history.FindOf(account, role, from, limit + 1 - candidates.Count));

        TransactionPlace? last = null;
        foreach (TransactionPlace candidate in candidates.Take(limit))
        {
            last = candidate;
            if (await ReadAsync(candidate, found.Count > 0 ? found[^1].Block : null) is { } transaction
                && IsWanted(account, role, transaction.Transaction, transaction.Receipt))
            {
                found.Add(transaction);
            }
        }
        bool isMore = candidates.Count > limit && candidates[limit].Height >= archive.First;
        return new AccountTransactions(found, isMore ? last : null, recent is [.., var newest] ? newest.Height : indexed);
    }

    private static bool IsWanted(AccountId account, AccountRole asked, SignedTransaction transaction, Receipt receipt) =>
        TransactionParties.RoleOf(account, transaction, receipt) is { } actual && asked.Includes(actual);

    private static IEnumerable<TransactionPlace> PlacesIn(
        IReadOnlyList<FinalBlock> blocks, AccountId account, AccountRole role, TransactionPlace? before) =>
        from block in blocks.Reverse()
        from index in Enumerable.Range(0, block.Block.Block.Transactions.Length).Reverse()
        where IsWanted(account, role, block.Block.Block.Transactions[index], block.Block.Receipts[index])
        let place = new TransactionPlace(block.Height, index)
        where before is not { } end || place.IsBefore(end)
        select place;

    /// <param name="place">Where it stands.</param>
    /// <param name="known">A block that was read before, often the same.</param>
    private async Task<FinalTransaction?> ReadAsync(TransactionPlace place, BlockRecord? known)
    {
        if (known?.Block.Header.Height == place.Height)
            return Of(known, place);
        // Who asks a grain for a block that was pruned gets an error, not an answer.
        if (place.Height < archive.First || await grains.GetBlockAsync(place.Height) is not { } stored)
            return null;
        return Of(Scale.Decode<BlockRecord>(stored.Record.Span), place);
    }

    private static FinalTransaction? Of(BlockRecord record, TransactionPlace place) =>
        place.Index < record.Block.Transactions.Length ? new FinalTransaction(record, place.Index) : null;
}
