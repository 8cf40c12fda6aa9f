namespace Cess.Ledger.Modules;

/// <summary>
/// What calls cost, in units of about a nanosecond of one core: execution, and the later hashing and storing of what they
/// write. Bytes on the wire are charged by the byte besides. A weight is a bound, not a measurement of the single case: it
/// follows from the call's bytes alone, so that a client knows the fee before it signs.
/// </summary>
internal static class CallWeights
{
    /// <summary>One check of a signature.</summary>
    public const ulong Signature = 50_000;

    /// <summary>Import of a key that is met for the first time, and the check of a signature under it.</summary>
    public const ulong SignatureOfNewKey = 150_000;

    /// <summary>Two account records.</summary>
    public const ulong Transfer = 5_000;

    /// <summary>One record that is read, changed and hashed.</summary>
    public const ulong RecordWrite = 2_500;

    /// <summary>One fragment of a declaration: its miner's record and the deal's share.</summary>
    public const ulong Fragment = 1_000;

    /// <summary>One file of a transfer report: the deal, and when it completes, bucket, object and what had the name.</summary>
    public const ulong FileReport = 15_000;

    /// <summary>Moving a miner's fragments: the file's big record is written again.</summary>
    public const ulong Reassignment = 100_000;

    /// <summary>Giving back what a deal has reserved.</summary>
    public const ulong DealDrop = 30_000;

    /// <summary>Giving back what a file uses.</summary>
    public const ulong FileDeletion = 15_000;

    /// <summary>Walking a hash chain from one reveal to the one before.</summary>
    public const ulong HashChainSteps = 2_500_000;

    /// <summary>Slashing a validator with all that leaves its pool.</summary>
    public const ulong Slash = 500_000;

    /// <summary>What a batch adds to its calls.</summary>
    public const ulong Batch = 1_000;
}
