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

    private static readonly Comparer<Turn> s_lastFirst = Comparer<Turn>.Create((one, other) => other.CompareTo(one));
    private readonly Dictionary<AccountId, Lane> _lanes = [];

    /// <summary>Accounts that have something ready, the one whose turn it is first, among turns that they do not have any more.</summary>
    private readonly PriorityQueue<Lane, Turn> _turns = new();

    /// <summary>The same, the one whose turn is last first; null until somebody needs it, and after each <see cref="Take"/>.</summary>
    private PriorityQueue<Lane, Turn>? _lastTurns;

    /// <summary>Accounts that have something behind a gap, by how much room that takes.</summary>
    private readonly SortedSet<Lane> _gapped = new(Comparer<Lane>.Create(
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
        Add(new Waiting(transaction, ++_lastArrival), nextNonce, displaced);

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
        if (!_lanes.TryGetValue(account, out Lane? lane))
            return [];
        List<SignedTransaction> dropped = [.. lane.Waiting.Values.Select(waiting => waiting.Transaction)];
        dropped.ForEach(Remove);
        return dropped;
    }

    /// <summary>The very transaction, if it waits; null if none of its account and nonce does, or one of other bytes.</summary>
    public SignedTransaction? Find(SignedTransaction transaction) =>
        _lanes.TryGetValue(transaction.Unsigned.Account, out Lane? lane)
        && lane.Waiting.TryGetValue(transaction.Unsigned.Nonce, out Waiting waiting)
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
            if (!_lanes.TryGetValue(claimed.Account, out Lane? lane))
                continue;
            if (lane.Waiting.TryGetValue(claimed.Nonce, out Waiting waiting))
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
        Lane[] lanes = [.. only is null ? _lanes.Values : only.Select(account => _lanes.GetValueOrDefault(account)).OfType<Lane>()];
        foreach (Lane lane in lanes)
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
        foreach (Lane lane in lanes)
        {
            Advance(lane);
            GapBehind(lane);
            GiveTurn(lane);
        }

        // Those who have waited for longest are the first again; what only moves among what waits comes last.
        long arrival = only is null ? _firstArrival -= transactions.Count : _lastArrival;
        foreach (SignedTransaction transaction in transactions)
        {
            var arriving = new Waiting(transaction, ++arrival);
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
        HashSet<Lane> lanes = [];
        foreach (SignedTransaction transaction in expired)
        {
            Lane lane = _lanes[transaction.Unsigned.Account];
            lane.Next = Math.Min(lane.Next, transaction.Unsigned.Nonce);
            lanes.Add(lane);
            Remove(transaction);
        }
        foreach (Lane lane in lanes)
        {
            GapBehind(lane);
            GiveTurn(lane);
        }

        TrimGaps(lanes, displaced);
        return expired;
    }

    private PoolRefusal Add(Waiting arriving, ulong nextNonce, List<SignedTransaction> displaced)
    {
        SignedTransaction transaction = arriving.Transaction;
        AccountId account = transaction.Unsigned.Account;
        ulong nonce = transaction.Unsigned.Nonce;
        if (!_lanes.TryGetValue(account, out Lane? lane))
            lane = new Lane(account, nextNonce, isOwn is not null && isOwn(account));
        if (lane.Waiting.TryGetValue(nonce, out Waiting other))
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

    private PoolRefusal Replace(Lane lane, SignedTransaction transaction, Waiting former, List<SignedTransaction> displaced)
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
    private bool TryMakeRoom(Lane lane, SignedTransaction transaction, List<SignedTransaction> displaced)
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
    private bool TryOutbid(Lane lane, SignedTransaction transaction, long missing, List<SignedTransaction> displaced)
    {
        // It waits for what is before it in its account, however much it tips.
        UInt128 own = PriceOf(transaction);
        UInt128 price = lane.HasTurn && lane.Turn.Price < own ? lane.Turn.Price : own;
        if (price == 0)
            return false;
        List<(Lane Lane, SignedTransaction Transaction)> outbid = [];
        List<Lane> passed = [];
        _lastTurns ??= new PriorityQueue<Lane, Turn>(Turns, s_lastFirst);
        while (missing > 0 && Peek(_lastTurns) is { } last && last.Turn.Price < price)
        {
            passed.Add(_lastTurns.Dequeue());
            for (ulong nonce = last.Next; missing > 0 && nonce > last.First; nonce--)
            {
                if (!last.Waiting.TryGetValue(nonce - 1, out Waiting waiting))
                    continue;
                outbid.Add((last, waiting.Transaction));
                missing -= RoomOf(waiting.Transaction);
            }
        }

        foreach (Lane last in passed)
            _lastTurns.Enqueue(last, last.Turn);
        if (missing > 0)
            return false;
        foreach ((Lane last, SignedTransaction place) in outbid)
        {
            last.Next = place.Unsigned.Nonce;
            Remove(place);
            displaced.Add(place);
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
            Ungap(lane, lane.Waiting[lane.Gaps.Min].Transaction);
        while (lane.Waiting.TryGetValue(lane.Next, out Waiting waiting))
        {
            Ungap(lane, waiting.Transaction);
            lane.Next++;
        }
    }

    /// <summary>What does not follow waits for what is missing.</summary>
    private void GapBehind(Lane lane)
    {
        foreach (Waiting waiting in lane.Waiting.Values)
        {
            if (waiting.Transaction.Unsigned.Nonce >= lane.Next)
                Gap(lane, waiting.Transaction);
        }
    }

    /// <summary>Puts an account where its next transaction belongs, or nowhere if it has none that is ready.</summary>
    private void GiveTurn(Lane lane)
    {
        lane.First = Math.Min(lane.First, lane.Next);
        Waiting first = default;
        while (lane.First < lane.Next && !lane.Waiting.TryGetValue(lane.First, out first))
            lane.First++;
        bool hasTurn = lane.First < lane.Next;
        Turn turn = hasTurn ? lane.TurnOf(first) : default;
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
    private static Lane? Peek(PriorityQueue<Lane, Turn> turns)
    {
        while (turns.TryPeek(out Lane? lane, out Turn turn))
        {
            if (lane.HasTurn && lane.Turn == turn)
                return lane;
            turns.Dequeue();
        }

        return null;
    }

    private IEnumerable<(Lane Lane, Turn Turn)> Turns => _lanes.Values.Where(lane => lane.HasTurn).Select(lane => (lane, lane.Turn));

    private void Remove(SignedTransaction transaction) => Remove(_lanes[transaction.Unsigned.Account], transaction);

    private void Remove(Lane lane, SignedTransaction transaction)
    {
        Count--;
        _room -= RoomOf(transaction);
        Ungap(lane, transaction);
        lane.Waiting.Remove(transaction.Unsigned.Nonce);
        GiveTurn(lane);
        if (lane.Waiting.Count == 0)
            _lanes.Remove(lane.Account);
    }

    private void Gap(Lane lane, SignedTransaction transaction)
    {
        if (lane.Gaps == Lane.None)
            lane.Gaps = [];
        if (lane.Gaps.Add(transaction.Unsigned.Nonce))
            CountGap(lane, 1, RoomOf(transaction));
    }

    private void Ungap(Lane lane, SignedTransaction transaction)
    {
        if (lane.Gaps.Count > 0 && lane.Gaps.Remove(transaction.Unsigned.Nonce))
            CountGap(lane, -1, -RoomOf(transaction));
    }

    private void CountGap(Lane lane, int count, long room)
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

    /// <summary>What it tips for each unit of weight.</summary>
    private static UInt128 PriceOf(SignedTransaction transaction) => transaction.Unsigned.Tip.Units / transaction.Weight;

    private long GapRoomMax => GrainLimits.PoolBytes / gapPart;

    /// <summary>What the pool has for everybody.</summary>
    private long SharedRoomMax => isOwn is null ? GrainLimits.PoolBytes : GrainLimits.PoolBytes - (GrainLimits.PoolBytes / GrainLimits.PoolOwnPart);

    private long RoomMaxFor(Lane lane) => lane.IsOwn ? GrainLimits.PoolBytes : SharedRoomMax;

    /// <summary>A transaction, and when it came.</summary>
    private readonly record struct Waiting(SignedTransaction Transaction, long Arrival);

    /// <summary>When an account's next transaction is to be in a block: what pays more first, and of the same price what came first.</summary>
    private readonly record struct Turn(UInt128 Price, long Arrival) : IComparable<Turn>
    {
        public int CompareTo(Turn other) => Price != other.Price ? other.Price.CompareTo(Price) : Arrival.CompareTo(other.Arrival);
    }

    /// <summary>Transactions of one account: those before <see cref="Next"/> are ready, the others wait for a gap to close.</summary>
    private sealed class Lane(AccountId account, ulong next, bool isOwn)
    {
        public AccountId Account => account;

        /// <summary>Whether it is this node's.</summary>
        public bool IsOwn => isOwn;

        /// <summary>The first nonce that is ready, if any is; none before it is.</summary>
        public ulong First { get; set; } = next;

        public ulong Next { get; set; } = next;

        public Dictionary<ulong, Waiting> Waiting { get; } = [];

        /// <summary>Whether something is ready.</summary>
        public bool HasTurn { get; set; }

        /// <summary>If so, where the account stands.</summary>
        public Turn Turn { get; set; }

        /// <summary>Stands for no gaps: most accounts never have any.</summary>
        public static SortedSet<ulong> None { get; } = [];

        /// <summary>The nonces of the others.</summary>
        public SortedSet<ulong> Gaps { get; set; } = None;

        /// <summary>What these take of the pool's bytes.</summary>
        public long GapRoom { get; set; }

        /// <summary>That of them which a block could hold last; there must be one.</summary>
        public SignedTransaction Last => Waiting[Gaps.Max].Transaction;

        /// <summary>This node's own stand before whatever others tip.</summary>
        public Turn TurnOf(Waiting waiting) => new(isOwn ? UInt128.MaxValue : PriceOf(waiting.Transaction), waiting.Arrival);
    }
}
