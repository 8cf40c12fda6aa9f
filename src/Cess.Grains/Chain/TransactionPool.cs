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
internal sealed class TransactionPool
{
    private readonly Dictionary<AccountId, Lane> _lanes = [];
    private readonly Queue<(AccountId Account, ulong Nonce)> _ready = new();
    private long _bytes;

    /// <summary>Transactions that wait, ready or not.</summary>
    public int Count { get; private set; }

    /// <summary>Transactions that a block could hold now.</summary>
    public int ReadyCount => _ready.Count;

    /// <summary>Takes a transaction in.</summary>
    /// <param name="transaction">Decoded and verified.</param>
    /// <param name="nextNonce">The nonce that the chain expects of its account next.</param>
    /// <param name="replaced">The transaction whose place it took, by a tip that is higher by a tenth at least; null for none.</param>
    public PoolRefusal Add(SignedTransaction transaction, ulong nextNonce, out SignedTransaction? replaced)
    {
        replaced = null;
        AccountId account = transaction.Unsigned.Account;
        ulong nonce = transaction.Unsigned.Nonce;
        if (!_lanes.TryGetValue(account, out Lane? lane))
            lane = new Lane(nextNonce);
        if (lane.Waiting.TryGetValue(nonce, out SignedTransaction? other))
            return Replace(lane, transaction, other, ref replaced);
        if (nonce < lane.Next)
            return PoolRefusal.StaleNonce;
        if (lane.Waiting.Count >= GrainLimits.PoolTransactionsPerAccount)
            return PoolRefusal.AccountFull;
        if (Count >= GrainLimits.PoolTransactions || _bytes + transaction.Bytes.Length > GrainLimits.PoolBytes)
            return PoolRefusal.Full;

        _lanes[account] = lane;
        Count++;
        _bytes += transaction.Bytes.Length;
        lane.Waiting.Add(nonce, transaction);
        while (lane.Waiting.ContainsKey(lane.Next))
            _ready.Enqueue((account, lane.Next++));
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
        for (int left = _ready.Count; left > 0; left--)
        {
            (AccountId Account, ulong Nonce) next = _ready.Dequeue();
            if (next.Account != account)
                _ready.Enqueue(next);
        }
        List<SignedTransaction> dropped = [.. lane.Waiting.Values];
        dropped.ForEach(Remove);
        return dropped;
    }

    /// <summary>Takes out what waits for a nonce that did not come and is no longer valid at a height.</summary>
    public List<SignedTransaction> DropExpired(ulong height)
    {
        List<SignedTransaction> expired =
        [
            .. _lanes.Values.SelectMany(lane => lane.Waiting.Values.Where(
                transaction => transaction.Unsigned.Nonce >= lane.Next && transaction.Unsigned.ValidUntil < height)),
        ];
        expired.ForEach(Remove);
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
    }
}
