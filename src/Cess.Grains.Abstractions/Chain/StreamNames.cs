namespace Cess.Grains;

/// <summary>Streams of this system. They carry hints; the chain is the truth.</summary>
public static class StreamNames
{
    /// <summary>The stream provider of all of them.</summary>
    public const string Provider = "hints";

    /// <summary>Transactions that entered the pool (<see cref="TransactionsPooled"/>); key: <see cref="ChainKey"/>.</summary>
    public const string Transactions = "transactions";

    /// <summary>Final blocks (<see cref="BlocksFinalised"/>); key: <see cref="ChainKey"/>.</summary>
    public const string Blocks = "blocks";

    /// <summary>What happened to a miner (<see cref="SubjectChanged"/>); key: its number.</summary>
    public const string MinerEvents = "events.miner";

    /// <summary>Key of streams that a chain has once.</summary>
    public const string ChainKey = "chain";
}
