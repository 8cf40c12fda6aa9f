namespace Cess.Ledger.Modules.Miners;

/// <summary>Why a call of the miners module failed, or another's because of a miner.</summary>
public enum MinersError : ushort
{
    /// <summary>The sender has a miner already.</summary>
    AlreadyRegistered = 1,

    /// <summary>The sender is no miner.</summary>
    NotRegistered = 2,

    /// <summary>No miner has that number.</summary>
    MinerUnknown = 3,

    /// <summary>The miner is frozen or leaves: it takes no new data.</summary>
    MinerNotPositive = 4,

    /// <summary>The endpoint is empty.</summary>
    EndpointEmpty = 5,

    /// <summary>The total is below what is used and reserved.</summary>
    SpaceInUse = 6,

    /// <summary>The stake does not cover the total.</summary>
    StakeInsufficient = 7,

    /// <summary>The miner has too little unreserved space.</summary>
    SpaceInsufficient = 8,

    /// <summary>A stake of nothing is added.</summary>
    AmountZero = 9,
}

/// <summary>The catalogue of <see cref="MinersError"/>.</summary>
internal static class MinersErrors
{
    public static IEnumerable<KeyValuePair<LedgerError, ErrorInfo>> All { get; } =
    [
        Entry(MinersError.AlreadyRegistered, Fault.Sender, "The sender has a miner already."),
        Entry(MinersError.NotRegistered, Fault.Sender, "The sender is no miner."),
        Entry(MinersError.MinerUnknown, Fault.Sender, "No miner has that number."),
        Entry(MinersError.MinerNotPositive, Fault.Timing, "The miner is frozen or leaves, and takes no new data."),
        Entry(MinersError.EndpointEmpty, Fault.Sender, "The endpoint is empty."),
        Entry(MinersError.SpaceInUse, Fault.Timing, "The total is below what the miner has used and reserved."),
        Entry(MinersError.StakeInsufficient, Fault.Sender, "The miner's stake does not cover the total."),
        Entry(MinersError.SpaceInsufficient, Fault.Timing, "The miner has too little unreserved space."),
        Entry(MinersError.AmountZero, Fault.Sender, "An added stake has at least one unit."),
    ];

    private static KeyValuePair<LedgerError, ErrorInfo> Entry(MinersError error, Fault fault, string text) =>
        new(error, new ErrorInfo(error.ToString(), text, fault));
}
