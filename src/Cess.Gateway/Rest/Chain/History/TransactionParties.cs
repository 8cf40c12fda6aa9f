using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Cess.Ledger.Blocks;
using Cess.Ledger.Modules;
using Cess.Ledger.Transactions;
using Cess.Primitives;
using Cess.Wire;

namespace Cess.Gateway.Rest.Chain.History;

/// <summary>
/// Which accounts a transaction concerns: its sender, and as its parties all others that its events name
/// (<see cref="LedgerEvent.Accounts"/>). A call that failed has no events, so a failed transaction has no parties. What the start of
/// a block changes belongs to none of its transactions.
/// </summary>
internal static class TransactionParties
{
    /// <summary>What an account has to do with a transaction; null for nothing.</summary>
    public static AccountRole? RoleOf(AccountId account, SignedTransaction transaction, Receipt receipt)
    {
        if (transaction.Unsigned.Account == account)
            return AccountRole.Sender;
        foreach (LedgerEvent happened in receipt.Events)
        {
            if (happened.Accounts.Contains(account))
                return AccountRole.Party;
        }
        return null;
    }

    /// <summary>An entry for each party of each transaction of a block; of parties of a transaction that share a key, one.</summary>
    /// <param name="block">The block.</param>
    /// <param name="receipts">Its receipts, one a transaction.</param>
    public static List<HistoryEntry> EntriesOf(Block block, ImmutableArray<Receipt> receipts)
    {
        var entries = new List<HistoryEntry>();
        for (int i = 0; i < receipts.Length; i++)
        {
            int start = entries.Count;
            AccountId sender = block.Transactions[i].Unsigned.Account;
            ulong place = HistoryEntry.PlaceOf(new TransactionPlace(block.Header.Height, i));
            foreach (LedgerEvent happened in receipts[i].Events)
            {
                foreach (AccountId account in happened.Accounts)
                {
                    if (account != sender)
                        entries.Add(new HistoryEntry(HistoryEntry.KeyOf(account.Hash), place));
                }
            }
            if (entries.Count - start > 1)
                RemoveRepeated(entries, start);
        }
        return entries.Count <= RestLimits.HistoryPartiesPerBlockMax
            ? entries
            : throw new InvalidOperationException($"Block {block.Header.Height} names {entries.Count} accounts, more than fit into its receipts.");
    }

    private static void RemoveRepeated(List<HistoryEntry> entries, int start)
    {
        Span<HistoryEntry> ofOne = CollectionsMarshal.AsSpan(entries)[start..];
        ofOne.Sort();
        int kept = 1;
        for (int i = 1; i < ofOne.Length; i++)
        {
            if (ofOne[i] != ofOne[kept - 1])
                ofOne[kept++] = ofOne[i];
        }
        CollectionsMarshal.SetCount(entries, start + kept);
    }
}
