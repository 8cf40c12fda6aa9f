using Cess.Ledger.Transactions;
using Cess.Primitives;

namespace Cess.Grains.Chain;

/// <summary>
/// Verified transactions that wait for a block: each account's by nonce, accounts by what the next transaction of each tips per weight, and
/// for equal tips in the order in which these came; this node's own accounts before all others. What waits behind a missing nonce has a part
/// of the pool at most, and gives its place to what does not: the account that has most of it loses its last. In a full pool what tips more
/// takes the place of what would be in a block last. Bounded; a plain value owner, called from one grain only.
/// </summary>
/// <param name="transactionsMax">Transactions that may wait, if none is longer than an equal part of the pool's bytes; else fewer.</param>
/// <param name="perAccountMax">How many of them may be of one account.</param>
/// <param name="gapPart">Such a part of the pool, and of an account's share, may wait behind missing nonces.</param>
/// <param name="isOwn">
/// Whether an account is this node's, for which it keeps room in a pool that is full for others: what it has to say as a validator or a miner
/// has a deadline. Null for none.
/// </param>
internal sealed class TransactionPool(
    int transactionsMax = GrainLimits.PoolTransactions,
    int perAccountMax = GrainLimits.PoolTransactionsPerAccount,
    int gapPart = GrainLimits.PoolGapPart,
    Func<AccountId, bool>? isOwn = null)
{
    /// <summary>Turns that are not any more and may stay in a queue, besides one for each that is.</summary>
    private const int PassedTurnsMax = 1_024;

    private static readonly Comparer<PoolTurn> s_lastFirst = Comparer<PoolTurn>.Create((one, other) => other.CompareTo(one));
    private readonly Dictionary<AccountId, PoolLane> _lanes = [];

    /// <summary>Accounts that have something ready, the one whose turn it is first, among turns that they do not have any more.</summary>
    private readonly PriorityQueue<PoolLane, PoolTurn> _turns = new();

    /// <summary>The same, the one whose turn is last first; null until somebody needs it, and after each <see cref="Take"/>.</summary>
    private PriorityQueue<PoolLane, PoolTurn>? _lastTurns;

    /// <summary>Accounts that have something behind a gap, by how much room that takes.</summary>
    private readonly SortedSet<PoolLane> _gapped = new(Comparer<PoolLane>.Create(
        (one, other) => one.GapRoom != other.GapRoom ? one.GapRoom.CompareTo(other.GapRoom) : one.Account.CompareTo(other.Account)));
    private readonly long _place = GrainLimits.PoolBytes / transactionsMax;
    private readonly int _gapsPerAccountMax = Math.Max(1, perAccountMax / gapPart);

    /// <summary>What all that waits takes of the pool's bytes.</summary>
    private long _room;

    /// <summary>What of that waits behind gaps.</summary>
    private long _gapRoom;

    private int _gapCount;

    /// <summary>What came last, or, below zero, what came back last.</summary>
    private long _lastArrival;
    private long _firstArrival;

    /// <summary>Transactions that wait, ready or not.</summary>
    public int Count { get; private set; }

    /// <summary>Transactions that a block could hold now.</summary>
    public int ReadyCount => Count - _gapCount;

    /// <summary>These, the oldest first.</summary>
    public IEnumerable<SignedTransaction> Ready => _lanes.Values
        .SelectMany(lane => lane.Waiting.Values.Where(waiting => waiting.Transaction.Unsigned.Nonce < lane.Next))
        .OrderBy(waiting => waiting.Arrival)
        .Select(waiting => waiting.Transaction);

    /// <summary>Takes a transaction in.</summary>
    /// <param name="transaction">Decoded and verified.</param>
    /// <param name="nextNonce">The nonce that the chain expects of its account next.</param>
    /// <param name="displaced">
    /// Gets the transactions that had to leave: one of its nonce, whose place it took by a tip that is higher by a tenth at least; or, where
    /// there was no room, such as wait behind gaps, or tip less.
    /// </param>
    public PoolRefusal Add(SignedTransaction transaction, ulong nextNonce, List<SignedTransaction> displaced) =>
        Add(new PooledTransaction(transaction, ++_lastArrival), nextNonce, displaced);

    /// <summary>Takes out what the next block may hold: in order, at most so many and so many bytes, but at least one.</summary>
    public List<SignedTransaction> Take(int countMax, int bytesMax)
    {
        var taken = new List<SignedTransaction>(Math.Min(countMax, ReadyCount));
        long bytes = 0;
        _lastTurns = null;
        while (taken.Count < countMax && Peek(_turns) is { } lane)
        {
            SignedTransaction transaction = lane.Waiting[lane.First].Transaction;
            if (taken.Count > 0 && bytes + transaction.Bytes.Length > bytesMax)
                break;
            bytes += transaction.Bytes.Length;
            taken.Add(transaction);
            Remove(lane, transaction);
        }
        return taken;
    }

    /// <summary>Takes out all of an account.</summary>
    public List<SignedTransaction> Drop(AccountId account)
    {
        if (!_lanes.TryGetValue(account, out PoolLane? lane))
            return [];
        List<SignedTransaction> dropped = [.. lane.Waiting.Values.Select(waiting => waiting.Transaction)];
        dropped.ForEach(Remove);
        return dropped;
    }

    /// <summary>The very transaction, if it waits; null if none of its account and nonce does, or one of other bytes.</summary>
    public SignedTransaction? Find(SignedTransaction transaction) =>
        _lanes.TryGetValue(transaction.Unsigned.Account, out PoolLane? lane)
        && lane.Waiting.TryGetValue(transaction.Unsigned.Nonce, out PooledTransaction waiting)
        && waiting.Transaction.Bytes.Span.SequenceEqual(transaction.Bytes.Span)
            ? waiting.Transaction
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
            if (!_lanes.TryGetValue(claimed.Account, out PoolLane? lane))
                continue;
            if (lane.Waiting.TryGetValue(claimed.Nonce, out PooledTransaction waiting))
            {
                Remove(waiting.Transaction);
                if (waiting.Transaction.Id != transaction.Id)
                    displaced.Add(waiting.Transaction);
            }
            if (lane.Next <= claimed.Nonce)
            {
                lane.Next = claimed.Nonce + 1;
                Advance(lane);
                GiveTurn(lane);
            }
        }
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
        PoolLane[] lanes = [.. only is null ? _lanes.Values : only.Select(account => _lanes.GetValueOrDefault(account)).OfType<PoolLane>()];
        foreach (PoolLane lane in lanes)
        {
            lane.Next = nextNonce(lane.Account);
            lane.First = lane.Next;
        }

        List<SignedTransaction> refused =
        [
            .. lanes.SelectMany(
                lane => lane.Waiting.Values.Where(waiting => waiting.Transaction.Unsigned.Nonce < lane.Next), (_, waiting) => waiting.Transaction),
        ];
        refused.ForEach(Remove);
        foreach (PoolLane lane in lanes)
        {
            Advance(lane);
            GapBehind(lane);
            GiveTurn(lane);
        }

        // Those who have waited for longest are the first again; what only moves among what waits comes last.
        long arrival = only is null ? _firstArrival -= transactions.Count : _lastArrival;
        foreach (SignedTransaction transaction in transactions)
        {
            var arriving = new PooledTransaction(transaction, ++arrival);
            if (Add(arriving, nextNonce(transaction.Unsigned.Account), refused) is not (PoolRefusal.None or PoolRefusal.Known))
                refused.Add(transaction);
        }

        _lastArrival = Math.Max(_lastArrival, arrival);
        TrimGaps(lanes, refused);
        return refused;
    }

    /// <summary>Takes out what is no longer valid at a height. What follows it in its account waits for another with its nonce.</summary>
    /// <param name="height">The height.</param>
    /// <param name="displaced">Gets what there is no room for behind the gaps that this leaves.</param>
    public List<SignedTransaction> DropExpired(ulong height, List<SignedTransaction> displaced)
    {
        List<SignedTransaction> expired =
        [
            .. _lanes.Values
                .SelectMany(lane => lane.Waiting.Values, (_, waiting) => waiting.Transaction)
                .Where(transaction => transaction.Unsigned.ValidUntil < height),
        ];
        if (expired.Count == 0)
            return expired;
        HashSet<PoolLane> lanes = [];
        foreach (SignedTransaction transaction in expired)
        {
            PoolLane lane = _lanes[transaction.Unsigned.Account];
            lane.Next = Math.Min(lane.Next, transaction.Unsigned.Nonce);
            lanes.Add(lane);
            Remove(transaction);
        }
        foreach (PoolLane lane in lanes)
        {
            GapBehind(lane);
            GiveTurn(lane);
        }

        TrimGaps(lanes, displaced);
        return expired;
    }

    private PoolRefusal Add(PooledTransaction arriving, ulong nextNonce, List<SignedTransaction> displaced)
    {
        SignedTransaction transaction = arriving.Transaction;
        AccountId account = transaction.Unsigned.Account;
        ulong nonce = transaction.Unsigned.Nonce;
        if (!_lanes.TryGetValue(account, out PoolLane? lane))
            lane = new PoolLane(account, nextNonce, isOwn is not null && isOwn(account));
        if (lane.Waiting.TryGetValue(nonce, out PooledTransaction other))
            return Replace(lane, transaction, other, displaced);
        if (nonce < lane.Next)
            return PoolRefusal.StaleNonce;
        if (!TryMakeRoomInAccount(lane, nonce, displaced))
            return PoolRefusal.AccountFull;
        if (!TryMakeRoom(lane, transaction, displaced))
            return PoolRefusal.Full;

        _lanes[account] = lane;
        Count++;
        _room += RoomOf(transaction);
        lane.Waiting.Add(nonce, arriving);
        if (nonce == lane.Next)
            Advance(lane);
        else
            Gap(lane, transaction);
        GiveTurn(lane);
        return PoolRefusal.None;
    }

    private PoolRefusal Replace(PoolLane lane, SignedTransaction transaction, PooledTransaction former, List<SignedTransaction> displaced)
    {
        SignedTransaction other = former.Transaction;
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
        if (growth > 0 && (_room + growth > RoomMaxFor(lane) || (isGapped && _gapRoom + growth > GapRoomMax)))
            return PoolRefusal.Full;
        _room += growth;
        if (isGapped)
            Ungap(lane, other);
        lane.Waiting[transaction.Unsigned.Nonce] = former with { Transaction = transaction };
        if (isGapped)
            Gap(lane, transaction);
        GiveTurn(lane);
        displaced.Add(other);
        return PoolRefusal.None;
    }

    /// <summary>Of an account that has as many as it may, what is nearer to a block takes the place of the last that waits for it.</summary>
    private bool TryMakeRoomInAccount(PoolLane lane, ulong nonce, List<SignedTransaction> displaced)
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
    private bool TryMakeRoom(PoolLane lane, SignedTransaction transaction, List<SignedTransaction> displaced)
    {
        bool isReady = transaction.Unsigned.Nonce == lane.Next;
        long room = RoomOf(transaction);
        if (_room + room <= SharedRoomMax && (isReady || _gapRoom + room <= GapRoomMax))
            return true;
        long roomMax = RoomMaxFor(lane);
        long missing = _room - _gapRoom + room - roomMax;
        if (missing > 0 && !(isReady && TryOutbid(lane, transaction, missing, displaced)))
            return false;
        while (_room + room > roomMax || (!isReady && _gapRoom + room > GapRoomMax))
        {
            if (_gapped.Max is not { } largest || (!isReady && largest.GapRoom < lane.GapRoom + room + RoomOf(largest.Last)))
                return false;
            Displace(largest, displaced);
        }
        return true;
    }

    /// <summary>Takes the place of what is ready, tips less, and would be in a block last; false if there is not enough of that.</summary>
    private bool TryOutbid(PoolLane lane, SignedTransaction transaction, long missing, List<SignedTransaction> displaced)
    {
        // It waits for what is before it in its account, however much it tips.
        UInt128 own = PoolTurn.PriceOf(transaction);
        UInt128 price = lane.HasTurn && lane.Turn.Price < own ? lane.Turn.Price : own;
        if (price == 0)
            return false;
        List<(PoolLane, SignedTransaction)> outbid = [];
        HashSet<PoolLane> passed = [];
        _lastTurns ??= new PriorityQueue<PoolLane, PoolTurn>(Turns, s_lastFirst);
        while (missing > 0 && Peek(_lastTurns) is { } last && last.Turn.Price < price)
        {
            _lastTurns.Dequeue();
            // It is there twice where it lost its turn and has the same one again.
            if (!passed.Add(last))
                continue;
            for (ulong nonce = last.Next; missing > 0 && nonce > last.First; nonce--)
            {
                if (!last.Waiting.TryGetValue(nonce - 1, out PooledTransaction waiting))
                    continue;
                outbid.Add((last, waiting.Transaction));
                missing -= RoomOf(waiting.Transaction);
            }
        }

        foreach (PoolLane last in passed)
            _lastTurns.Enqueue(last, last.Turn);
        if (missing > 0)
            return false;
        foreach ((PoolLane last, SignedTransaction place) in outbid)
        {
            last.Next = place.Unsigned.Nonce;
            Remove(place);
            displaced.Add(place);
        }

        return true;
    }

    /// <summary>Brings what waits behind gaps back to its bounds.</summary>
    private void TrimGaps(IEnumerable<PoolLane> lanes, List<SignedTransaction> displaced)
    {
        foreach (PoolLane lane in lanes)
        {
            while (lane.Gaps.Count > _gapsPerAccountMax)
                Displace(lane, displaced);
        }
        while (_gapRoom > GapRoomMax)
            Displace(_gapped.Max!, displaced);
    }

    private void Displace(PoolLane lane, List<SignedTransaction> displaced)
    {
        SignedTransaction last = lane.Last;
        Remove(last);
        displaced.Add(last);
    }

    /// <summary>What follows without a gap from the next nonce on is ready.</summary>
    private void Advance(PoolLane lane)
    {
        while (lane.Gaps.Count > 0 && lane.Gaps.Min < lane.Next)
            Ungap(lane, lane.Waiting[lane.Gaps.Min].Transaction);
        while (lane.Waiting.TryGetValue(lane.Next, out PooledTransaction waiting))
        {
            Ungap(lane, waiting.Transaction);
            lane.Next++;
        }
    }

    /// <summary>What does not follow waits for what is missing.</summary>
    private void GapBehind(PoolLane lane)
    {
        foreach (PooledTransaction waiting in lane.Waiting.Values)
        {
            if (waiting.Transaction.Unsigned.Nonce >= lane.Next)
                Gap(lane, waiting.Transaction);
        }
    }

    /// <summary>Puts an account where its next transaction belongs, or nowhere if it has none that is ready.</summary>
    private void GiveTurn(PoolLane lane)
    {
        lane.First = Math.Min(lane.First, lane.Next);
        PooledTransaction first = default;
        while (lane.First < lane.Next && !lane.Waiting.TryGetValue(lane.First, out first))
            lane.First++;
        bool hasTurn = lane.First < lane.Next;
        PoolTurn turn = hasTurn ? lane.TurnOf(first) : default;
        if (hasTurn == lane.HasTurn && turn == lane.Turn)
            return;
        (lane.HasTurn, lane.Turn) = (hasTurn, turn);
        if (!hasTurn)
            return;
        _turns.Enqueue(lane, turn);
        _lastTurns?.Enqueue(lane, turn);
        if (_turns.Count <= PassedTurnsMax + (2 * _lanes.Count))
            return;
        _lastTurns = null;
        _turns.Clear();
        _turns.EnqueueRange(Turns);
    }

    /// <summary>The first account, past the turns that are not any more.</summary>
    private static PoolLane? Peek(PriorityQueue<PoolLane, PoolTurn> turns)
    {
        while (turns.TryPeek(out PoolLane? lane, out PoolTurn turn))
        {
            if (lane.HasTurn && lane.Turn == turn)
                return lane;
            turns.Dequeue();
        }

        return null;
    }

    private IEnumerable<(PoolLane, PoolTurn)> Turns => _lanes.Values.Where(lane => lane.HasTurn).Select(lane => (lane, lane.Turn));

    private void Remove(SignedTransaction transaction) => Remove(_lanes[transaction.Unsigned.Account], transaction);

    private void Remove(PoolLane lane, SignedTransaction transaction)
    {
        Count--;
        _room -= RoomOf(transaction);
        Ungap(lane, transaction);
        lane.Waiting.Remove(transaction.Unsigned.Nonce);
        GiveTurn(lane);
        if (lane.Waiting.Count == 0)
            _lanes.Remove(lane.Account);
    }

    private void Gap(PoolLane lane, SignedTransaction transaction)
    {
        if (lane.Gaps == PoolLane.None)
            lane.Gaps = [];
        if (lane.Gaps.Add(transaction.Unsigned.Nonce))
            CountGap(lane, 1, RoomOf(transaction));
    }

    private void Ungap(PoolLane lane, SignedTransaction transaction)
    {
        if (lane.Gaps.Count > 0 && lane.Gaps.Remove(transaction.Unsigned.Nonce))
            CountGap(lane, -1, -RoomOf(transaction));
    }

    private void CountGap(PoolLane lane, int count, long room)
    {
        _gapCount += count;
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

    private long RoomMaxFor(PoolLane lane) => lane.IsOwn ? GrainLimits.PoolBytes : SharedRoomMax;
}
