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

    /// <summary>Another transaction of that account and nonce waits.</summary>
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
    private readonly Queue<SignedTransaction> _ready = new();
    private long _bytes;

    /// <summary>Transactions that wait, ready or not.</summary>
    public int Count { get; private set; }

    /// <summary>Transactions that a block could hold now.</summary>
    public int ReadyCount => _ready.Count;

    /// <summary>Takes a transaction in.</summary>
    /// <param name="transaction">Decoded and verified.</param>
    /// <param name="nextNonce">The nonce that the chain expects of its account next.</param>
    public PoolRefusal Add(SignedTransaction transaction, ulong nextNonce)
    {
        AccountId account = transaction.Unsigned.Account;
        ulong nonce = transaction.Unsigned.Nonce;
        if (!_lanes.TryGetValue(account, out Lane? lane))
            lane = new Lane(nextNonce);
        if (nonce < lane.Next)
            return PoolRefusal.StaleNonce;
        if (lane.Waiting.TryGetValue(nonce, out SignedTransaction? other))
            return other.Id == transaction.Id ? PoolRefusal.Known : PoolRefusal.NonceTaken;
        if (lane.Count >= GrainLimits.PoolTransactionsPerAccount)
            return PoolRefusal.AccountFull;
        if (Count >= GrainLimits.PoolTransactions || _bytes + transaction.Bytes.Length > GrainLimits.PoolBytes)
            return PoolRefusal.Full;

        _lanes[account] = lane;
        lane.Count++;
        Count++;
        _bytes += transaction.Bytes.Length;
        lane.Waiting.Add(nonce, transaction);
        while (lane.Waiting.Remove(lane.Next, out SignedTransaction? next))
        {
            _ready.Enqueue(next);
            lane.Next++;
        }
        return PoolRefusal.None;
    }

    /// <summary>Takes out what the next block may hold: in order, at most so many and so many bytes, but at least one.</summary>
    public List<SignedTransaction> Take(int countMax, int bytesMax)
    {
        var taken = new List<SignedTransaction>(Math.Min(countMax, _ready.Count));
        long bytes = 0;
        while (taken.Count < countMax && _ready.TryPeek(out SignedTransaction? next))
        {
            if (taken.Count > 0 && bytes + next.Bytes.Length > bytesMax)
                break;
            bytes += next.Bytes.Length;
            taken.Add(_ready.Dequeue());
            Forget(next);
        }
        return taken;
    }

    /// <summary>
    /// Takes out all of an account, because one of its transactions turned out invalid and the nonces behind it can't follow.
    /// </summary>
    public List<SignedTransaction> Drop(AccountId account)
    {
        if (!_lanes.Remove(account, out Lane? lane))
            return [];
        List<SignedTransaction> dropped = [.. lane.Waiting.Values];
        int ready = _ready.Count;
        for (int i = 0; i < ready; i++)
        {
            SignedTransaction transaction = _ready.Dequeue();
            if (transaction.Unsigned.Account == account)
                dropped.Add(transaction);
            else
                _ready.Enqueue(transaction);
        }
        foreach (SignedTransaction transaction in dropped)
        {
            Count--;
            _bytes -= transaction.Bytes.Length;
        }
        return dropped;
    }

    /// <summary>Takes out what waits for a nonce that did not come and is no longer valid at a height.</summary>
    public List<SignedTransaction> DropExpired(ulong height)
    {
        List<SignedTransaction> expired =
            [.. _lanes.Values.SelectMany(lane => lane.Waiting.Values).Where(t => t.Unsigned.ValidUntil < height)];
        foreach (SignedTransaction transaction in expired)
        {
            _lanes[transaction.Unsigned.Account].Waiting.Remove(transaction.Unsigned.Nonce);
            Forget(transaction);
        }
        return expired;
    }

    private void Forget(SignedTransaction transaction)
    {
        Count--;
        _bytes -= transaction.Bytes.Length;
        AccountId account = transaction.Unsigned.Account;
        if (_lanes.TryGetValue(account, out Lane? lane) && --lane.Count == 0)
            _lanes.Remove(account);
    }

    /// <summary>Transactions of one account: those up to <see cref="Next"/> are ready, the others wait for a gap to close.</summary>
    private sealed class Lane(ulong next)
    {
        public ulong Next { get; set; } = next;

        public int Count { get; set; }

        public SortedDictionary<ulong, SignedTransaction> Waiting { get; } = [];
    }
}
