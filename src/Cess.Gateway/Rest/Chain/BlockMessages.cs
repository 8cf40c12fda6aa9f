using Cess.Gateway.Rest.Chain.History;
using Cess.Ledger;
using Cess.Ledger.Blocks;
using Cess.Ledger.Modules;
using Cess.Ledger.Modules.Balances;
using Cess.Ledger.Transactions;
using Cess.Primitives;
using Cess.Wire;

namespace Cess.Gateway.Rest.Chain;

/// <summary>Blocks and transactions as the door shows them.</summary>
internal static class BlockMessages
{
    public static BlockMessage Of(BlockRecord record, bool withTransactions)
    {
        BlockHeader header = record.Block.Header;
        int count = record.Block.Transactions.Length;
        return new BlockMessage(
            header.Height,
            header.ComputeHash(),
            header.Parent,
            RestTime.Of(header.TimeMs),
            header.Proposer.ToString(),
            header.TransactionsRoot,
            header.ReceiptsRoot,
            header.StateRoot,
            count,
            withTransactions ? [.. Enumerable.Range(0, count).Select(index => Of(record, index))] : null);
    }

    public static TransactionMessage Of(BlockRecord record, int index)
    {
        SignedTransaction transaction = record.Block.Transactions[index];
        UnsignedTransaction unsigned = transaction.Unsigned;
        LedgerError? error = record.Receipts[index].Error;
        return new TransactionMessage(
            transaction.Id,
            error is null ? "finalised" : "failed",
            record.Block.Header.Height,
            index,
            unsigned.Account.ToString(),
            unsigned.Nonce,
            unsigned.Tip.ToString(),
            NameOf(unsigned.Call),
            transaction.Signature.ToArray(),
            error is { } failure ? $"{failure.Module}.{failure.Info.Name}" : null,
            error?.Info.Text);
    }

    /// <summary>A transaction, and what it is to an account.</summary>
    public static TransactionMessage Of(BlockRecord record, int index, AccountId account)
    {
        Receipt receipt = record.Receipts[index];
        // What somebody sends to himself stays where it is.
        Transferred[] transfers = [.. receipt.Events.OfType<Transferred>().Where(transfer => transfer.From != transfer.To)];
        return Of(record, index) with
        {
            Role = TransactionParties.RoleOf(account, record.Block.Transactions[index], receipt)?.ToText(),
            Received = SumOf(transfers.Where(transfer => transfer.To == account)),
            Paid = SumOf(transfers.Where(transfer => transfer.From == account)),
        };
    }

    /// <summary>Null for nothing. The same tokens can move often within a batch, so that the sum has no bound but the greatest amount.</summary>
    private static string? SumOf(IEnumerable<Transferred> transfers)
    {
        Balance sum = transfers.Aggregate(
            Balance.Zero, (sum, transfer) => sum.TryAdd(transfer.Amount, out Balance more) ? more : Balance.MaxValue);
        return sum.IsZero ? null : sum.ToString();
    }

    private static string NameOf(Call call) => $"{call.Module}.{call.GetType().Name}";
}
