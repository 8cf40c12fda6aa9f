namespace Cess.Wire;

/// <summary>Bounds of what the REST door and its clients say to each other.</summary>
public static class WireLimits
{
    /// <summary>Characters of a signature header that are looked at; a longer one is refused.</summary>
    public const int SignatureHeaderCharsMax = 4_096;

    /// <summary>Components that one signature covers.</summary>
    public const int SignatureComponentsMax = 16;

    /// <summary>Characters of a nonce.</summary>
    public const int NonceCharsMax = 128;

    /// <summary>How long a signature may be valid, from its creation to its expiry.</summary>
    public static readonly TimeSpan SignatureLifetimeMax = TimeSpan.FromMinutes(5);

    /// <summary>How far the clocks of a client and a door may differ.</summary>
    public static readonly TimeSpan ClockSkewMax = TimeSpan.FromSeconds(30);

    /// <summary>Bytes of one segment's ciphertext: 511 frames of 64 KiB, each with a tag of 16 bytes.</summary>
    public const int SegmentBytesMax = 511 * ((64 * 1024) + 16);

    /// <summary>Transactions in one submission.</summary>
    public const int TransactionsPerSubmissionMax = 4_096;

    /// <summary>Bytes of one submission of transactions.</summary>
    public const int SubmissionBytesMax = 8 << 20;

    /// <summary>Transactions in one page of an account's history; each may take a block to be decoded.</summary>
    public const int HistoryPageMax = 20;

    /// <summary>Keys that one request has records proven of.</summary>
    public const int ProofKeysMax = 64;

    /// <summary>Entries in one page of any other listing.</summary>
    public const int PageEntriesMax = 1_000;
}
