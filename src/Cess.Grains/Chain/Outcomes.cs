using Cess.Ledger;
using Cess.Ledger.Blocks;
using Cess.Primitives;

namespace Cess.Grains.Chain;

/// <summary>Makes <see cref="TransactionOutcome"/>s.</summary>
internal static class Outcomes
{
    public static TransactionOutcome Of(Receipt receipt, ulong height) => new(
        receipt.TransactionId.ToString(),
        receipt.IsSuccess ? TransactionStatus.Finalised : TransactionStatus.Failed,
        height,
        receipt.Error is { } error ? CodeOf(error) : null,
        receipt.Error?.Info.Text);

    public static TransactionOutcome Pending(Hash256 id) => new(id.ToString(), TransactionStatus.Pending, 0, null, null);

    public static TransactionOutcome Included(Hash256 id, ulong height) => new(id.ToString(), TransactionStatus.Included, height, null, null);

    public static TransactionOutcome Rejected(string id, LedgerError error) => Rejected(id, CodeOf(error), error.Info.Text);

    public static TransactionOutcome Rejected(string id, string code, string message) =>
        new(id, TransactionStatus.Rejected, 0, code, message);

    public static TransactionOutcome Refused(Hash256 id, PoolRefusal refusal) => refusal switch
    {
        PoolRefusal.StaleNonce => Rejected(id.ToString(), TransactionErrors.NonceUsed, "The nonce is used up."),
        PoolRefusal.NonceTaken => Rejected(id.ToString(), TransactionErrors.NonceUsed, "Another transaction with this nonce waits; a tip that is higher by a tenth takes its place."),
        PoolRefusal.AccountFull => Rejected(
            id.ToString(), TransactionErrors.PoolFull, "The account has too many transactions waiting, or waiting for one that is missing."),
        _ => Rejected(id.ToString(), TransactionErrors.PoolFull, "Too many transactions wait."),
    };

    public static TransactionOutcome Displaced(Hash256 id) =>
        Rejected(id.ToString(), TransactionErrors.PoolFull, "It waited for one before it in its account, and there is no more room for that.");

    public static TransactionOutcome Behind(Hash256 id) =>
        Rejected(id.ToString(), TransactionErrors.Dropped, "One before it in its account was rejected.");

    public static string CodeOf(LedgerError error) => $"{error.Module}.{error.Info.Name}";
}
