namespace Cess.Grains;

/// <summary>Codes of what can happen to a transaction before it is in a block. Those of the ledger itself read "Module.Name".</summary>
public static class TransactionErrors
{
    /// <summary>The bytes are no transaction.</summary>
    public const string Malformed = "Pool.Malformed";

    /// <summary>It has more bytes than a transaction may have.</summary>
    public const string TooLarge = "Pool.TooLarge";

    /// <summary>The signature does not fit, or the account's key is not known and not revealed.</summary>
    public const string BadSignature = "Pool.BadSignature";

    /// <summary>The pool, or the account's share of it, is full; try again later.</summary>
    public const string PoolFull = "Pool.Full";

    /// <summary>It is valid for longer than the pool lets a transaction wait.</summary>
    public const string ValidTooLong = "Pool.ValidTooLong";

    /// <summary>Another transaction with that nonce waits, or it is used up.</summary>
    public const string NonceUsed = "Pool.NonceUsed";

    /// <summary>Another transaction with its nonce and a higher tip took its place.</summary>
    public const string Replaced = "Pool.Replaced";

    /// <summary>It became invalid while it waited.</summary>
    public const string Dropped = "Pool.Dropped";

    /// <summary>A miner does not hold a fragment that the declaration says it holds.</summary>
    public const string FragmentMissing = "Files.FragmentMissing";

    /// <summary>The deal ended before all miners had reported.</summary>
    public const string DealEnded = "Files.DealEnded";

    /// <summary>Not all miners have reported, and the deal goes on.</summary>
    public const string DealOpen = "Files.DealOpen";

    /// <summary>The node is stopping, or its store has failed.</summary>
    public const string Unavailable = "Node.Unavailable";
}
