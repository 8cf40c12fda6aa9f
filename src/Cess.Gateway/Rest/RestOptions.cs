namespace Cess.Gateway.Rest;

/// <summary>How the REST door is set up.</summary>
public sealed record RestOptions
{
    /// <summary>Name of the chain, for people.</summary>
    public required string ChainName { get; init; }

    /// <summary>The chain's genesis in SCALE, for light clients.</summary>
    public required ReadOnlyMemory<byte> Genesis { get; init; }

    /// <summary>Storage policy of uploads that name none, such as "4+8".</summary>
    public required string DefaultPolicy { get; init; }

    /// <summary>
    /// Folder for the history of transactions, which can always be made again from the blocks; without one only the newest
    /// transactions are found, and none by account.
    /// </summary>
    public string? HistoryFolder { get; init; }
}
