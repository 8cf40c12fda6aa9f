using Cess.Ledger.Modules.Files;
using Cess.Ledger.Modules.Miners;
using Cess.Primitives;

namespace Cess.Ledger.Modules;

/// <summary>What a subject is.</summary>
public enum SubjectKind : byte
{
    /// <summary>An account, by its id.</summary>
    Account = 0,

    /// <summary>A bucket, by its name.</summary>
    Bucket = 1,

    /// <summary>A file, by its id.</summary>
    File = 2,

    /// <summary>A miner, by its number.</summary>
    Miner = 3,
}

/// <summary>An account, bucket, file or miner that an event concerns.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Key">Which one: 64 hex digits for an account or a file, the name of a bucket, the decimal number of a miner.</param>
public readonly record struct Subject(SubjectKind Kind, string Key)
{
    /// <summary>An account.</summary>
    public static Subject Of(AccountId account) => new(SubjectKind.Account, account.Hash.ToString());

    /// <summary>A file.</summary>
    public static Subject Of(FileId file) => new(SubjectKind.File, file.ToString());

    /// <summary>A miner.</summary>
    public static Subject Of(MinerId miner) => new(SubjectKind.Miner, miner.ToString());

    /// <summary>A bucket.</summary>
    public static Subject OfBucket(string bucket) => new(SubjectKind.Bucket, bucket);
}
