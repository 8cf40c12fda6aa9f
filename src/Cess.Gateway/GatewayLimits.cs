namespace Cess.Gateway;

/// <summary>Bounds of the object store behind both doors.</summary>
public static class GatewayLimits
{
    /// <summary>Bytes of UTF-8 in an object's key.</summary>
    public const int KeyBytesMax = 1_024;

    /// <summary>
    /// Bytes of all request bodies that are held whole in memory, at both doors: submissions of transactions, declarations, JSON and XML.
    /// Each counts until its request is answered.
    /// </summary>
    public const long WholeBodyBytesMax = 256L << 20;

    /// <summary>Bytes of those that come from one address.</summary>
    public const long WholeBodyBytesPerAddressMax = WholeBodyBytesMax / 4;

    /// <summary>How long such a body may take to come.</summary>
    public static readonly TimeSpan WholeBodyTimeMax = TimeSpan.FromMinutes(1);

    /// <summary>Buckets of one account.</summary>
    public const int BucketsPerAccount = 1_000;

    /// <summary>Bytes of headers and user metadata of one object, names and values together.</summary>
    public const int MetadataBytesMax = 6 * 1_024;

    /// <summary>Plaintext bytes of one part, or of one object that is not uploaded in parts: 5 GiB, as S3.</summary>
    public const long PartBytesMax = 5L << 30;

    /// <summary>Smallest part but the last: 5 MiB, as S3.</summary>
    public const long PartBytesMin = 5L << 20;

    /// <summary>Highest part number.</summary>
    public const int PartNumberMax = 10_000;

    /// <summary>Segments of one upload that are being filled, coded or pushed at one time.</summary>
    public const int SegmentsInFlight = 2;

    /// <summary>Frames that a reader fetches and decrypts at a time: 2 MiB.</summary>
    public const int FramesPerRead = 32;

    /// <summary>Least memory for reads, all together: that of a few readers at once, of which one rebuilds.</summary>
    public const long ReadBufferBytesMin = 16L << 20;

    /// <summary>Bytes of a call that this node signs: what a transaction may have, less what surrounds the call.</summary>
    public const int CallBytesMax = Ledger.LedgerLimits.TransactionBytesMax - 1_024;

    /// <summary>Listings of one bucket that its grain is asked for at a time; others wait in line.</summary>
    public const int ListingsPerBucket = 2;

    /// <summary>How often an object is deleted that another has taken the place of meanwhile.</summary>
    public const int DeletionAttempts = 3;

    /// <summary>How long the parts of an upload that has expired stay: longer than a completion that began just before takes.</summary>
    public static readonly TimeSpan ExpiredUploadsKept = TimeSpan.FromHours(1);

    /// <summary>Bucket keys that stay unwrapped in memory.</summary>
    public const int BucketKeysCached = 1_024;
}
