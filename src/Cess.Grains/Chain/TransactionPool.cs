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

    /// <summary>The account has as many waiting, or waiting behind a missing nonce, as it may have.</summary>
    AccountFull,

    /// <summary>The pool has as many, or as many bytes, as it may have.</summary>
    Full,
}

/// <summary>
/// Verified transactions that wait for a block: each account's by nonce, accounts in the order in which their next
/// transaction came. What waits behind a missing nonce has a part of the pool at most, and gives its place to what does not: the
/// account that has most of it loses its last. Bounded; a plain value owner, called from one grain only.
/// </summary>
/// <param name="transactionsMax">Transactions that may wait, if none is longer than an equal part of the pool's bytes; else fewer.</param>
/// <param name="perAccountMax">How many of them may be of one account.</param>
/// <param name="gapPart">Such a part of the pool, and of an account's share, may wait behind missing nonces.</param>
/// <param name="isOwn">Whether an account is this node's, for which it keeps room in a pool that is full for others; null for none.</param>
internal sealed class TransactionPool(
    int transactionsMax = GrainLimits.PoolTransactions,
    int perAccountMax = GrainLimits.PoolTransactionsPerAccount,
    int gapPart = GrainLimits.PoolGapPart,
    Func<AccountId, bool>? isOwn = null)
{
    private readonly Dictionary<AccountId, Lane> _lanes = [];
    private readonly Queue<(AccountId Account, ulong Nonce)> _ready = new();

    /// <summary>Accounts that have something behind a gap, by how much room that takes.</summary>
    private readonly SortedSet<Lane> _gapped = new(Comparer<Lane>.Create(
        (one, other) => one.GapRoom != other.GapRoom ? one.GapRoom.CompareTo(other.GapRoom) : one.Account.CompareTo(other.Account)));
    private readonly long _place = GrainLimits.PoolBytes / transactionsMax;
    private readonly int _gapsPerAccountMax = Math.Max(1, perAccountMax / gapPart);

    /// <summary>What all that waits takes of the pool's bytes.</summary>
    private long _room;

    /// <summary>What of that waits behind gaps.</summary>
    private long _gapRoom;

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
    /// Gets the transactions that had to leave: one of its nonce, whose place it took by a tip that is higher by a tenth at least; or, where
    /// there was no room, such as wait behind gaps.
    /// </param>
    public PoolRefusal Add(SignedTransaction transaction, ulong nextNonce, List<SignedTransaction> displaced)
    {
        AccountId account = transaction.Unsigned.Account;
        ulong nonce = transaction.Unsigned.Nonce;
        if (!_lanes.TryGetValue(account, out Lane? lane))
            lane = new Lane(account, nextNonce);
        if (lane.Waiting.TryGetValue(nonce, out SignedTransaction? other))
            return Replace(lane, transaction, other, displaced);
        if (nonce < lane.Next)
            return PoolRefusal.StaleNonce;
        if (!TryMakeRoomInAccount(lane, nonce, displaced))
            return PoolRefusal.AccountFull;
        if (!TryMakeRoom(lane, nonce, RoomOf(transaction), displaced))
            return PoolRefusal.Full;

        _lanes[account] = lane;
        Count++;
        _room += RoomOf(transaction);
        lane.Waiting.Add(nonce, transaction);
        if (nonce == lane.Next)
            Advance(lane);
        else
            Gap(lane, transaction);
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

    /// <summary>Takes out all of an account.</summary>
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
            {
                lane.Next = claimed.Nonce + 1;
                Advance(lane);
            }
        }
        KeepReady((account, nonce) => _lanes.TryGetValue(account, out Lane? lane) && lane.Waiting.ContainsKey(nonce));
        return displaced;
    }

    /// <summary>
    /// Puts back what was in blocks that will not be final, and orders everything anew: those of an account that follow its nonce
    /// are ready, the others wait for it.
    /// </summary>
    /// <param name="transactions">What comes back.</param>
    /// <param name="nextNonce">The nonce that is expected of an account next.</param>
    /// <param name="only">The accounts whose nonces have changed, those of what comes back among them; null for all.</param>
    /// <returns>What is used up by now, finds no room, or has to give its place to what comes back.</returns>
    public List<SignedTransaction> Return(
        IReadOnlyCollection<SignedTransaction> transactions, Func<AccountId, ulong> nextNonce, IReadOnlySet<AccountId>? only = null)
    {
        Lane[] lanes = [.. only is null ? _lanes.Values : only.Select(account => _lanes.GetValueOrDefault(account)).OfType<Lane>()];
        KeepReady((account, _) => only is not null && !only.Contains(account));
        foreach (Lane lane in lanes)
            lane.Next = nextNonce(lane.Account);
        List<SignedTransaction> refused =
            [.. lanes.SelectMany(lane => lane.Waiting.Values.Where(waiting => waiting.Unsigned.Nonce < lane.Next))];
        refused.ForEach(Remove);
        foreach (Lane lane in lanes)
        {
            Advance(lane);
            GapBehind(lane);
        }

        foreach (SignedTransaction transaction in transactions)
        {
            if (Add(transaction, nextNonce(transaction.Unsigned.Account), refused) is not (PoolRefusal.None or PoolRefusal.Known))
                refused.Add(transaction);
        }

        TrimGaps(lanes, refused);
        if (only is null)
            PutFirst([.. transactions.Select(transaction => transaction.Unsigned.Account)]);
        return refused;
    }

    /// <summary>Takes out what is no longer valid at a height. What follows it in its account waits for another with its nonce.</summary>
    /// <param name="height">The height.</param>
    /// <param name="displaced">Gets what there is no room for behind the gaps that this leaves.</param>
    public List<SignedTransaction> DropExpired(ulong height, List<SignedTransaction> displaced)
    {
        List<SignedTransaction> expired = [.. _lanes.Values.SelectMany(lane => lane.Waiting.Values.Where(waiting => waiting.Unsigned.ValidUntil < height))];
        if (expired.Count == 0)
            return expired;
        HashSet<Lane> lanes = [];
        foreach (SignedTransaction transaction in expired)
        {
            Lane lane = _lanes[transaction.Unsigned.Account];
            lane.Next = Math.Min(lane.Next, transaction.Unsigned.Nonce);
            lanes.Add(lane);
            Remove(transaction);
        }
        KeepReady((account, nonce) => _lanes.TryGetValue(account, out Lane? lane) && nonce < lane.Next);
        foreach (Lane lane in lanes)
            GapBehind(lane);
        TrimGaps(lanes, displaced);
        return expired;
    }

    private PoolRefusal Replace(Lane lane, SignedTransaction transaction, SignedTransaction other, List<SignedTransaction> displaced)
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

        long growth = RoomOf(transaction) - RoomOf(other);
        bool isGapped = lane.Gaps.Contains(other.Unsigned.Nonce);
        if (growth > 0 && (_room + growth > RoomMaxFor(lane.Account) || (isGapped && _gapRoom + growth > GapRoomMax)))
            return PoolRefusal.Full;
        _room += growth;
        if (isGapped)
            Ungap(lane, other);
        lane.Waiting[transaction.Unsigned.Nonce] = transaction;
        if (isGapped)
            Gap(lane, transaction);
        displaced.Add(other);
        return PoolRefusal.None;
    }

    /// <summary>Of an account that has as many as it may, what is nearer to a block takes the place of the last that waits for it.</summary>
    private bool TryMakeRoomInAccount(Lane lane, ulong nonce, List<SignedTransaction> displaced)
    {
        bool isFull = lane.Waiting.Count >= perAccountMax || (nonce > lane.Next && lane.Gaps.Count >= _gapsPerAccountMax);
        if (!isFull)
            return true;
        if (lane.Gaps.Count == 0 || lane.Gaps.Max < nonce)
            return false;
        Displace(lane, displaced);
        return true;
    }

    /// <summary>
    /// What is ready takes the place of what is not. What is not takes it only of accounts that have more behind their gaps, so that
    /// none keeps others from waiting.
    /// </summary>
    private bool TryMakeRoom(Lane lane, ulong nonce, long room, List<SignedTransaction> displaced)
    {
        bool isReady = nonce == lane.Next;
        if (_room + room <= SharedRoomMax && (isReady || _gapRoom + room <= GapRoomMax))
            return true;
        long roomMax = RoomMaxFor(lane.Account);
        if (_room - _gapRoom + room > roomMax)
            return false;
        while (_room + room > roomMax || (!isReady && _gapRoom + room > GapRoomMax))
        {
            if (_gapped.Max is not { } largest || (!isReady && largest.GapRoom < lane.GapRoom + room + RoomOf(largest.Last)))
                return false;
            Displace(largest, displaced);
        }
        return true;
    }

    /// <summary>Brings what waits behind gaps back to its bounds.</summary>
    private void TrimGaps(IEnumerable<Lane> lanes, List<SignedTransaction> displaced)
    {
        foreach (Lane lane in lanes)
        {
            while (lane.Gaps.Count > _gapsPerAccountMax)
                Displace(lane, displaced);
        }
        while (_gapRoom > GapRoomMax)
            Displace(_gapped.Max!, displaced);
    }

    private void Displace(Lane lane, List<SignedTransaction> displaced)
    {
        SignedTransaction last = lane.Last;
        Remove(last);
        displaced.Add(last);
    }

    /// <summary>What follows without a gap from the next nonce on is ready.</summary>
    private void Advance(Lane lane)
    {
        while (lane.Gaps.Count > 0 && lane.Gaps.Min < lane.Next)
            Ungap(lane, lane.Waiting[lane.Gaps.Min]);
        while (lane.Waiting.TryGetValue(lane.Next, out SignedTransaction? waiting))
        {
            Ungap(lane, waiting);
            _ready.Enqueue((lane.Account, lane.Next++));
        }
    }

    /// <summary>What does not follow waits for what is missing.</summary>
    private void GapBehind(Lane lane)
    {
        foreach (SignedTransaction waiting in lane.Waiting.Values)
        {
            if (waiting.Unsigned.Nonce >= lane.Next)
                Gap(lane, waiting);
        }
    }

    /// <summary>Those who have waited for longest are the first again.</summary>
    private void PutFirst(HashSet<AccountId> accounts)
    {
        (AccountId Account, ulong Nonce)[] ready = [.. _ready];
        _ready.Clear();
        foreach ((AccountId Account, ulong Nonce) next in ready.OrderByDescending(next => accounts.Contains(next.Account)))
            _ready.Enqueue(next);
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
        _room -= RoomOf(transaction);
        Lane lane = _lanes[transaction.Unsigned.Account];
        Ungap(lane, transaction);
        lane.Waiting.Remove(transaction.Unsigned.Nonce);
        if (lane.Waiting.Count == 0)
            _lanes.Remove(lane.Account);
    }

    private void Gap(Lane lane, SignedTransaction transaction)
    {
        if (lane.Gaps == Lane.None)
            lane.Gaps = [];
        if (lane.Gaps.Add(transaction.Unsigned.Nonce))
            CountGap(lane, RoomOf(transaction));
    }

    private void Ungap(Lane lane, SignedTransaction transaction)
    {
        if (lane.Gaps.Count > 0 && lane.Gaps.Remove(transaction.Unsigned.Nonce))
            CountGap(lane, -RoomOf(transaction));
    }

    private void CountGap(Lane lane, long room)
    {
        // It stands where its key says, so it is taken out while that changes.
        if (lane.GapRoom > 0)
            _gapped.Remove(lane);
        _gapRoom += room;
        lane.GapRoom += room;
        if (lane.GapRoom > 0)
            _gapped.Add(lane);
    }

    /// <summary>Its bytes, and an equal part of the pool at least.</summary>
    private long RoomOf(SignedTransaction transaction) => Math.Max(transaction.Bytes.Length, _place);

    private long GapRoomMax => GrainLimits.PoolBytes / gapPart;

    /// <summary>What the pool has for everybody.</summary>
    private long SharedRoomMax => isOwn is null ? GrainLimits.PoolBytes : GrainLimits.PoolBytes - (GrainLimits.PoolBytes / GrainLimits.PoolOwnPart);

    private long RoomMaxFor(AccountId account) => isOwn is not null && isOwn(account) ? GrainLimits.PoolBytes : SharedRoomMax;

    /// <summary>Transactions of one account: those before <see cref="Next"/> are ready, the others wait for a gap to close.</summary>
    private sealed class Lane(AccountId account, ulong next)
    {
        public AccountId Account => account;

        public ulong Next { get; set; } = next;

        public Dictionary<ulong, SignedTransaction> Waiting { get; } = [];

        /// <summary>Stands for no gaps: most accounts never have any.</summary>
        public static SortedSet<ulong> None { get; } = [];

        /// <summary>The nonces of the others.</summary>
        public SortedSet<ulong> Gaps { get; set; } = None;

        /// <summary>What these take of the pool's bytes.</summary>
        public long GapRoom { get; set; }

        /// <summary>That of them which a block could hold last; there must be one.</summary>
        public SignedTransaction Last => Waiting[Gaps.Max];
    }
}
