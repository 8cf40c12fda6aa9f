using Cess.Ledger;
using Cess.Primitives;
using Cess.Wire;

namespace Cess.Gateway.Rest;

/// <summary>Bounds of the REST door; those that its clients must know are in <see cref="WireLimits"/>.</summary>
public static class RestLimits
{
    /// <summary>Bytes of a JSON body.</summary>
    public const int JsonBodyBytesMax = 16 << 10;

    /// <summary>Blocks in one page.</summary>
    public const int BlocksPerPageMax = 100;

    /// <summary>How often blocks, or the history, are asked for those transactions of a submission that seem to be final already.</summary>
    public const int RepetitionsSoughtMax = 64;

    /// <summary>Headers that lead from one to the certified one that makes it final.</summary>
    public const int ProofHeadersMax = 1_024;

    /// <summary>Newest blocks that can be found by their hash, and their transactions by id.</summary>
    public const int BlocksIndexedMax = 20_000;

    /// <summary>Newest transactions that can be found by their id, about 100 bytes each.</summary>
    public const int TransactionsIndexedMax = 500_000;

    /// <summary>
    /// Transactions of the history that are in memory, at least as many as a block can have; 32 bytes each. Their parties, too,
    /// at 16 bytes each, unless a single block has more.
    /// </summary>
    public const int HistoryEntriesInMemoryMax = 1 << 17;

    /// <summary>Parties of all transactions of a block: their events name them with 32 bytes each in its receipts.</summary>
    public const int HistoryPartiesPerBlockMax = LedgerLimits.BlockReceiptBytesMax / AccountId.Size;

    /// <summary>Blocks of the history whose transactions are in memory only: what a node reads again when it starts.</summary>
    public const ulong HistoryBlocksInMemoryMax = 10_000;

    /// <summary>Files of the history of about one size that become one larger file.</summary>
    public const int HistoryRunsMergedMin = 8;

    /// <summary>Entries that a merge of such files writes between two pauses.</summary>
    public const int HistoryEntriesBetweenPauses = 1 << 14;

    /// <summary>How many times as long as it works a merge pauses, so that it takes a fifth of a core from the ledger.</summary>
    public const int HistoryPauseFactor = 4;

    /// <summary>Event feeds that are open at once.</summary>
    public const int FeedsMax = 1_000;

    /// <summary>Event feeds that one address has open at once.</summary>
    public const int FeedsPerAddressMax = 100;

    /// <summary>How long a feed stays silent before it says how far it has looked, so that both sides know the other is there.</summary>
    public static readonly TimeSpan FeedSilenceMax = TimeSpan.FromSeconds(15);

    /// <summary>Nonces that are remembered until their signatures have expired. At the bound, signed requests are put off.</summary>
    public const int NoncesMax = 1_000_000;

    /// <summary>Nonces that are remembered of one account.</summary>
    public const int NoncesPerAccountMax = 100_000;

    /// <summary>Public keys that stay imported, about 4 kB each.</summary>
    public const int CachedPublicKeysMax = 4_096;

    /// <summary>Uploads that are open at once.</summary>
    public const int UploadsMax = 4_096;

    /// <summary>Uploads that one account has open at once.</summary>
    public const int UploadsPerAccountMax = 64;

    /// <summary>How long an upload stays open without being used; below the age at which unnamed fragments are swept.</summary>
    public static readonly TimeSpan UploadLifetime = TimeSpan.FromHours(12);

    /// <summary>Bytes that one submission takes up: transactions, their lengths, and their count.</summary>
    public const int SubmissionBytesMax = WireLimits.SubmissionBytesMax + (4 * WireLimits.TransactionsPerSubmissionMax) + 4;
}
