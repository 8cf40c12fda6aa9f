using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Cess.Ledger;
using Cess.Ledger.Blocks;
using Cess.Ledger.Modules.Chain;
using Cess.Ledger.Transactions;
using Cess.Primitives;

namespace Cess.Grains.Chain;

/// <content>Blocks that are not final: those that this silo's validators propose, and those that they vote on.</content>
public sealed partial class ChainGrain
{
    private List<SignedTransaction> _carried = [];

    /// <summary>The newest state, final or not: what the nonces in the pool follow.</summary>
    private LedgerState _tip = head.Head;
    private BlockOrder? _order;
    private IGrainTimer _patience = null!;
    private Task _building = Task.CompletedTask;
    private long _built;
    private long _ordered;

    /// <inheritdoc/>
    public Task OrderAsync(BlockOrder order)
    {
        _order = order;
        _ordered = time.GetTimestamp();
        _patience.Change(order.Patience ?? Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        Build();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<BlockCheck> CheckAsync(BlockName block)
    {
        var hash = Hash256.FromBytes(block.Hash.Span);
        if (candidates.Find(hash) is not { } candidate || StateAfter(candidate.Header.Parent) is not { } parent)
            return Task.FromResult(BlockCheck.Unwelcome);
        if (candidates.FindExecuted(hash) is null && ExecuteOther(parent, candidate) is not null)
            return Task.FromResult(BlockCheck.Invalid);
        long ahead = (long)candidate.Header.TimeMs - Now();
        return Task.FromResult(ahead > GrainLimits.ClockTolerance.TotalMilliseconds ? BlockCheck.Unwelcome : BlockCheck.Valid);
    }

    private LedgerState? StateAfter(Hash256 hash) =>
        hash == _final.BlockHash ? _final : candidates.FindExecuted(hash)?.Block.State;

    private void Build()
    {
        if (_order is not null && _building.IsCompleted)
            _building = BuildOrderedAsync();
    }

    private async Task BuildOrderedAsync()
    {
        // Lets calls that are queued behind this one fill the block too.
        await Task.Yield();
        await PaceAsync();
        while (_order is { } order && IsBlockDue(order.IsAlone))
        {
            // What is final may have gone past the order's parent; the validator learns that by itself.
            if (StateAfter(Hash256.FromBytes(order.Parent.Span)) is not { } parent)
                return;
            if (Execute(order, parent, out bool mustWait) is { } hash)
                await AnswerAsync(order, hash.ToArray());
            else if (mustWait || _pool.ReadyCount == 0)
            {
                // Trying the same again at once would give the same.
                return;
            }
            await AnnounceAsync();
        }
    }

    /// <summary>
    /// Each block costs several validators a round of signatures and syncs, so under load it waits for more to share that cost. After
    /// a pause there is no wait.
    /// </summary>
    private async Task PaceAsync()
    {
        TimeSpan left = GrainLimits.BlockInterval - time.GetElapsedTime(_built);
        if (_order is { IsAlone: false } && _pool.ReadyCount < GrainLimits.PacedTransactions && left > TimeSpan.Zero)
            await Task.Delay(left, time);
    }

    private async Task AnswerAsync(BlockOrder order, ReadOnlyMemory<byte> hash)
    {
        if (_order != order)
            return;
        _order = null;
        await GrainFactory.GetGrain<IConsensusGrain>(order.Proposer).BlockBuiltAsync(new BuiltBlock(order.Iteration, hash));
    }

    private Task LosePatienceAsync(CancellationToken cancellation) =>
        _order is { } order ? AnswerAsync(order, default) : Task.CompletedTask;

    /// <summary>
    /// Who is alone begins another block behind one that is being written only when there is enough for it to be worth its fixed
    /// cost; what comes in the meantime shares the next block, which begins when that write ends.
    /// </summary>
    private bool IsBlockDue(bool isAlone)
    {
        if (_hasFailed || _appending.Count >= GrainLimits.BlocksInFlight)
            return false;
        int wanted = isAlone && _appending.Count > 0 ? GrainLimits.PipelinedTransactions : 1;
        return _pool.ReadyCount + _carried.Count >= wanted || (_appending.Count == 0 && IsIdle());
    }

    private bool IsIdle() => Now() - (long)_tip.Header.TimeMs >= GrainLimits.IdleBlockInterval.TotalMilliseconds;

    private long Now() => time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Builds on the order's parent; null if nothing of what waited may be in a block.</summary>
    private Hash256? Execute(BlockOrder order, LedgerState parent, out bool mustWait)
    {
        mustWait = false;
        AccountId proposer = AccountId.Parse(order.Proposer);
        // What was built for an iteration that passed is as good for this one.
        if (candidates.FindExecuted(parent.BlockHash, proposer) is { } built)
            return built.Block.State.BlockHash;

        List<SignedTransaction> transactions = [.. _carried, .. _pool.Take(GrainLimits.BlockTransactions, GrainLimits.BlockBytes)];
        _carried = [];
        ExecutedBlock executed = BlockExecutor.Execute(parent, new BlockContext((ulong)Now(), proposer), transactions, parallel);
        List<SignedTransaction> ahead = [];
        HashSet<AccountId> held = [];
        HashSet<Hash256>? underWay = null;
        foreach (RejectedTransaction rejected in executed.Rejected)
        {
            AccountId account = rejected.Transaction.Unsigned.Account;
            if (IsFirstInNext(rejected))
                _carried.Add(rejected.Transaction);
            else if (rejected.Error == ChainError.NonceAhead && held.Contains(account) && custody.Holds(account))
                Refuse(Outcomes.Behind(rejected.Transaction.Id));
            else if (rejected.Error == ChainError.NonceAhead)
                ahead.Add(rejected.Transaction);
            else if (rejected.Error != ChainError.NonceUsed)
                Reject(rejected, held);
            else if (!(underWay ??= FindUnderWay()).Contains(rejected.Transaction.Id))
                Refuse(Outcomes.Rejected(rejected.Transaction.Id.ToString(), rejected.Error));
        }

        // Where this block follows the newest one, what is ahead waits for its nonce from now on, and what is ready by then is something else.
        mustWait = _carried.Count > 0 || (ahead.Count > 0 && parent.BlockHash != _tip.BlockHash);
        Hash256? hash = null;
        if (!executed.Block.Transactions.IsEmpty || transactions.Count == 0 || IsIdle())
        {
            Keep(new FinalBlock(executed, parent));
            _tip = executed.State;
            _built = time.GetTimestamp();
            hash = executed.State.BlockHash;
        }

        // A nonce is missing because its transaction was refused; among several validators perhaps because it is in a block that this one
        // does not follow, or is yet to come.
        held.UnionWith(ahead.Select(transaction => transaction.Unsigned.Account));
        if (held.Count > 0)
            PutBack(ahead, "One before it in its account is missing, and there is no room for it to wait.", held);
        return hash;
    }

    /// <summary>What found no more room in this block, and what follows it in its account, is first in the next one.</summary>
    private bool IsFirstInNext(RejectedTransaction rejected) => rejected.Error == ChainError.BlockFull
        || (rejected.Error == ChainError.NonceAhead
            && _carried.Exists(carried => carried.Unsigned.Account == rejected.Transaction.Unsigned.Account));

    /// <summary>
    /// A transaction that may not be in a block leaves a gap that those behind it in its account can't cross. They wait for another with its
    /// nonce, but not those that this node makes itself: it gives them other nonces at once.
    /// </summary>
    private void Reject(RejectedTransaction rejected, HashSet<AccountId> held)
    {
        AccountId account = rejected.Transaction.Unsigned.Account;
        held.Add(account);
        Refuse(Outcomes.Rejected(rejected.Transaction.Id.ToString(), rejected.Error));
        if (!custody.Holds(account))
            return;
        foreach (SignedTransaction behind in _pool.Drop(account))
            Refuse(Outcomes.Behind(behind.Id));
    }

    /// <summary>Transactions in blocks that are not durable yet, or not final.</summary>
    private HashSet<Hash256> FindUnderWay() =>
    [
        .. candidates.Executed.Concat(_appending.Select(entry => entry.Block))
            .SelectMany(block => block.Block.Block.Transactions, (_, transaction) => transaction.Id),
    ];

    /// <summary>Executes a block that somebody else has made, and keeps it; gives the rule that it breaks, or null.</summary>
    private LedgerError? ExecuteOther(LedgerState parent, Block block)
    {
        Dictionary<Hash256, SignedTransaction>? executedBefore = null;
        LedgerError? error = BlockSignatures.Verify(parent, block, IsVerified, keys, parallel);
        ExecutedBlock? executed = null;
        error ??= BlockExecutor.Verify(parent, block, out executed, parallel);
        if (error is not null)
            return error;
        Keep(new FinalBlock(executed!, parent));
        if (executed!.State.Height > _tip.Height)
            _tip = executed.State;
        foreach (SignedTransaction displaced in _pool.Claim(block.Transactions))
            Refuse(Outcomes.Rejected(displaced.Id.ToString(), TransactionErrors.NonceUsed, "Another transaction with its nonce is in a block."));
        return null;

        bool IsVerified(SignedTransaction transaction) => _pool.Find(transaction) is not null
            || ((executedBefore ??= FindExecutedBeside(block)).TryGetValue(transaction.Id, out SignedTransaction? same) && same.Equals(transaction));
    }

    /// <summary>Transactions of blocks that were executed, and in whose place another one may come, with them.</summary>
    private Dictionary<Hash256, SignedTransaction> FindExecutedBeside(Block block)
    {
        Dictionary<Hash256, SignedTransaction> found = [];
        foreach (FinalBlock executed in candidates.Executed.Where(executed => executed.Height + 1 >= block.Header.Height))
        {
            foreach (SignedTransaction transaction in executed.Block.Block.Transactions)
                found[transaction.Id] = transaction;
        }
        return found;
    }

    /// <summary>What was to be first in a block of this node's, which is not asked for one any more.</summary>
    private void PutBackCarried()
    {
        if (_carried.Count == 0)
            return;
        PutBack(_carried, "It was for a block that this node does not make any more, and there is no room for it to wait again.");
        _carried = [];
    }

    private void Keep(FinalBlock executed)
    {
        candidates.Add(executed);
        TellIncluded(executed.Block.Block.Transactions, executed.Height);
    }

    /// <summary>Whoever asks for these transactions is told that they are in a block of this height; 0 for none.</summary>
    private void TellIncluded(IEnumerable<SignedTransaction> transactions, ulong height)
    {
        foreach (SignedTransaction transaction in transactions)
        {
            ref Waiter waiter = ref CollectionsMarshal.GetValueRefOrNullRef(_waiters, transaction.Id);
            if (!Unsafe.IsNullRef(ref waiter))
                waiter.Height = height;
        }
    }

    private void PutBack(IReadOnlyCollection<SignedTransaction> transactions, string whyRefused, IReadOnlySet<AccountId>? only = null)
    {
        foreach (SignedTransaction refused in _pool.Return(transactions, account => _tip.Account(account).Nonce, only))
            Refuse(Outcomes.Rejected(refused.Id.ToString(), TransactionErrors.Dropped, whyRefused));
    }

    /// <summary>What was in blocks that will not be final waits for a block again.</summary>
    private void Recover(IReadOnlyList<FinalBlock> dead)
    {
        if (dead.Count == 0)
            return;
        FinalBlock? newest = candidates.Executed.MaxBy(block => block.Height);
        _tip = newest?.Block.State ?? _final;
        foreach (FinalBlock block in dead)
            TellIncluded(block.Block.Block.Transactions, 0);
        foreach (FinalBlock block in candidates.Executed.Concat(_appending.Select(entry => entry.Block)))
            TellIncluded(block.Block.Block.Transactions, block.Height);
        HashSet<Hash256> underWay = FindUnderWay();
        List<SignedTransaction> lost =
        [
            .. dead.SelectMany(block => block.Block.Block.Transactions)
                .Where(transaction => _waiters.ContainsKey(transaction.Id) && !underWay.Contains(transaction.Id)),
        ];
        PutBack(lost, "Its block was not made final, and there is no room for it to wait again.");
    }
}
