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
/// Sequences blocks, alone: takes transactions, executes a block in memory, signs it, and while it is being written executes the
/// next. Blocks that are executed at the same time become durable with one sync. Only then are they published and answered.
/// </summary>
[Reentrant]
public sealed class ConsensusGrain(
    LedgerHead head,
    IBlockStore store,
    ICustody custody,
    IParallelFor parallel,
    TimeProvider time,
    INodeFault fault,
    ILogger<ConsensusGrain> log) : Grain, IConsensusGrain
{
    private readonly TransactionPool _pool = new();
    /// <summary>Transactions on their way into a final block, with who waits for that, if anybody does.</summary>
    private readonly Dictionary<Hash256, TaskCompletionSource<TransactionOutcome>?> _waiters = [];
    private readonly RecentRefusals _refusals = new(GrainLimits.RefusalsKept);
    private readonly List<FinalBlock> _executed = [];
    private readonly ArrayBufferWriter<byte> _pooled = new();
    private List<SignedTransaction> _carried = [];
    private AccountId _self;
    private LedgerState _tip = head.Head;
    private Task _producing = Task.CompletedTask;
    private Task _writing = Task.CompletedTask;
    private Task _saving = Task.CompletedTask;
    private int _blocksUnsaved;
    private int _transactionsUnsaved;
    private int _inFlight;
    private bool _hasFailed;

    /// <inheritdoc/>
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _self = AccountId.Parse(this.GetPrimaryKeyString());
        if (_tip.Validators.Keys is not [var only] || only.ToAccountId() != _self)
            throw new InvalidOperationException($"{_self} is not the chain's only validator.");
        this.RegisterGrainTimer(MakeIdleBlockAsync, new GrainTimerCreationOptions
        {
            DueTime = GrainLimits.IdleBlockInterval,
            Period = GrainLimits.IdleBlockInterval,
            Interleave = true,
            KeepAlive = true,
        });
        return Task.CompletedTask;
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
        Produce();
        return await Task.WhenAll(outcomes);
    }

    /// <inheritdoc/>
    public Task<TransactionOutcome?> FindAsync(string id) => Task.FromResult(
        !Hash256.TryParse(id, out Hash256 hash) ? null
        : _waiters.ContainsKey(hash) ? Outcomes.Pending(hash)
        : _refusals.Find(id));

    /// <inheritdoc/>
    public Task<ChainStatus> GetStatusAsync()
    {
        LedgerState state = head.Head;
        return Task.FromResult(new ChainStatus(
            state.Genesis.ToString(), state.Height, state.BlockHash.ToString(), (long)state.Header.TimeMs, _pool.Count));
    }

    private Task<TransactionOutcome> Take(ReadOnlyMemory<byte> bytes, SubmissionGoal until)
    {
        if (_hasFailed)
            return Task.FromResult(Outcomes.Rejected("", TransactionErrors.Unavailable, "The node is stopping."));
        if (!SignedTransaction.TryDecode(bytes, out SignedTransaction? transaction, out LedgerError error))
            return Task.FromResult(Outcomes.Rejected("", error));
        if (_waiters.ContainsKey(transaction.Id))
            return Await(transaction.Id, until);
        PoolRefusal refusal = _pool.Add(transaction, _tip.Account(transaction.Unsigned.Account).Nonce, out SignedTransaction? replaced);
        if (refusal != PoolRefusal.None)
            return Task.FromResult(Outcomes.Refused(transaction.Id, refusal));
        if (replaced is not null)
            Refuse(Outcomes.Rejected(replaced.Id.ToString(), TransactionErrors.Replaced, "One with its nonce and a higher tip took its place."));
        transaction.Id.WriteTo(_pooled.GetSpan(Hash256.Size));
        _pooled.Advance(Hash256.Size);
        _waiters.Add(transaction.Id, null);
        return Await(transaction.Id, until);
    }

    private Task<TransactionOutcome> Await(Hash256 id, SubmissionGoal until)
    {
        if (until == SubmissionGoal.Accepted)
            return Task.FromResult(Outcomes.Pending(id));
        ref TaskCompletionSource<TransactionOutcome>? waiter = ref CollectionsMarshal.GetValueRefOrAddDefault(_waiters, id, out _);
        waiter ??= new TaskCompletionSource<TransactionOutcome>(TaskCreationOptions.RunContinuationsAsynchronously);
        return waiter.Task;
    }

    private void Produce()
    {
        if (_producing.IsCompleted)
            _producing = ProduceAsync();
    }

    private async Task ProduceAsync()
    {
        // Lets calls that are queued behind this one fill the block too.
        await Task.Yield();
        while (IsBlockDue())
        {
            List<SignedTransaction> carried = _carried;
            _carried = [];
            Execute([.. carried, .. _pool.Take(GrainLimits.BlockTransactions, GrainLimits.BlockBytes)]);
            await AnnounceAsync();
        }
    }

    /// <summary>
    /// Behind a block that is being written another one begins only when there is enough for it to be worth its fixed cost; what
    /// comes in the meantime shares the next block, which begins when that write ends.
    /// </summary>
    private bool IsBlockDue()
    {
        int waiting = _pool.ReadyCount + _carried.Count;
        int wanted = _inFlight == 0 ? 1 : GrainLimits.PipelinedTransactions;
        return waiting >= wanted && _inFlight < GrainLimits.BlocksInFlight && !_hasFailed;
    }

    private Task MakeIdleBlockAsync(CancellationToken cancellation)
    {
        foreach (SignedTransaction expired in _pool.DropExpired(_tip.Height + 1))
            Refuse(Outcomes.Rejected(expired.Id.ToString(), ChainError.Expired));
        long age = time.GetUtcNow().ToUnixTimeMilliseconds() - (long)_tip.Header.TimeMs;
        if (_producing.IsCompleted && _inFlight == 0 && !_hasFailed && age >= GrainLimits.IdleBlockInterval.TotalMilliseconds)
            Execute([]);
        return Task.CompletedTask;
    }

    private void Execute(List<SignedTransaction> transactions)
    {
        var context = new BlockContext((ulong)time.GetUtcNow().ToUnixTimeMilliseconds(), _self);
        ExecutedBlock executed = BlockExecutor.Execute(_tip, context, transactions, parallel);
        foreach (RejectedTransaction rejected in executed.Rejected)
        {
            if (MustWait(rejected))
                _carried.Add(rejected.Transaction);
            else
                Reject(rejected);
        }
        if (executed.Block.Transactions.IsEmpty && transactions.Count > 0)
            return;
        _executed.Add(new FinalBlock(executed, _tip));
        _tip = executed.State;
        _inFlight++;
        if (_writing.IsCompleted)
            _writing = WriteAsync();
    }

    /// <summary>What found no more room in this block, and what follows it in its account, is first in the next one.</summary>
    private bool MustWait(RejectedTransaction rejected) => rejected.Error == ChainError.BlockFull
        || (rejected.Error == ChainError.NonceAhead
            && _carried.Exists(carried => carried.Unsigned.Account == rejected.Transaction.Unsigned.Account));

    /// <summary>A transaction that may not be in a block leaves a gap that those behind it in its account can't cross.</summary>
    private void Reject(RejectedTransaction rejected)
    {
        Refuse(Outcomes.Rejected(rejected.Transaction.Id.ToString(), rejected.Error));
        foreach (SignedTransaction behind in _pool.Drop(rejected.Transaction.Unsigned.Account))
            Refuse(Outcomes.Rejected(behind.Id.ToString(), TransactionErrors.Dropped, "One before it in its account was rejected."));
    }

    private async Task WriteAsync()
    {
        try
        {
            while (_executed.Count > 0)
            {
                FinalBlock[] blocks = [.. _executed];
                _executed.Clear();
                await store.AppendAsync([.. blocks.Select(block => new BlockEntry(block.Height, Encode(block)))]);
                head.Publish(blocks);
                _inFlight -= blocks.Length;
                foreach (FinalBlock block in blocks)
                    Answer(block);
                await PublishAsync(StreamNames.Blocks, new BlocksFinalised(blocks[0].Height, blocks[^1].Height));
                SaveSnapshot(blocks);
                Produce();
            }
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            Fail(e);
        }
    }

    private byte[] Encode(FinalBlock block)
    {
        LedgerState state = block.Block.State;
        const ulong iteration = 0;
        Signature vote = custody.Sign(_self, Certificate.VoteDigest(state.Genesis, state.BlockHash, iteration));
        var certificate = new Certificate(state.BlockHash, iteration, [new CertificateVote(0, vote)]);
        return Scale.Encode(block.Block.ToRecord(certificate));
    }

    /// <summary>Saves beside the blocks that follow. What falls due while one is being saved is saved after the blocks that come then.</summary>
    private void SaveSnapshot(FinalBlock[] blocks)
    {
        _blocksUnsaved += blocks.Length;
        _transactionsUnsaved += blocks.Sum(block => block.Block.Block.Transactions.Length);
        bool isDue = _blocksUnsaved >= GrainLimits.BlocksPerSnapshot || _transactionsUnsaved >= GrainLimits.TransactionsPerSnapshot;
        if (!isDue || !_saving.IsCompleted)
            return;
        (_blocksUnsaved, _transactionsUnsaved) = (0, 0);
        _saving = SaveSnapshotAsync(blocks[^1]);
    }

    private async Task SaveSnapshotAsync(FinalBlock due)
    {
        try
        {
            await store.SaveSnapshotAsync(due.Height, (stream, cancellation) => StateSnapshot.WriteAsync(due.Block.State, stream, cancellation));
        }
        catch (BlockStoreException e) when (e.Error == BlockStoreError.Full)
        {
            log.LogWarning(e, "No room for the snapshot of height {Height}; restarts take longer", due.Height);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            Fail(e);
        }
    }

    private void Answer(FinalBlock block)
    {
        foreach (Receipt receipt in block.Block.Receipts)
        {
            if (_waiters.Remove(receipt.TransactionId, out TaskCompletionSource<TransactionOutcome>? waiter) && waiter is not null)
                waiter.SetResult(Outcomes.Of(receipt, block.Height));
        }
    }

    private void Refuse(TransactionOutcome outcome)
    {
        _refusals.Add(outcome);
        if (_waiters.Remove(Hash256.Parse(outcome.Id), out TaskCompletionSource<TransactionOutcome>? waiter))
            waiter?.SetResult(outcome);
    }

    /// <summary>After a failed write nobody knows what is durable: nothing more may be answered until the store was opened again.</summary>
    private void Fail(Exception cause)
    {
        _hasFailed = true;
        fault.Stop($"The block store failed: {cause.Message}", cause);
        foreach (TaskCompletionSource<TransactionOutcome>? waiter in _waiters.Values)
            waiter?.TrySetException(new InvalidOperationException("The block store failed; whether the transaction is final shows after a restart."));
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
}
