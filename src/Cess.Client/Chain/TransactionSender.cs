using Cess.Client.Transport;
using Cess.Ledger.Blocks;
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
    /// <exception cref="CessException">The ledger's or the pool's code, NonceContended, OutcomeUnknown, or as the transport.</exception>
    public Task<OutcomeMessage> ExecuteAsync(Call call, CancellationToken cancellation) => SendAsync(call, SubmitAsync, SettleAsync, cancellation);

    /// <summary>Signs a call and hands the bytes to <paramref name="send"/>; again, with another nonce, when that one was taken.</summary>
    /// <param name="call">What to do.</param>
    /// <param name="send">Sends a transaction.</param>
    /// <param name="settle">
    /// For a call that must not be made twice: what became of transactions of one nonce; null when another's has used it, for certain where
    /// the node's word is not taken.
    /// </param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="CessException">As <paramref name="send"/> and <paramref name="settle"/>, NonceContended, or OutcomeUnknown.</exception>
    public async Task<T> SendAsync<T>(
        Call call, Func<SignedTransaction, CancellationToken, Task<T>> send, Func<IReadOnlyList<SignedTransaction>, CancellationToken, Task<T?>>? settle,
        CancellationToken cancellation)
        where T : class
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            List<SignedTransaction> sent = [];
            for (int attempt = 1; ; attempt++)
            {
                SignedTransaction transaction = await SignAsync(call, cancellation);
                // With one nonce only one of them can become final; with another, both could.
                if (sent is [{ Unsigned.Nonce: var nonce }, ..] && nonce != transaction.Unsigned.Nonce)
                {
                    if (settle is not null && await settle(sent, cancellation) is { } settled)
                        return settled;
                    sent.Clear();
                }

                sent.Add(transaction);
                try
                {
                    return await send(transaction, cancellation);
                }
                catch (CessException e) when (s_nonceCodes.Contains(e.Code))
                {
                    if (attempt == ClientLimits.NonceAttempts)
                    {
                        // One of them may be final all the same, and the node behind, or lying.
                        if (settle is not null && await settle(sent, cancellation) is { } settled)
                            return settled;
                        if (settle is null && verified is not null)
                            throw Unknown(sent, e);
                        throw new CessException(ClientErrors.NonceContended, $"Other transactions of account {account} took the nonce {attempt} times.", e);
                    }

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
        if (verified is null && s_nonceCodes.Contains(outcome.Code))
            outcome = await FindAsync(transaction, cancellation) ?? outcome;
        return await ConfirmAsync(transaction, RequireSuccess(outcome), cancellation);
    }

    /// <summary>Hash of the chain's genesis: the one that is trusted, or what the node says.</summary>
    public async Task<Hash256> GenesisAsync(CancellationToken cancellation) =>
        _genesis ??= options.Trust?.Genesis ?? (await transport.SendAsync(RestRequest.Get("/v1/status"), WireJson.Default.StatusMessage, cancellation)).Chain.Genesis;

    /// <summary>The outcome, once it is certain: of this transaction, with the height that is proven, where the node's word is not taken.</summary>
    private async Task<OutcomeMessage> ConfirmAsync(SignedTransaction transaction, OutcomeMessage outcome, CancellationToken cancellation) =>
        verified is null
            ? outcome
            : outcome with { Id = transaction.Id.ToString(), Height = await verified.HeightOfSuccessAsync(transaction.Id, cancellation) };

    /// <summary>What became of transactions with one nonce: the outcome of that which used it, or null when none of them did.</summary>
    /// <exception cref="CessException">OutcomeUnknown, where the node's word is not taken; or the ledger's code.</exception>
    private async Task<OutcomeMessage?> SettleAsync(IReadOnlyList<SignedTransaction> sent, CancellationToken cancellation)
    {
        if (verified is null)
        {
            foreach (SignedTransaction one in sent)
            {
                if (await FindAsync(one, cancellation) is { Status: "finalised" or "failed" } told)
                    return RequireSuccess(told);
            }

            return null;
        }

        (AccountId sender, ulong nonce) = (sent[0].Unsigned.Account, sent[0].Unsigned.Nonce);
        for (int attempt = 1; ; attempt++)
        {
            if (await FindUseAsync(sent, sender, nonce, cancellation) is { } use)
            {
                SignedTransaction used = use.Value.Transaction;
                // Somebody with the same key may have asked for the same with the same nonce: that is not what was asked for here.
                if (!sent.Any(one => one.Signature.ToArray().AsSpan().SequenceEqual(used.Signature.ToArray())))
                    return null;
                return use.Value.Receipt.Error is not { } error
                    ? new OutcomeMessage(used.Id.ToString(), "finalised", use.Height)
                    : throw new CessException($"{error.Module}.{error.Info.Name}", $"The transaction failed: {error.Info.Text}");
            }

            // A node's index of transactions comes a moment after their blocks.
            if (attempt == options.Attempts)
                throw Unknown(sent);
            await Task.Delay(options.FirstRetryDelay, options.Time, cancellation);
        }
    }

    private static CessException Unknown(IReadOnlyList<SignedTransaction> sent, CessException? cause = null)
    {
        UnsignedTransaction last = sent[^1].Unsigned;
        string message = $"The node does not show which transaction used nonce {last.Nonce} of {last.Account}, if any did. "
            + $"The last one that was sent is {sent[^1].Id}.";
        return new CessException(ClientErrors.OutcomeUnknown, message, cause);
    }

    private static OutcomeMessage RequireSuccess(OutcomeMessage outcome) => outcome.Status == "finalised"
        ? outcome
        : throw new CessException(outcome.Code ?? ClientErrors.BadAnswer, outcome.Message ?? $"The transaction {outcome.Status}: {outcome.Code}.");

    /// <summary>The final transaction that has used a nonce, proven; null if the node does not show it.</summary>
    private async Task<Verified<TransactionProof>?> FindUseAsync(
        IReadOnlyList<SignedTransaction> sent, AccountId sender, ulong nonce, CancellationToken cancellation)
    {
        RestRequest history = RestRequest.Get($"/v1/accounts/{sender}/transactions?role=sender&limit={WireLimits.HistoryPageMax}");
        TransactionPage page = await transport.SendAsync(history, WireJson.Default.TransactionPage, cancellation);
        IEnumerable<Hash256> told = page.Transactions.Where(one => one.Nonce == nonce).Select(one => one.Id);
        foreach (Hash256 id in sent.Select(one => one.Id).Concat(told).Distinct())
        {
            if (await verified!.FindTransactionAsync(id, cancellation) is { Value.Transaction.Unsigned: var unsigned } found
                && (unsigned.Account, unsigned.Nonce) == (sender, nonce))
            {
                return found;
            }
        }

        return null;
    }

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
