using Cess.Ledger;
using Cess.Ledger.Blocks;
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
        // A key that an earlier transaction of this batch reveals will be known when a later one is executed.
        PublicKey? known = head.Account(account).Key
            ?? (revealed.TryGetValue(account, out PublicKey earlier) ? earlier : null);
        if (TransactionVerifier.Verify(transaction, known, keys) is { } wrong)
            return Outcomes.Rejected(transaction.Id.ToString(), wrong);
        if (transaction.RevealedKey is { } key)
            revealed[account] = key;
        return null;
    }
}
