namespace Cess.Grains;

/// <summary>Bounds of the grain layer.</summary>
public static class GrainLimits
{
    /// <summary>Transactions in one message to the intake or the consensus grain.</summary>
    public const int TransactionsPerBatch = 4_096;

    /// <summary>Transactions of a batch from which on they are verified on all cores; checks of that many signatures outweigh that by far.</summary>
    public const int TransactionsVerifiedAloneMax = 32;

    /// <summary>How long a call may wait for finality.</summary>
    public const string FinalityTimeout = "00:01:00";

    /// <summary>How long a fragment's push may take.</summary>
    public const string PushTimeout = "00:01:00";

    /// <summary>Transactions that wait for a block.</summary>
    public const int PoolTransactions = 100_000;

    /// <summary>Transactions of one account that wait for a block.</summary>
    public const int PoolTransactionsPerAccount = 20_000;

    /// <summary>Bytes of transactions that wait for a block.</summary>
    public const long PoolBytes = 256L << 20;

    /// <summary>Such a part of the pool, and of an account's share of it, may wait behind missing nonces.</summary>
    public const int PoolGapPart = 4;

    /// <summary>Such a part of the pool is kept for the accounts whose keys this node holds.</summary>
    public const int PoolOwnPart = 10;

    /// <summary>Blocks ahead of the head up to which a transaction that comes from outside may be valid; clients ask for far less.</summary>
    public const ulong PoolValidity = 1_000_000;

    /// <summary>A transaction takes the place of one with its nonce when its tip is higher by one such part of it at least.</summary>
    public const int ReplacementTipPart = 10;

    /// <summary>Refusals of transactions that were in the pool which are remembered for who asks.</summary>
    public const int RefusalsKept = 10_000;

    /// <summary>Transactions in a block.</summary>
    public const int BlockTransactions = 10_000;

    /// <summary>Bytes of transactions in a block; at least one transaction always fits.</summary>
    public const int BlockBytes = 8 << 20;

    /// <summary>Final blocks that are not yet durable, from which on none is built.</summary>
    public const int BlocksInFlight = 4;

    /// <summary>Transactions that must wait before a block is executed while the one before it is still being written.</summary>
    public const int PipelinedTransactions = 512;

    /// <summary>Time between two blocks of this silo's validators, among several, while fewer transactions wait than that.</summary>
    public static readonly TimeSpan BlockInterval = TimeSpan.FromMilliseconds(40);

    /// <summary>Transactions that are worth a block at once.</summary>
    public const int PacedTransactions = 4_096;

    /// <summary>Recent blocks whose states and events stay in memory for consumers that catch up.</summary>
    public const int RecentBlocks = 256;

    /// <summary>Transactions of those blocks, from the newest back; the newest block stays whatever it has.</summary>
    public const int RecentTransactions = 50_000;

    /// <summary>Blocks after which a snapshot of the state is saved at the latest.</summary>
    public const int BlocksPerSnapshot = 10_000;

    /// <summary>Transactions after which it is: those behind the newest snapshot are what a restart executes again.</summary>
    public const int TransactionsPerSnapshot = 250_000;

    /// <summary>An empty block is made when none was for so long, so that deadlines pass.</summary>
    public static readonly TimeSpan IdleBlockInterval = TimeSpan.FromSeconds(3);

    /// <summary>How far the time of a block may be ahead of this node's clock for its validator to vote for it.</summary>
    public static readonly TimeSpan ClockTolerance = TimeSpan.FromSeconds(5);

    /// <summary>Messages of the consensus that wait for one validator; what comes then is lost, and will be sent again.</summary>
    public const int InboxMessages = 4_096;

    /// <summary>Bytes of those that came from other processes.</summary>
    public const long InboxBytes = 64L << 20;

    /// <summary>How many of the messages that wait may be of one sender.</summary>
    public const int InboxMessagesOfSender = 1_024;

    /// <summary>Bytes of those: more than the longest message has.</summary>
    public const long InboxBytesOfSender = 24L << 20;

    /// <summary>How many of the messages that wait a validator takes in one turn: then its timers and other calls get theirs.</summary>
    public const int MessagesPerTurn = 32;

    /// <summary>Time between two warnings of one kind that one other validator, node or address causes.</summary>
    public static readonly TimeSpan WarningInterval = TimeSpan.FromMinutes(1);

    /// <summary>How many of those that cause warnings of one kind are remembered.</summary>
    public const int WarningSources = 1_024;

    /// <summary>Records of the consensus that one validator makes durable at once.</summary>
    public const int JournalRecords = 4_096;

    /// <summary>Entries that may be written behind the oldest one that is needed before that is written anew.</summary>
    public const ulong JournalEntriesBehind = 4_096;

    /// <summary>
    /// Bytes that the journal of votes keeps above which it is worth a warning. Nothing bounds them but the iterations that may follow a final
    /// one: what a validator has signed in any of these, and the blocks that it has voted for, it must not forget.
    /// </summary>
    public const long JournalBytesWarned = 256L << 20;

    /// <summary>Messages of a later era that are kept until this one ends.</summary>
    public const int EarlyMessages = 256;

    /// <summary>Bytes of those that came from other processes.</summary>
    public const long EarlyBytes = 64L << 20;

    /// <summary>How many of the messages of a later era may be of one sender.</summary>
    public const int EarlyMessagesOfSender = 64;

    /// <summary>Bytes of those: more than the longest message has.</summary>
    public const long EarlyBytesOfSender = 24L << 20;

    /// <summary>Final blocks that are read from the store at a time for a validator that lacks them.</summary>
    public const int ServedBlocks = 1_200;

    /// <summary>How many blocks ahead custody transactions stay valid.</summary>
    public const ulong CustodyValidity = 1_000;

    /// <summary>Blocks from one try to reveal what a validator owes to the next.</summary>
    public const ulong RevealRetryBlocks = 8;

    /// <summary>How often in an era the next block is enough for that, because another transaction had the nonce.</summary>
    public const int RevealConflicts = 8;

    /// <summary>Miners that a slice tries, the placed one included, before its push fails.</summary>
    public const int PushAttempts = 4;

    /// <summary>How long a miner that failed is not placed on.</summary>
    public static readonly TimeSpan MinerRest = TimeSpan.FromSeconds(10);

    /// <summary>Fragment pushes under way in one silo.</summary>
    public const int PushesInFlight = 24;

    /// <summary>How long an unfinished multipart upload is kept.</summary>
    public static readonly TimeSpan UploadLifetime = TimeSpan.FromDays(7);

    /// <summary>How long the result of a complete multipart upload is kept at least, unless too many follow.</summary>
    public static readonly TimeSpan CompletedUploadsKept = TimeSpan.FromHours(1);

    /// <summary>Results of complete multipart uploads of one bucket that are kept.</summary>
    public const int CompletedUploadsPerBucket = 1_000;

    /// <summary>Parts of one multipart upload.</summary>
    public const int PartsPerUpload = 10_000;

    /// <summary>Parts that are kept in one record.</summary>
    public const int PartsPerPage = 64;

    /// <summary>Unfinished multipart uploads of one bucket.</summary>
    public const int UploadsPerBucket = 10_000;

    /// <summary>How often a miner looks again whether fragments that are still being read can go.</summary>
    public static readonly TimeSpan DeletionRetry = TimeSpan.FromSeconds(1);

    /// <summary>How often the account grain tries a call whose nonce was lost to another.</summary>
    public const int NonceAttempts = 5;

    /// <summary>How long the account grain waits before it offers a transaction to a full pool again.</summary>
    public static readonly TimeSpan FullPoolRetry = TimeSpan.FromMilliseconds(100);

    /// <summary>How often it does so.</summary>
    public const int FullPoolAttempts = 100;

    /// <summary>
    /// Time between two sweeps of a miner. A fragment that two sweeps in a row find named by no record is deleted; by then
    /// every upload that it could belong to has ended.
    /// </summary>
    public static readonly TimeSpan OrphanAge = UploadLifetime + TimeSpan.FromDays(1);

}
