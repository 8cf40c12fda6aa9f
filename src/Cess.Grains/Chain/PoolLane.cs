using Cess.Ledger.Transactions;
using Cess.Primitives;

namespace Cess.Grains.Chain;

/// <summary>A transaction, and when it came.</summary>
internal readonly record struct PooledTransaction(SignedTransaction Transaction, long Arrival);

/// <summary>When an account's next transaction is to be in a block: what pays more first, and of the same price what came first.</summary>
internal readonly record struct PoolTurn(UInt128 Price, long Arrival) : IComparable<PoolTurn>
{
    public int CompareTo(PoolTurn other) => Price != other.Price ? other.Price.CompareTo(Price) : Arrival.CompareTo(other.Arrival);

    /// <summary>What a transaction tips for each unit of weight.</summary>
    public static UInt128 PriceOf(SignedTransaction transaction) => transaction.Unsigned.Tip.Units / transaction.Weight;
}

/// <summary>Transactions of one account: those before <see cref="Next"/> are ready, the others wait for a gap to close.</summary>
internal sealed class PoolLane(AccountId account, ulong next, bool isOwn)
{
    public AccountId Account => account;

    /// <summary>Whether it is this node's.</summary>
    public bool IsOwn => isOwn;

    /// <summary>The first nonce that is ready, if any is; none before it is.</summary>
    public ulong First { get; set; } = next;

    /// <summary>The nonce that the account's next transaction must have to be ready.</summary>
    public ulong Next { get; set; } = next;

    public Dictionary<ulong, PooledTransaction> Waiting { get; } = [];

    /// <summary>Whether something is ready.</summary>
    public bool HasTurn { get; set; }

    /// <summary>If so, where the account stands.</summary>
    public PoolTurn Turn { get; set; }

    /// <summary>Stands for no gaps: most accounts never have any.</summary>
    public static SortedSet<ulong> None { get; } = [];

    /// <summary>The nonces of the others.</summary>
    public SortedSet<ulong> Gaps { get; set; } = None;

    /// <summary>What these take of the pool's bytes.</summary>
    public long GapRoom { get; set; }

    /// <summary>That of them which a block could hold last; there must be one.</summary>
    public SignedTransaction Last => Waiting[Gaps.Max].Transaction;

    /// <summary>This node's own stand before whatever others tip.</summary>
    public PoolTurn TurnOf(PooledTransaction waiting) => new(isOwn ? UInt128.MaxValue : PoolTurn.PriceOf(waiting.Transaction), waiting.Arrival);
}
