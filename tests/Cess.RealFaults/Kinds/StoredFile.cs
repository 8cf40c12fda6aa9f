using System.Text.RegularExpressions;

namespace Cess.RealFaults.Kinds;

/// <summary>What a node may do about damage to a file.</summary>
internal enum Promise
{
    /// <summary>It runs, and all is right: the file can be made again, or there are others that make up for it.</summary>
    Heals,

    /// <summary>It runs and all is right, or it does not start and names the file.</summary>
    HealsOrRefuses,

    /// <summary>
    /// As before; or, since an end that a disk has lost can't be told from one that a crash has cut off before it was confirmed, it goes on
    /// from the last whole batch. Then everything is something that was there once.
    /// </summary>
    MayGoBack,
}

/// <summary>A kind of file that a node keeps. Every file in a data folder has to be of exactly one: a new kind is found by its absence here.</summary>
/// <param name="Name">For reports.</param>
/// <param name="Pattern">Its path in the data folder.</param>
/// <param name="Promise">What is promised about damage.</param>
/// <param name="Says">What a node that does not start may name instead of the file.</param>
internal sealed record StoredFile(string Name, string Pattern, Promise Promise, string? Says = null)
{
    /// <summary>Every kind.</summary>
    public static IReadOnlyList<StoredFile> All { get; } =
    [
        new("block log", "blocks/[0-9]{20}\\.blocks", Promise.MayGoBack, "blocks"),
        new("snapshot", "blocks/[0-9]{20}\\.snapshot", Promise.HealsOrRefuses),
        new("vote journal", "consensus/[0-9]{20}\\.blocks", Promise.MayGoBack),
        new("grain state", "state\\.db", Promise.HealsOrRefuses),
        new("grain state's log", "state\\.db-wal", Promise.MayGoBack, "state.db"),
        new("grain state's index", "state\\.db-shm", Promise.Heals),
        new("pack of fragments", "miners/[0-9]{2}/\\.packs/[0-9]{20}\\.pack", Promise.Heals),
        new("fragment", "miners/[0-9]{2}/[0-9a-z].*", Promise.Heals),
        new("genesis", "genesis\\.scale", Promise.HealsOrRefuses, "another chain"),
        new("passphrase", "keys/passphrase", Promise.HealsOrRefuses, "passphrase"),
        new("owner's key", "keys/owner\\.pem", Promise.HealsOrRefuses),
        new("validator's key", "keys/validator-[0-9]{2}\\.pem", Promise.HealsOrRefuses),
        new("miner's key", "keys/miner-[0-9]{2}\\.pem", Promise.HealsOrRefuses),
        new("hash chain", "keys/validator-[0-9]{2}\\.chain", Promise.HealsOrRefuses),
        new("S3 credentials", "keys/s3-credentials\\.json", Promise.HealsOrRefuses),
        new("node's key", "node\\.pem", Promise.HealsOrRefuses),
        new("known nodes", "peers\\.scale", Promise.Heals),
        new("announcement", "node\\.json", Promise.Heals),
        new("lock", "(blocks|consensus|miners/[0-9]{2})/\\.lock", Promise.Heals),
    ];

    /// <summary>What a kill leaves of a file that was being written: no promise depends on it, and a start clears it away or writes over it.</summary>
    private const string Leftover = "blocks/[0-9]{20}\\.snapshot\\.tmp|miners/[0-9]{2}/\\.tmp/.+|(keys/.+|[a-z.]+)\\.new|history/.+\\.tmp";

    public static bool IsLeftover(string path) => Regex.IsMatch(path, $"^({Leftover})$", RegexOptions.CultureInvariant);

    public bool Matches(string path) => Regex.IsMatch(path, $"^{Pattern}$", RegexOptions.CultureInvariant);
}
