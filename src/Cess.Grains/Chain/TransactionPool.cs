using Cess.Ledger.Transactions;
using Cess.Primitives;

namespace Cess.Grains.Chain;

/// <summary>Why a transaction was not taken into the pool; 0 when it was.</summary>
internal enum PoolRefusal
{
    None = 0,

    /// <summary>It waits in the pool already.</summary>
    Known,

    /// <summary>Its nonce is used up.</summary>
    StaleNonce,

    /// <summary>Another transaction of that account and nonce waits, and this one's tip is not high enough to take its place.</summary>
    NonceTaken,

    /// <summary>The account has as many waiting as it may have.</summary>
    AccountFull,

    /// <summary>The pool has as many, or as many bytes, as it may have.</summary>
    Full,
}

/// <summary>
/// Verified transactions that wait for a block: each account's by nonce, accounts in the order in which their next
/// transaction came. Bounded; a plain value owner, called from one grain only.
/// </summary>
/// <param name="transactionsMax">Transactions that may wait.</param>
/// <param name="perAccountMax">How many of them may be of one account.</param>
internal sealed class TransactionPool(
    int transactionsMax = GrainLimits.PoolTransactions, int perAccountMax = GrainLimits.PoolTransactionsPerAccount)
{
    private readonly Dictionary<AccountId, Lane> _lanes = [];
    private readonly Queue<(AccountId Account, ulong Nonce)> _ready = new();
    private long _bytes;

    /// <summary>Transactions that wait, ready or not.</summary>
    public int Count { get; private set; }

    /// <summary>Transactions that a block could hold now.</summary>
    public int ReadyCount => _ready.Count;

    /// <summary>These, the oldest first.</summary>
    public IEnumerable<SignedTransaction> Ready => _ready.Select(next => _lanes[next.Account].Waiting[next.Nonce]);

    /// <summary>Takes a transaction in.</summary>
    /// <param name="transaction">Decoded and verified.</param>
    /// <param name="nextNonce">The nonce that the chain expects of its account next.</param>
    /// <param name="displaced">
    /// The transaction whose place it took: one of its nonce, by a tip that is higher by a tenth at least, or, where there is no room, the last of
    /// those in its account that wait for this one's nonce. Null for none.
    /// </param>
    public PoolRefusal Add(SignedTransaction transaction, ulong nextNonce, out SignedTransaction? displaced)
    {
        displaced = null;
        AccountId account = transaction.Unsigned.Account;
        ulong nonce = transaction.Unsigned.Nonce;
        if (!_lanes.TryGetValue(account, out Lane? lane))
            lane = new Lane(nextNonce);
        if (lane.Waiting.TryGetValue(nonce, out SignedTransaction? other))
            return Replace(lane, transaction, other, ref displaced);
        if (nonce < lane.Next)
            return PoolRefusal.StaleNonce;
        bool isLaneFull = lane.Waiting.Count >= perAccountMax;
        SignedTransaction? last = nonce == lane.Next && (isLaneFull || Count >= transactionsMax) ? lane.Last : null;
        if (isLaneFull && last is null)
            return PoolRefusal.AccountFull;
        if ((Count >= transactionsMax && last is null) || _bytes + transaction.Bytes.Length > GrainLimits.PoolBytes)
            return PoolRefusal.Full;

        if (last is not null)
            Remove(displaced = last);
        _lanes[account] = lane;
        Count++;
        _bytes += transaction.Bytes.Length;
        lane.Waiting.Add(nonce, transaction);
        Advance(account, lane, lane.Next);
        return PoolRefusal.None;
    }

    /// <summary>Takes out what the next block may hold: in order, at most so many and so many bytes, but at least one.</summary>
    public List<SignedTransaction> Take(int countMax, int bytesMax)
    {
        var taken = new List<SignedTransaction>(Math.Min(countMax, _ready.Count));
        long bytes = 0;
        while (taken.Count < countMax && _ready.TryPeek(out (AccountId Account, ulong Nonce) next))
        {
            SignedTransaction transaction = _lanes[next.Account].Waiting[next.Nonce];
            if (taken.Count > 0 && bytes + transaction.Bytes.Length > bytesMax)
                break;
            bytes += transaction.Bytes.Length;
            taken.Add(transaction);
            _ready.Dequeue();
            Remove(transaction);
        }
        return taken;
    }

    /// <summary>
    /// Takes out all of an account, because one of its transactions turned out invalid and the nonces behind it can't follow.
    /// </summary>
    public List<SignedTransaction> Drop(AccountId account)
    {
        if (!_lanes.TryGetValue(account, out Lane? lane))
            return [];
        KeepReady((other, _) => other != account);
        List<SignedTransaction> dropped = [.. lane.Waiting.Values];
        dropped.ForEach(Remove);
        return dropped;
    }

    /// <summary>The very transaction, if it waits; null if none of its account and nonce does, or one of other bytes.</summary>
    public SignedTransaction? Find(SignedTransaction transaction) =>
        _lanes.TryGetValue(transaction.Unsigned.Account, out Lane? lane)
        && lane.Waiting.TryGetValue(transaction.Unsigned.Nonce, out SignedTransaction? waiting)
        && waiting.Bytes.Span.SequenceEqual(transaction.Bytes.Span)
            ? waiting
            : null;

    /// <summary>Takes out what somebody else's block has, and gives back others that its nonces leave no place for.</summary>
    public List<SignedTransaction> Claim(IReadOnlyList<SignedTransaction> block)
    {
        List<SignedTransaction> displaced = [];
        if (Count == 0)
            return displaced;
        foreach (SignedTransaction transaction in block)
        {
            UnsignedTransaction claimed = transaction.Unsigned;
            if (!_lanes.TryGetValue(claimed.Account, out Lane? lane))
                continue;
            if (lane.Waiting.TryGetValue(claimed.Nonce, out SignedTransaction? waiting))
            {
                Remove(waiting);
                if (waiting.Id != transaction.Id)
                    displaced.Add(waiting);
            }
            if (lane.Next <= claimed.Nonce)
                Advance(claimed.Account, lane, claimed.Nonce + 1);
        }
        KeepReady((account, nonce) => _lanes.TryGetValue(account, out Lane? lane) && lane.Waiting.ContainsKey(nonce));
        return displaced;
    }

    /// <summary>
    /// Puts back what was in blocks that will not be final, and orders everything anew: those of an account that follow its nonce
    /// are ready.
    /// </summary>
    /// <param name="transactions">What comes back.</param>
    /// <param name="nextNonce">The nonce that is expected of an account next.</param>
    /// <returns>What is used up by now, finds no room, or has to give its place to what comes back.</returns>
    public List<SignedTransaction> Return(IEnumerable<SignedTransaction> transactions, Func<AccountId, ulong> nextNonce)
    {
        _ready.Clear();
        foreach ((AccountId account, Lane lane) in _lanes)
            lane.Next = nextNonce(account);
        List<SignedTransaction> refused =
            [.. _lanes.Values.SelectMany(lane => lane.Waiting.Values.Where(waiting => waiting.Unsigned.Nonce < lane.Next))];
        refused.ForEach(Remove);
        foreach (SignedTransaction transaction in transactions)
        {
            if (Add(transaction, nextNonce(transaction.Unsigned.Account), out SignedTransaction? displaced) is not (PoolRefusal.None or PoolRefusal.Known))
                refused.Add(transaction);
            else if (displaced is not null)
                refused.Add(displaced);
        }

        foreach ((AccountId account, Lane lane) in _lanes)
            Advance(account, lane, lane.Next);
        return refused;
    }

    /// <summary>Takes out what is no longer valid at a height. What follows it in its account waits for another with its nonce.</summary>
    public List<SignedTransaction> DropExpired(ulong height)
    {
        List<SignedTransaction> expired = [.. _lanes.Values.SelectMany(lane => lane.Waiting.Values.Where(waiting => waiting.Unsigned.ValidUntil < height))];
        if (expired.Count == 0)
            return expired;
        foreach (SignedTransaction transaction in expired)
        {
            Lane lane = _lanes[transaction.Unsigned.Account];
            lane.Next = Math.Min(lane.Next, transaction.Unsigned.Nonce);
            Remove(transaction);
        }
        KeepReady((account, nonce) => _lanes.TryGetValue(account, out Lane? lane) && nonce < lane.Next);
        return expired;
    }

    private PoolRefusal Replace(Lane lane, SignedTransaction transaction, SignedTransaction other, ref SignedTransaction? replaced)
    {
        if (other.Id == transaction.Id)
            return PoolRefusal.Known;
        Balance tip = other.Unsigned.Tip;
        if (transaction.Unsigned.Tip <= tip
            || !tip.TryAdd(new Balance(tip.Units / GrainLimits.ReplacementTipPart), out Balance wanted)
            || transaction.Unsigned.Tip < wanted)
        {
            return PoolRefusal.NonceTaken;
        }
        int growth = transaction.Bytes.Length - other.Bytes.Length;
        if (_bytes + growth > GrainLimits.PoolBytes)
            return PoolRefusal.Full;
        _bytes += growth;
        lane.Waiting[transaction.Unsigned.Nonce] = transaction;
        replaced = other;
        return PoolRefusal.None;
    }

    /// <summary>What follows without a gap from this nonce on is ready.</summary>
    private void Advance(AccountId account, Lane lane, ulong next)
    {
        lane.Next = next;
        while (lane.Waiting.ContainsKey(lane.Next))
            _ready.Enqueue((account, lane.Next++));
    }

    private void KeepReady(Func<AccountId, ulong, bool> isKept)
    {
        for (int left = _ready.Count; left > 0; left--)
        {
            (AccountId Account, ulong Nonce) next = _ready.Dequeue();
            if (isKept(next.Account, next.Nonce))
                _ready.Enqueue(next);
        }
    }

    private void Remove(SignedTransaction transaction)
    {
        Count--;
        _bytes -= transaction.Bytes.Length;
        AccountId account = transaction.Unsigned.Account;
        Lane lane = _lanes[account];
        lane.Waiting.Remove(transaction.Unsigned.Nonce);
        if (lane.Waiting.Count == 0)
            _lanes.Remove(account);
    }

    /// <summary>Transactions of one account: those before <see cref="Next"/> are ready, the others wait for a gap to close.</summary>
    private sealed class Lane(ulong next)
    {
        public ulong Next { get; set; } = next;

        public Dictionary<ulong, SignedTransaction> Waiting { get; } = [];

        /// <summary>That with the highest nonce, if a gap is before it.</summary>
        public SignedTransaction? Last => Waiting.Count > 0 && Waiting.Keys.Max() is var nonce && nonce > Next ? Waiting[nonce] : null;
    }
}
