using Cess.Ledger;
using Cess.Ledger.Blocks;
using Cess.Ledger.Modules;
using Cess.Ledger.Transactions;
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

    private static string NameOf(Call call) => $"{call.Module}.{call.GetType().Name}";
}
