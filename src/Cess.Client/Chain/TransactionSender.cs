using Cess.Client.Transport;
using Cess.Ledger.Modules;
using Cess.Ledger.Modules.Balances;
using Cess.Ledger.Transactions;
using Cess.Primitives;
using Cess.Wire;

namespace Cess.Client.Chain;

/// <summary>
/// Signs and sends the account's transactions, one at a time, so that each finds the nonce that it was signed with. Other
/// users of the same key may take a nonce; then the call is signed again with the next one.
/// </summary>
/// <param name="transport">Asks the node.</param>
/// <param name="verified">The chain, where the node's word is not taken; else null.</param>
/// <param name="account">Whose transactions.</param>
/// <param name="key">Signs them.</param>
/// <param name="options">How to work.</param>
internal sealed class TransactionSender(
    RestTransport transport, VerifiedChain? verified, AccountId account, PrivateKey key, CessClientOptions options) : IDisposable
{
    private static readonly string[] s_nonceCodes = ["Pool.NonceUsed", "Chain.NonceUsed", "Chain.NonceAhead", "Pool.Dropped"];

    /// <summary>Whether the account has another key than the one that its address came from: then each transaction states it.</summary>
    private readonly bool _isReplaced = key.PublicKey.ToAccountId() != account;
    private readonly SemaphoreSlim _turn = new(1);
    private Hash256? _genesis;

    /// <summary>Takes a call to the chain.</summary>
    /// <returns>The transaction's outcome: final, and done.</returns>
    /// <exception cref="CessException">The ledger's or the pool's code, NonceContended, or as the transport.</exception>
    public Task<OutcomeMessage> ExecuteAsync(Call call, CancellationToken cancellation) => SendAsync(call, SubmitAsync, cancellation);

    /// <summary>Signs a call and hands the bytes to <paramref name="send"/>; again, with another nonce, when that one was taken.</summary>
    /// <exception cref="CessException">As <paramref name="send"/>, or NonceContended.</exception>
    public async Task<T> SendAsync<T>(Call call, Func<SignedTransaction, CancellationToken, Task<T>> send, CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            for (int attempt = 1; ; attempt++)
            {
                SignedTransaction transaction = await SignAsync(call, cancellation);
                try
                {
                    return await send(transaction, cancellation);
                }
                catch (CessException e) when (s_nonceCodes.Contains(e.Code))
                {
                    if (attempt == ClientLimits.NonceAttempts)
                        throw new CessException(ClientErrors.NonceContended, $"Other transactions of account {account} took the nonce {attempt} times.", e);
                    await Task.Delay(options.FirstRetryDelay, options.Time, cancellation);
                }
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    /// <summary>An account at the final head.</summary>
    /// <exception cref="CessException">accounts.not_found, or as the transport.</exception>
    public async Task<AccountMessage> GetAccountAsync(AccountId id, CancellationToken cancellation)
    {
        if (verified is null)
            return await transport.SendAsync(RestRequest.Get($"/v1/accounts/{id}"), WireJson.Default.AccountMessage, cancellation);
        Verified<AccountRecord> found = await verified.GetAccountAsync(id, cancellation);
        AccountRecord record = found.Value;
        return record == AccountRecord.Empty
            ? throw new CessException(WireErrors.AccountNotFound.Code, $"At block {found.Height} there is no account {id}.")
            : new AccountMessage(
                id.ToString(), record.Free.ToString(), record.Reserved.ToString(), record.Nonce, record.Key is not null, found.Height, record.Key?.ToArray());
    }

    /// <summary>A transaction of any account with its next nonce, not signed.</summary>
    /// <exception cref="CessException">accounts.not_found, or as the transport.</exception>
    public async Task<(UnsignedTransaction Unsigned, bool IsKeyKnown)> PrepareAsync(
        AccountId sender, Call call, ulong validity, CancellationToken cancellation)
    {
        AccountMessage state = await GetAccountAsync(sender, cancellation);
        Hash256 genesis = await GenesisAsync(cancellation);
        return (new UnsignedTransaction(genesis, sender, state.Nonce, state.Height + validity, Balance.Zero, call), state.KeyKnown);
    }

    /// <summary>Submits a transaction of whatever account.</summary>
    /// <returns>The transaction's outcome: final, and done.</returns>
    /// <exception cref="CessException">The ledger's or the pool's code, or as the transport.</exception>
    public async Task<OutcomeMessage> SubmitAsync(SignedTransaction transaction, CancellationToken cancellation)
    {
        using ScaleWriter writer = new();
        writer.WriteCount(1);
        writer.WriteBytes(transaction.Bytes.Span);
        RestRequest request = RestRequest.Send(HttpMethod.Post, "/v1/transactions?wait=final", writer.ToArray());
        SubmissionMessage submission = await transport.SendAsync(request, WireJson.Default.SubmissionMessage, cancellation);
        if (submission.Outcomes is not [{ } outcome])
            throw new CessException(ClientErrors.BadAnswer, "The node did not answer for the one transaction that it was sent.");
        // A lost answer makes the transport send the same transaction twice; the second time its nonce is used, by itself.
        if (s_nonceCodes.Contains(outcome.Code))
            outcome = await FindAsync(transaction, cancellation) ?? outcome;
        if (outcome.Status == "finalised")
            return await ConfirmAsync(transaction, outcome, cancellation);
        throw new CessException(outcome.Code ?? ClientErrors.BadAnswer, outcome.Message ?? $"The transaction {outcome.Status}: {outcome.Code}.");
    }

    /// <summary>Hash of the chain's genesis: the one that is trusted, or what the node says.</summary>
    public async Task<Hash256> GenesisAsync(CancellationToken cancellation) =>
        _genesis ??= options.Trust?.Genesis ?? (await transport.SendAsync(RestRequest.Get("/v1/status"), WireJson.Default.StatusMessage, cancellation)).Chain.Genesis;

    /// <summary>The outcome, once it is certain: with the height that is proven, where the node's word is not taken.</summary>
    private async Task<OutcomeMessage> ConfirmAsync(SignedTransaction transaction, OutcomeMessage outcome, CancellationToken cancellation) =>
        verified is null ? outcome : outcome with { Height = await verified.HeightOfSuccessAsync(transaction.Id, cancellation) };

    private async Task<SignedTransaction> SignAsync(Call call, CancellationToken cancellation)
    {
        (UnsignedTransaction unsigned, bool isKeyKnown) = await PrepareAsync(account, call, ClientLimits.TransactionValidity, cancellation);
        return _isReplaced
            ? SignedTransaction.SignWithNewKey(unsigned, key)
            : SignedTransaction.Sign(unsigned, key, isKeyKnown ? SignatureKind.KnownKey : SignatureKind.RevealedKey);
    }

    /// <summary>What became of this very transaction, when it is in a block; else null.</summary>
    private async Task<OutcomeMessage?> FindAsync(SignedTransaction transaction, CancellationToken cancellation)
    {
        try
        {
            TransactionMessage found = await transport.SendAsync(RestRequest.Get($"/v1/transactions/{transaction.Id}"), WireJson.Default.TransactionMessage, cancellation);

            // Somebody with the same key may have asked for the same with the same nonce: that is not what was asked for here.
            return found.Signature.AsSpan().SequenceEqual(transaction.Signature.ToArray())
                ? new OutcomeMessage(transaction.Id.ToString(), found.Status, found.Height, found.Code)
                : null;
        }
        catch (CessException e) when (e.Code == WireErrors.TransactionNotFound.Code)
        {
            return null;
        }
    }
}
