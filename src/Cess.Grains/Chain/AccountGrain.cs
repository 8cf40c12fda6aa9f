using Cess.Ledger.Blocks;
using Cess.Ledger.Modules;
using Cess.Ledger.Modules.Balances;
using Cess.Ledger.Transactions;
using Cess.Primitives;
using Orleans.Concurrency;

namespace Cess.Grains.Chain;

/// <summary>Numbers and signs the calls of an account whose key is held here. Reentrant, so that many are under way at once.</summary>
[Reentrant]
public sealed class AccountGrain(
    IGrainFactory grains, ILedgerReader ledger, ICustody custody, TimeProvider time) : Grain, IAccountGrain
{
    private ulong _next;
    private int _inFlight;

    private AccountId Id => AccountId.Parse(this.GetPrimaryKeyString());

    /// <inheritdoc/>
    public Task<AccountView> GetAsync()
    {
        LedgerState head = ledger.Head;
        AccountRecord account = head.Account(Id);
        return Task.FromResult(new AccountView(
            this.GetPrimaryKeyString(), account != AccountRecord.Empty, account.Free.ToString(), account.Reserved.ToString(),
            account.Nonce, head.Height));
    }

    /// <inheritdoc/>
    public async Task<TransactionOutcome> ExecuteAsync(CustodyCall call)
    {
        Call decoded = Scale.Decode<Call>(call.Call.Span);
        Balance tip = Balance.Parse(call.Tip);
        TransactionOutcome outcome;
        int attempt = 0;
        do
        {
            if (!HoldsKey())
                return Outcomes.Rejected("", TransactionErrors.BadSignature, "This node does not hold the key that the account has now.");
            ulong nonce = NextNonce();
            _inFlight++;
            try
            {
                outcome = await SubmitAsync(Sign(decoded, tip, nonce, call.ValidUntil));
            }
            finally
            {
                _inFlight--;
            }
            if (outcome.Status != TransactionStatus.Rejected)
                return outcome;
            _next = outcome.ErrorCode == TransactionErrors.NonceUsed ? Math.Max(_next, nonce + 1) : Math.Min(_next, nonce);
        }
        while (call.ValidUntil is null && ++attempt < GrainLimits.NonceAttempts
            && outcome.ErrorCode is TransactionErrors.NonceUsed or TransactionErrors.Dropped);

        return outcome;
    }

    /// <summary>The chain's nonce while nothing is under way; otherwise the one behind the last that was given out.</summary>
    private ulong NextNonce()
    {
        ulong onChain = ledger.Head.Account(Id).Nonce;
        ulong nonce = _inFlight == 0 ? onChain : Math.Max(_next, onChain);
        _next = nonce + 1;
        return nonce;
    }

    private bool HoldsKey() =>
        ledger.Head.Account(Id).Key is { } key ? custody.Holds(Id, key) : custody.Holds(Id);

    private byte[] Sign(Call call, Balance tip, ulong nonce, ulong? validUntil)
    {
        LedgerState head = ledger.Head;
        var unsigned = new UnsignedTransaction(
            head.Genesis, Id, nonce, validUntil ?? head.Height + GrainLimits.CustodyValidity, tip, call);
        PublicKey? known = head.Account(Id).Key;
        PublicKey key = known ?? custody.PublicKeyOf(Id);
        PublicKey? revealed = known is null ? key : null;
        return SignedTransaction.Assemble(unsigned, custody.Sign(Id, key, Scale.Sha256(unsigned)), revealed).Bytes.ToArray();
    }

    /// <summary>
    /// Goes to the chain directly: the signature was made in this process and needs no check. A full pool is asked
    /// again with the same transaction, since its nonce is taken already by those behind it.
    /// </summary>
    private async Task<TransactionOutcome> SubmitAsync(byte[] transaction)
    {
        var chain = grains.GetGrain<IChainGrain>(StreamNames.ChainKey);
        for (int attempt = 1; ; attempt++)
        {
            TransactionOutcome outcome = (await chain.SubmitVerifiedAsync(new TransactionBatch(new ReadOnlyMemory<byte>[] { transaction })))[0];
            if (outcome.ErrorCode != TransactionErrors.PoolFull || attempt == GrainLimits.FullPoolAttempts)
                return outcome;
            await Task.Delay(GrainLimits.FullPoolRetry, time);
        }
    }
}
