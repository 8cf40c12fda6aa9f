using Cess.Ledger;
using Cess.Ledger.Blocks;
using Cess.Ledger.Modules.Balances;
using Cess.Ledger.Modules.Chain;
using Cess.Ledger.State;
using Cess.Ledger.Transactions;
using Cess.Primitives;
using Orleans.Concurrency;

namespace Cess.Grains.Chain;

/// <summary>
/// Decodes and verifies what comes from outside, on as many cores as there are workers, and a large batch on all of them. Reentrant, so that
/// a worker whose transactions wait to be final verifies the next ones.
/// </summary>
[StatelessWorker, Reentrant]
public sealed class IntakeGrain(IGrainFactory grains, ILedgerReader ledger, PublicKeyCache keys, IParallelFor parallel) : Grain, IIntakeGrain
{
    /// <inheritdoc/>
    public async Task<IReadOnlyList<TransactionOutcome>> SubmitAsync(TransactionBatch batch)
    {
        if (batch.Transactions.Count > GrainLimits.TransactionsPerBatch)
            throw new ArgumentException($"A batch has at most {GrainLimits.TransactionsPerBatch} transactions, not {batch.Transactions.Count}.", nameof(batch));
        var outcomes = new TransactionOutcome[batch.Transactions.Count];
        List<Claim> claims = Admit(batch.Transactions, outcomes);
        IParallelFor loop = claims.Count > GrainLimits.TransactionsVerifiedAloneMax ? parallel : SequentialFor.Instance;
        loop.For(claims.Count, i => outcomes[claims[i].Index] = Verify(claims[i])!);
        int[] sound = [.. claims.Select(claim => claim.Index).Where(i => outcomes[i] is null)];
        if (sound.Length == 0)
            return outcomes;
        TransactionBatch verified = batch with { Transactions = sound.Select(i => batch.Transactions[i]).ToArray() };
        IReadOnlyList<TransactionOutcome> results =
            await grains.GetGrain<IChainGrain>(StreamNames.ChainKey).SubmitVerifiedAsync(verified);
        for (int j = 0; j < sound.Length; j++)
            outcomes[sound[j]] = results[j];
        return outcomes;
    }

    /// <summary>Those whose signatures are worth a check; the others get their outcomes.</summary>
    private List<Claim> Admit(IReadOnlyList<ReadOnlyMemory<byte>> transactions, TransactionOutcome[] outcomes)
    {
        LedgerState head = ledger.Head;
        var claims = new List<Claim>(transactions.Count);
        var revealed = new Dictionary<AccountId, PublicKey>();
        for (int i = 0; i < transactions.Count; i++)
        {
            if (!SignedTransaction.TryDecode(transactions[i], out SignedTransaction? transaction, out LedgerError error))
            {
                outcomes[i] = Outcomes.Rejected("", error);
                continue;
            }

            AccountId account = transaction.Unsigned.Account;
            AccountRecord record = head.Account(account);
            if (FindHindrance(transaction, record, head) is { } hindrance)
            {
                outcomes[i] = hindrance;
                continue;
            }

            // A key that an earlier transaction of this batch reveals will be known when a later one is executed.
            PublicKey? known = record.Key ?? (revealed.TryGetValue(account, out PublicKey earlier) ? earlier : null);
            claims.Add(new Claim(i, transaction, known));
            // No other key can be revealed, whoever has signed.
            if (transaction.RevealedKey is { } key && key.ToAccountId() == account)
                revealed[account] = key;
        }
        return claims;
    }

    private TransactionOutcome? Verify(Claim claim)
    {
        (_, SignedTransaction transaction, PublicKey? known) = claim;
        if (TransactionVerifier.Verify(transaction, known, keys) is { } wrong)
            return Outcomes.Rejected(transaction.Id.ToString(), wrong);
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
        return CanPay(transaction, account, head.Parameters)
            ? null
            : Outcomes.Rejected(transaction.Id.ToString(), ChainError.FeeUnaffordable);
    }

    /// <summary>Whether an account can pay for a transaction, and the least fee for each that has to be before it.</summary>
    private static bool CanPay(SignedTransaction transaction, AccountRecord account, ChainParameters parameters)
    {
        Balance fee = parameters.FeeOf(transaction.Bytes.Length, transaction.Weight);
        if (!fee.TryAdd(transaction.Unsigned.Tip, out Balance price) || account.Free < price)
            return false;
        ulong before = transaction.Unsigned.Nonce - account.Nonce;
        UInt128 least = parameters.FeeOf(0, 0).Units;
        return least == 0 || (account.Free.Units - price.Units) / least >= before;
    }

    /// <summary>A transaction that says that its account's owner has signed it.</summary>
    /// <param name="Index">Its place in the batch.</param>
    /// <param name="Transaction">The transaction.</param>
    /// <param name="Known">The account's key, if it need not be revealed any more.</param>
    private readonly record struct Claim(int Index, SignedTransaction Transaction, PublicKey? Known);
}
