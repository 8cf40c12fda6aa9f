namespace Cess.Client;

/// <summary>Bounds of the client.</summary>
public static class ClientLimits
{
    /// <summary>Bytes of a JSON answer; a longer one is refused.</summary>
    public const int AnswerBytesMax = 64 << 20;

    /// <summary>Bytes of an answer that says what went wrong.</summary>
    public const int ErrorBytesMax = 64 << 10;

    /// <summary>
    /// Bytes that a feed sends until an event is complete; a longer one is refused. The longest are lists of files that a transaction names
    /// and that are refused: some 5 MB as text, for a transaction has 1 MiB.
    /// </summary>
    public const int FeedEventBytesMax = 16 << 20;

    /// <summary>
    /// How long a feed may take to begin, and then to send an event, before its connection is given up: a node says after 15 seconds that it
    /// is still there.
    /// </summary>
    public static readonly TimeSpan FeedSilenceMax = TimeSpan.FromSeconds(45);

    /// <summary>Buckets whose keys are kept.</summary>
    public const int CachedBucketsMax = 256;

    /// <summary>Segments or ranges under way at once.</summary>
    public const int ParallelismMax = 16;

    /// <summary>Frames that one read asks for: a segment's 511 in seven equal parts.</summary>
    public const int FramesPerRead = 73;

    /// <summary>How often a transaction is signed again because another one of the account took its nonce.</summary>
    public const int NonceAttempts = 8;

    /// <summary>Entries of a bucket that a listing takes.</summary>
    public const int ListedObjectsMax = 10_000_000;

    /// <summary>Validators' keys that a verifier keeps imported.</summary>
    public const int CachedKeysMax = 1_024;

    /// <summary>Eras whose blocks a verifier can still check, the newest.</summary>
    public const int ErasKept = 256;

    /// <summary>
    /// Age of a state that is believed, unless <see cref="CessClientOptions.StateAgeMax"/> says another: idle chains make a block every few
    /// seconds, validators in trouble have time-outs of minutes, and a client's clock may be as far off.
    /// </summary>
    public static readonly TimeSpan StateAgeDefault = TimeSpan.FromMinutes(10);

    /// <summary>How often what changes while it is proven is proven again.</summary>
    public const int ProofAttempts = 8;

    /// <summary>Files deleted in one transaction.</summary>
    public const int DeletionsPerTransaction = 1_000;

    /// <summary>How many blocks ahead a transaction of several keys stays valid: time enough to gather signatures.</summary>
    public const ulong MultisigValidity = 100_000;

    /// <summary>How many blocks ahead a transaction stays valid.</summary>
    public const ulong TransactionValidity = 1_000;
}
