using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Cess.Client.Transport;
using Cess.Ledger.Blocks;
using Cess.Ledger.Modules;
using Cess.Ledger.Modules.Accounts;
using Cess.Ledger.Modules.Batches;
using Cess.Ledger.Modules.Staking;
using Cess.Ledger.State;
using Cess.Ledger.Transactions;
using Cess.Primitives;
using Cess.Wire;

namespace Cess.Client.Chain;

/// <summary>
/// An account's dealings with the ledger. Every call of every module goes through <see cref="ExecuteAsync"/>, those of staking and
/// governance too (<c>ExecuteAsync(new Bond(amount))</c>, <c>ExecuteAsync(new Vote(3, true))</c>); what takes more than a call has a
/// method of its own. For use by any number of threads. Every method throws <see cref="CessException"/> with a code, and what it
/// sends is final when it returns.
/// </summary>
public sealed partial class ChainClient
{
    private readonly RestTransport _transport;
    private readonly VerifiedChain? _verified;
    private readonly TransactionSender _sender;
    private readonly AccountId _account;
    private readonly PrivateKey _key;

    internal ChainClient(RestTransport transport, VerifiedChain? verified, TransactionSender sender, AccountId account, PrivateKey key) =>
        (_transport, _verified, _sender, _account, _key) = (transport, verified, sender, account, key);

    /// <summary>Makes a call for the account.</summary>
    /// <exception cref="CessException">The ledger's or the pool's code.</exception>
    public Task<OutcomeMessage> ExecuteAsync(Call call, CancellationToken cancellation = default) => _sender.ExecuteAsync(call, cancellation);

    /// <summary>Makes a call for another account that has made this one its delegate; this one pays the fee.</summary>
    /// <exception cref="CessException">Accounts.DelegateUnknown, DelegateExpired, CallOutOfScope, SpendLimitExceeded, or the call's own.</exception>
    public Task<OutcomeMessage> ActAsAsync(AccountId account, Call call, CancellationToken cancellation = default) =>
        ExecuteAsync(new ActAs(account, call), cancellation);

    /// <summary>Makes many calls under one signature.</summary>
    /// <returns>The outcome, and the calls that had no effect: none of a batch that is all or nothing.</returns>
    /// <exception cref="CessException">Of a batch that is all or nothing: the code of the first call that fails.</exception>
    public async Task<BatchOutcome> ExecuteBatchAsync(BatchMode mode, ImmutableArray<Call> calls, CancellationToken cancellation = default)
    {
        OutcomeMessage outcome = await ExecuteAsync(new Batch(mode, calls), cancellation);
        if (mode == BatchMode.AllOrNothing)
            return new BatchOutcome(outcome, []);
        Receipt receipt = await GetReceiptAsync(Hash256.Parse(outcome.Id), cancellation);
        return receipt.Events.OfType<BatchCompleted>().LastOrDefault() is { } completed
            ? new BatchOutcome(outcome, completed.Failed)
            : throw new CessException(ClientErrors.BadAnswer, $"The receipt of batch {outcome.Id} does not say what became of its calls.");
    }

    /// <summary>
    /// Gives the account another key. From then on only the new key signs for it: make a client with that key, this account as
    /// <see cref="CessClientOptions.Account"/>, and this key among <see cref="CessClientOptions.FormerKeys"/> for the buckets of its time.
    /// Keep this key for as long as there are such buckets: they open with it alone, and with it they are lost.
    /// </summary>
    /// <exception cref="CessException">Accounts.KeyUnchanged.</exception>
    public async Task<OutcomeMessage> RotateKeyAsync(PrivateKey newKey, CancellationToken cancellation = default)
    {
        Hash256 digest = RotateKey.ProofDigest(await _sender.GenesisAsync(cancellation), _account, newKey.PublicKey);
        return await ExecuteAsync(new RotateKey(newKey.PublicKey, newKey.Sign(digest)), cancellation);
    }

    /// <summary>Lets another account act for this one; replaces what that account was allowed before.</summary>
    /// <param name="to">Who may act.</param>
    /// <param name="scope">What it may do; see <see cref="CallScopes"/>.</param>
    /// <param name="spendLimit">How many of this account's tokens all its calls together may take, whatever they bring in.</param>
    /// <param name="blocks">For how many blocks from now.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="CessException">Accounts.ScopeInvalid, DelegatesTooMany, DelegateIsSelf.</exception>
    public async Task<OutcomeMessage> SetDelegateAsync(
        AccountId to, ImmutableArray<CallScope> scope, Balance spendLimit, ulong blocks, CancellationToken cancellation = default)
    {
        AccountMessage own = await _sender.GetAccountAsync(_account, cancellation);
        return await ExecuteAsync(new SetDelegate(to, scope, spendLimit, own.Height + blocks), cancellation);
    }

    /// <summary>Takes back what a delegate was allowed.</summary>
    /// <exception cref="CessException">Accounts.DelegateUnknown.</exception>
    public Task<OutcomeMessage> RemoveDelegateAsync(AccountId from, CancellationToken cancellation = default) =>
        ExecuteAsync(new RemoveDelegate(from), cancellation);

    /// <summary>What a delegate may still do for an account; null for nothing.</summary>
    public Task<DelegateRecord?> FindDelegateAsync(AccountId account, AccountId delegated, CancellationToken cancellation = default) =>
        FindAsync<DelegateRecord>(LedgerKeys.Delegate(account, delegated), cancellation);

    /// <summary>What an account has staked; null for one that never has.</summary>
    public Task<StakeRecord?> FindStakeAsync(AccountId account, CancellationToken cancellation = default) =>
        FindAsync<StakeRecord>(LedgerKeys.Stake(account), cancellation);

    /// <summary>A validator, candidate or not; null for an account that never was one.</summary>
    public Task<ValidatorRecord?> FindValidatorAsync(AccountId account, CancellationToken cancellation = default) =>
        FindAsync<ValidatorRecord>(LedgerKeys.Validator(account), cancellation);

    /// <summary>What an account has in a validator's pool; null for nothing.</summary>
    public Task<NominationRecord?> FindNominationAsync(AccountId nominator, AccountId validator, CancellationToken cancellation = default) =>
        FindAsync<NominationRecord>(LedgerKeys.Nomination(nominator, validator), cancellation);

    /// <summary>
    /// A record of the newest state; null for none. Proven with <see cref="CessClientOptions.Trust"/>; without, that the state is a final
    /// one is the node's word.
    /// </summary>
    /// <param name="key">One of <see cref="LedgerKeys"/>.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="CessException">NotAuthentic, BadAnswer, or as <see cref="VerifiedChain.ReadAsync"/>.</exception>
    public async Task<T?> FindAsync<T>(StateKey key, CancellationToken cancellation = default)
        where T : class, IScaleValue<T> => Decode<T>((await ReadAsync([key], cancellation))[0]);

    /// <summary>
    /// Records of the newest state with their proof. That the proof fits the records is checked here; that its header is final is not:
    /// use <see cref="VerifiedChain.ReadAsync"/>, or a <see cref="LightClient"/>.
    /// </summary>
    /// <param name="keys">1 to 64 of <see cref="LedgerKeys"/>.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task<RecordsProof> ProveAsync(IReadOnlyList<StateKey> keys, CancellationToken cancellation = default)
    {
        RestRequest request = RestRequest.Get($"/v1/proofs?{string.Join('&', keys.Select(key => $"key={key}"))}");
        RecordsProof proof = await _transport.SendScaleAsync<RecordsProof>(request, cancellation);
        return proof.Proves([.. keys])
            ? proof
            : throw new CessException(ClientErrors.NotAuthentic, "The node's proof does not show the records that it gave.");
    }

    /// <summary>
    /// The receipt of a final transaction, with its events. That it is in the block is checked here; that the block is final, only with
    /// <see cref="CessClientOptions.Trust"/>.
    /// </summary>
    /// <exception cref="CessException">transactions.not_found.</exception>
    public async Task<Receipt> GetReceiptAsync(Hash256 transaction, CancellationToken cancellation = default)
    {
        if (_verified is not null)
            return (await _verified.GetReceiptAsync(transaction, cancellation)).Value;
        RestRequest request = RestRequest.Get($"/v1/transactions/{transaction}/proof");
        TransactionProof proof = await _transport.SendScaleAsync<TransactionProof>(request, cancellation);
        return proof.Transaction.Id == transaction && proof.IsOf(proof.Finality.Header)
            ? proof.Receipt
            : throw new CessException(ClientErrors.NotAuthentic, "The node's proof does not show the transaction that it was asked for.");
    }

    /// <summary>
    /// Final transactions that concern an account, the newest first, asked for page by page as they are read: stop when you have enough.
    /// Each says in <see cref="TransactionMessage.Role"/> what the account has to do with it, and what it received or paid. All of this
    /// is the node's word; <see cref="GetReceiptAsync"/> proves one.
    /// </summary>
    /// <param name="account">Any account.</param>
    /// <param name="role">What it has to do with them.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="CessException">node.unavailable: the node keeps no history, or has not opened it yet.</exception>
    public async IAsyncEnumerable<TransactionMessage> ListTransactionsAsync(
        AccountId account, AccountRole role = AccountRole.Any, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        string path = $"/v1/accounts/{account}/transactions?role={role.ToText()}&limit={WireLimits.HistoryPageMax}";
        string? next = null;
        do
        {
            RestRequest request = RestRequest.Get(next is null ? path : $"{path}&before={Uri.EscapeDataString(next)}");
            TransactionPage page = await _transport.SendAsync(request, WireJson.Default.TransactionPage, cancellation);
            foreach (TransactionMessage transaction in page.Transactions)
                yield return transaction;
            if (page.Next is not null && page.Next == next)
                throw new CessException(ClientErrors.BadAnswer, "The node's page leads to itself.");
            next = page.Next;
        }
        while (next is not null);
    }

    /// <summary>
    /// Final blocks as they come, each once and none left out, for as long as you read: see <see cref="WatchAsync"/>, but for subjects.
    /// </summary>
    /// <param name="from">Height of the first one; null for the one after the head that the node has when it is first reached.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>Blocks of ascending heights, without their transactions.</returns>
    /// <exception cref="CessException">As <see cref="WatchAsync"/>.</exception>
    public IAsyncEnumerable<BlockMessage> WatchBlocksAsync(ulong? from = null, CancellationToken cancellation = default) =>
        ChainFeed.Blocks.ReadAsync(_transport, from, cancellation);

    /// <summary>
    /// What final blocks change of an account, a file, a bucket or a miner, in the order in which it happens, each event once and none left
    /// out, for as long as you read. A lost connection is made again as <see cref="CessClientOptions.Attempts"/> says, counted anew once
    /// there was something new, and goes on within the block where the last one broke; so is one over which the node says nothing for
    /// <see cref="ClientLimits.FeedSilenceMax"/>. Nothing waits here: who reads slowly makes the node wait, and misses nothing. All of this is
    /// the node's word; <see cref="GetReceiptAsync"/> proves a transaction's events, <see cref="VerifiedChain.GetStartEventsAsync"/> those
    /// of the start of a block.
    /// </summary>
    /// <param name="subject">Whose events; one of which the chain knows nothing yet is waited for.</param>
    /// <param name="from">
    /// Height of the first block; null for the one after the head that the node has when it is first reached. One that is not final yet is
    /// waited for. Who stops at an event, and later goes on from its height, gets the events of that block again, for more may follow it.
    /// </param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>Events of heights that ascend or stay.</returns>
    /// <exception cref="CessException">
    /// blocks.gone: the node does not have blocks from there on any more. node.slow_down: it has as many listeners as it takes. Unreachable,
    /// Timeout: attempts are used up. BadAnswer: it does not keep to the protocol, or an event has more than
    /// <see cref="ClientLimits.FeedEventBytesMax"/>.
    /// </exception>
    public IAsyncEnumerable<EventMessage> WatchAsync(Subject subject, ulong? from = null, CancellationToken cancellation = default) =>
        ChainFeed.EventsOf(subject).ReadAsync(_transport, from, cancellation);

    /// <summary>
    /// Writes down a transaction of an account of several keys, with that account's next nonce. Have its members sign it, each for
    /// itself, and send it: <see cref="SendAsync"/>.
    /// </summary>
    /// <param name="policy">The account's keys, and how many have to sign.</param>
    /// <param name="call">What to do.</param>
    /// <param name="blocks">For how many blocks from now it is valid; nodes take it while at most 1,000,000 are left.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="CessException">accounts.not_found: nobody has sent the account a token yet.</exception>
    public async Task<MultisigTransaction> DraftAsync(
        MultisigPolicy policy, Call call, ulong blocks = ClientLimits.MultisigValidity, CancellationToken cancellation = default)
    {
        (UnsignedTransaction unsigned, _) = await _sender.PrepareAsync(policy.ToAccountId(), call, blocks, cancellation);
        return new MultisigTransaction(unsigned, policy);
    }

    /// <summary>Adds the signature of this client's key.</summary>
    /// <exception cref="CessException">NotAMember, OtherChain.</exception>
    public async Task<MultisigTransaction> SignAsync(MultisigTransaction transaction, CancellationToken cancellation = default) =>
        transaction.Unsigned.Genesis == await _sender.GenesisAsync(cancellation)
            ? transaction.Sign(_key)
            : throw new CessException(ClientErrors.OtherChain, "The transaction is for another chain than this node's.");

    /// <summary>Sends a transaction that as many members have signed as have to.</summary>
    /// <exception cref="CessException">SignaturesMissing; the ledger's or the pool's code.</exception>
    public Task<OutcomeMessage> SendAsync(MultisigTransaction transaction, CancellationToken cancellation = default) =>
        _sender.SubmitAsync(transaction.Assemble(), cancellation);
}

/// <summary>What became of a batch.</summary>
/// <param name="Outcome">Its transaction's.</param>
/// <param name="Failed">Calls that had no effect, in their order.</param>
public sealed record BatchOutcome(OutcomeMessage Outcome, ImmutableArray<FailedCall> Failed);
