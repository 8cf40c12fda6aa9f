using Cess.Ledger;
using Cess.Ledger.Blocks;
using Cess.Ledger.Modules.Balances;
using Cess.Ledger.Modules.Chain;
using Cess.Ledger.Transactions;
using Cess.Primitives;
using Orleans.Concurrency;

namespace Cess.Grains.Chain;

/// <summary>
/// Decodes and verifies what comes from outside, on as many cores as there are workers. Reentrant, so that a worker whose
/// transactions wait to be final verifies the next ones.
/// </summary>
[StatelessWorker, Reentrant]
public sealed class IntakeGrain(IGrainFactory grains, ILedgerReader ledger, PublicKeyCache keys) : Grain, IIntakeGrain
{
    /// <inheritdoc/>
    public async Task<IReadOnlyList<TransactionOutcome>> SubmitAsync(TransactionBatch batch)
    {
        if (batch.Transactions.Count > GrainLimits.TransactionsPerBatch)
            throw new ArgumentException($"A batch has at most {GrainLimits.TransactionsPerBatch} transactions, not {batch.Transactions.Count}.", nameof(batch));
        var outcomes = new TransactionOutcome[batch.Transactions.Count];
        var sound = new List<int>(outcomes.Length);
        var revealed = new Dictionary<AccountId, PublicKey>();
        LedgerState head = ledger.Head;
        for (int i = 0; i < outcomes.Length; i++)
        {
            if (Check(batch.Transactions[i], head, revealed) is { } refused)
                outcomes[i] = refused;
            else
                sound.Add(i);
        }
        if (sound.Count == 0)
            return outcomes;
        TransactionBatch verified = batch with { Transactions = sound.Select(i => batch.Transactions[i]).ToArray() };
        IReadOnlyList<TransactionOutcome> results =
            await grains.GetGrain<IChainGrain>(StreamNames.ChainKey).SubmitVerifiedAsync(verified);
        for (int j = 0; j < sound.Count; j++)
            outcomes[sound[j]] = results[j];
        return outcomes;
    }

    private TransactionOutcome? Check(ReadOnlyMemory<byte> bytes, LedgerState head, Dictionary<AccountId, PublicKey> revealed)
    {
        if (!SignedTransaction.TryDecode(bytes, out SignedTransaction? transaction, out LedgerError error))
            return Outcomes.Rejected("", error);
        AccountId account = transaction.Unsigned.Account;
        AccountRecord record = head.Account(account);
        if (FindHindrance(transaction, record, head) is { } hindrance)
            return hindrance;
        // A key that an earlier transaction of this batch reveals will be known when a later one is executed.
        PublicKey? known = record.Key
            ?? (revealed.TryGetValue(account, out PublicKey earlier) ? earlier : null);
        if (TransactionVerifier.Verify(transaction, known, keys) is { } wrong)
            return Outcomes.Rejected(transaction.Id.ToString(), wrong);
        if (transaction.RevealedKey is { } key)
            revealed[account] = key;
        return null;
    }

    /// <summary>
    /// Why a transaction could get into no block, or would wait for longer than the pool lets it; null for nothing. In the pool it would cost its
    /// sender nothing, and hold up what follows it in its account, which whoever has seen it elsewhere could do to the account's owner.
    /// </summary>
    private static TransactionOutcome? FindHindrance(SignedTransaction transaction, AccountRecord account, LedgerState head)
    {
        UnsignedTransaction unsigned = transaction.Unsigned;
        if (unsigned.Genesis != head.Genesis)
            return Outcomes.Rejected(transaction.Id.ToString(), ChainError.GenesisWrong);
        // Before what may have changed since it was executed: who repeats it is told that its nonce is used.
        if (unsigned.Nonce < account.Nonce)
            return Outcomes.Refused(transaction.Id, PoolRefusal.StaleNonce);
        if (unsigned.ValidUntil <= head.Height)
            return Outcomes.Rejected(transaction.Id.ToString(), ChainError.Expired);
        if (unsigned.ValidUntil - head.Height > GrainLimits.PoolValidity)
        {
            return Outcomes.Rejected(
                transaction.Id.ToString(), TransactionErrors.ValidTooLong,
                $"It is valid for more than {GrainLimits.PoolValidity} blocks from block {head.Height} on.");
        }

        // Before the fee, for it bounds that.
        if (transaction.Weight > head.Parameters.BlockWeight)
            return Outcomes.Rejected(transaction.Id.ToString(), ChainError.TransactionTooHeavy);
        Balance fee = head.Parameters.FeeOf(transaction.Bytes.Length, transaction.Weight);
        return fee.TryAdd(unsigned.Tip, out Balance price) && account.Free >= price
            ? null
            : Outcomes.Rejected(transaction.Id.ToString(), ChainError.FeeUnaffordable);
    }
}
