using System.Buffers;
using System.Runtime.InteropServices;
using Cess.BlockStore;
using Cess.Ledger;
using Cess.Ledger.Blocks;
using Cess.Ledger.Modules.Chain;
using Cess.Ledger.State;
using Cess.Ledger.Transactions;
using Cess.Primitives;
using Microsoft.Extensions.Logging;
using Orleans.Concurrency;
using Orleans.Runtime;
using Orleans.Streams;

namespace Cess.Grains.Chain;

/// <summary>
/// Owns the pool, the states after blocks that are not final, and the block store. Executes in memory and, while final blocks are
/// being written, what comes next. Blocks that become final at the same time become durable with one sync. Only then are they
/// published and answered.
/// </summary>
[Reentrant]
public sealed partial class ChainGrain(
    LedgerHead head,
    CandidateBlocks candidates,
    IBlockStore store,
    PublicKeyCache keys,
    IParallelFor parallel,
    TimeProvider time,
    NodeIdentity node,
    VoteJournal journal,
    ConsensusOptions options,
    ICustody custody,
    ITransactionGossip gossip,
    INodeFault fault,
    ILogger<ChainGrain> log) : Grain, IChainGrain
{
    private readonly TransactionPool _pool = new(options.PoolTransactions, options.PoolTransactionsPerAccount, isOwn: custody.Holds);

    /// <summary>Transactions on their way into a final block, with who waits for that, if anybody does.</summary>
    private readonly Dictionary<Hash256, Waiter> _waiters = [];
    private readonly RecentRefusals _refusals = new(GrainLimits.RefusalsKept);
    private readonly ArrayBufferWriter<byte> _pooled = new();
    private readonly List<ReadOnlyMemory<byte>> _fresh = [];
    private readonly List<SignedTransaction> _displaced = [];
    private bool _hasFailed;

    /// <inheritdoc/>
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        this.RegisterGrainTimer(LookAfterIdleAsync, new GrainTimerCreationOptions
        {
            DueTime = GrainLimits.IdleBlockInterval,
            Period = GrainLimits.IdleBlockInterval,
            Interleave = true,
            KeepAlive = true,
        });
        _patience = this.RegisterGrainTimer(LosePatienceAsync, new GrainTimerCreationOptions
        {
            DueTime = Timeout.InfiniteTimeSpan,
            Period = Timeout.InfiniteTimeSpan,
            Interleave = true,
            KeepAlive = true,
        });
        return StartValidatorsAsync();
    }

    /// <summary>What is being written is not left to a store that closes.</summary>
    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) =>
        Task.WhenAll(_writing, _saving).WaitAsync(cancellationToken);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<TransactionOutcome>> SubmitVerifiedAsync(TransactionBatch batch)
    {
        var outcomes = new Task<TransactionOutcome>[batch.Transactions.Count];
        for (int i = 0; i < outcomes.Length; i++)
            outcomes[i] = Take(batch.Transactions[i], batch.Until);
        if (_fresh.Count > 0 && !batch.IsGossip)
            gossip.Spread([.. _fresh]);
        _fresh.Clear();
        Build();
        return await Task.WhenAll(outcomes);
    }

    /// <inheritdoc/>
    public Task<TransactionOutcome?> FindAsync(string id) => Task.FromResult(
        !Hash256.TryParse(id, out Hash256 hash) ? null
        : _waiters.TryGetValue(hash, out Waiter waiter) ? waiter.Height == 0 ? Outcomes.Pending(hash) : Outcomes.Included(hash, waiter.Height)
        : _refusals.Find(id));

    /// <inheritdoc/>
    public Task<ChainStatus> GetStatusAsync()
    {
        LedgerState state = head.Head;
        return Task.FromResult(new ChainStatus(
            state.Genesis.ToString(), state.Height, state.BlockHash.ToString(), (long)state.Header.TimeMs, _pool.Count,
            [.. node.Abstaining.Where(validator => !journal.IsWhole(validator, state.Genesis)).Select(validator => validator.ToString())]));
    }

    private Task<TransactionOutcome> Take(ReadOnlyMemory<byte> bytes, SubmissionGoal until)
    {
        if (_hasFailed)
            return Task.FromResult(Outcomes.Rejected("", TransactionErrors.Unavailable, "The node is stopping."));
        if (!SignedTransaction.TryDecode(bytes, out SignedTransaction? transaction, out LedgerError error))
            return Task.FromResult(Outcomes.Rejected("", error));
        if (_waiters.ContainsKey(transaction.Id))
            return Await(transaction.Id, until);
        PoolRefusal refusal = _pool.Add(transaction, _tip.Account(transaction.Unsigned.Account).Nonce, _displaced);
        foreach (SignedTransaction displaced in _displaced)
        {
            bool isReplaced = (displaced.Unsigned.Account, displaced.Unsigned.Nonce) == (transaction.Unsigned.Account, transaction.Unsigned.Nonce);
            Refuse(isReplaced
                ? Outcomes.Rejected(displaced.Id.ToString(), TransactionErrors.Replaced, "One with its nonce and a higher tip took its place.")
                : Outcomes.Displaced(displaced.Id));
        }

        _displaced.Clear();
        if (refusal != PoolRefusal.None)
            return Task.FromResult(Outcomes.Refused(transaction.Id, refusal));
        transaction.Id.WriteTo(_pooled.GetSpan(Hash256.Size));
        _pooled.Advance(Hash256.Size);
        _fresh.Add(bytes);
        _waiters.Add(transaction.Id, default);
        return Await(transaction.Id, until);
    }

    private Task<TransactionOutcome> Await(Hash256 id, SubmissionGoal until)
    {
        if (until == SubmissionGoal.Accepted)
            return Task.FromResult(Outcomes.Pending(id));
        ref Waiter waiter = ref CollectionsMarshal.GetValueRefOrAddDefault(_waiters, id, out _);
        waiter.Answer ??= new TaskCompletionSource<TransactionOutcome>(TaskCreationOptions.RunContinuationsAsynchronously);
        return waiter.Answer.Task;
    }

    private Task LookAfterIdleAsync(CancellationToken cancellation)
    {
        // Where no block is made, what waits depends on other nodes, and what was sent to them may be lost.
        bool makesNone = _order is null && time.GetElapsedTime(_ordered) >= GrainLimits.IdleBlockInterval;
        if (makesNone)
            PutBackCarried();
        foreach (SignedTransaction expired in _pool.DropExpired(_tip.Height + 1, _displaced))
            Refuse(Outcomes.Rejected(expired.Id.ToString(), ChainError.Expired));
        foreach (SignedTransaction displaced in _displaced)
            Refuse(Outcomes.Displaced(displaced.Id));
        _displaced.Clear();
        if (makesNone && _pool.ReadyCount > 0)
            gossip.Spread([.. _pool.Ready.Take(GrainLimits.TransactionsPerBatch).Select(transaction => transaction.Bytes)]);
        Build();
        return Task.CompletedTask;
    }

    private Task StartValidatorsAsync() =>
        Task.WhenAll(node.Validators.Select(validator => GrainFactory.GetGrain<IConsensusGrain>(validator.ToString()).StartAsync()));

    private void Answer(FinalBlock block)
    {
        foreach (Receipt receipt in block.Block.Receipts)
        {
            if (_waiters.Remove(receipt.TransactionId, out Waiter waiter))
                waiter.Answer?.SetResult(Outcomes.Of(receipt, block.Height));
        }
    }

    private void Refuse(TransactionOutcome outcome)
    {
        // One that nobody knows any more is final, by another's block.
        if (!_waiters.Remove(Hash256.Parse(outcome.Id), out Waiter waiter))
            return;
        _refusals.Add(outcome);
        waiter.Answer?.SetResult(outcome);
    }

    /// <summary>After a failed write nobody knows what is durable: nothing more may be answered until the store was opened again.</summary>
    private void Fail(string reason, Exception cause)
    {
        if (_hasFailed)
            return;
        _hasFailed = true;
        fault.Stop(reason, cause);
        foreach (Waiter waiter in _waiters.Values)
            waiter.Answer?.TrySetException(new InvalidOperationException("The node stops; whether the transaction is final shows after a restart."));
        _waiters.Clear();
    }

    private async Task AnnounceAsync()
    {
        if (_pooled.WrittenCount == 0)
            return;
        var pooled = new TransactionsPooled(_pooled.WrittenSpan.ToArray());
        _pooled.ResetWrittenCount();
        await PublishAsync(StreamNames.Transactions, pooled);
    }

    private async Task PublishAsync<T>(string stream, T hint)
    {
        try
        {
            await this.GetStreamProvider(StreamNames.Provider)
                .GetStream<T>(StreamId.Create(stream, StreamNames.ChainKey)).OnNextAsync(hint);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // A hint that is lost costs nothing but time: consumers catch up from the ledger.
            log.LogWarning(e, "A hint on {Stream} was lost", stream);
        }
    }

    /// <summary>A transaction on its way into a final block.</summary>
    private struct Waiter
    {
        /// <summary>Who waits for that; null for nobody.</summary>
        public TaskCompletionSource<TransactionOutcome>? Answer { get; set; }

        /// <summary>The block, not final yet, that holds it; 0 for none.</summary>
        public ulong Height { get; set; }
    }
}
