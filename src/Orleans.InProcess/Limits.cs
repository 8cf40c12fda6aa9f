namespace Orleans.InProcess;

/// <summary>Every bound of the in-process runtime, in one place. What an option can change is marked so.</summary>
public static class Limits
{
    /// <summary>
    /// Calls that may wait at one activation, unless <c>SiloMessagingOptions.MaxEnqueuedRequestsHardLimit</c> says less;
    /// the next one fails with <see cref="Orleans.Runtime.LimitExceededException"/>.
    /// </summary>
    public const int MailboxLengthMax = 1 << 20;

    /// <summary>
    /// Activations that may live at once; a call that needs one more fails with
    /// <see cref="Orleans.Runtime.LimitExceededException"/>.
    /// </summary>
    public const int ActivationsMax = 10_000_000;

    /// <summary>Turns that one activation takes before it lets others run.</summary>
    public const int TurnsPerSliceMax = 128;

    /// <summary>How often one call may find its activation gone and be sent to a new one.</summary>
    public const int ForwardsMax = 1024;

    /// <summary>Stripes of the list of calls that wait for an answer; a power of two.</summary>
    public const int OutstandingCallStripes = 16;

    /// <summary>Longest time between two looks at calls that may have timed out, in milliseconds.</summary>
    public const int CallSweepPeriodMsMax = 1000;

    /// <summary>Shortest time between two looks at calls that may have timed out, in milliseconds.</summary>
    public const int CallSweepPeriodMsMin = 10;

    /// <summary>Length of a grain's key in UTF-8 bytes.</summary>
    public const int GrainKeyBytesMax = 1024;

    /// <summary>
    /// Published batches (an event published alone is a batch of one) that may wait for one subscription of a stream;
    /// the publisher of the next one gets the <see cref="InvalidOperationException"/> that Orleans' memory streams give.
    /// </summary>
    public const int StreamQueueLengthMax = 16_384;

    /// <summary>Subscriptions of one stream.</summary>
    public const int StreamSubscriptionsMax = 65_536;

    /// <summary>Streams that a provider keeps in memory: those with subscriptions or waiting events.</summary>
    public const int StreamsMax = 10_000_000;

    /// <summary>
    /// First pause before an event that a subscriber refused is delivered again; doubles up to
    /// <see cref="StreamRetryDelayMsMax"/>.
    /// </summary>
    public const int StreamRetryDelayMsMin = 1_000;

    /// <summary>Longest pause before an event that a subscriber refused is delivered again.</summary>
    public const int StreamRetryDelayMsMax = 30_000;

    /// <summary>Reminders of one silo.</summary>
    public const int RemindersMax = 1_000_000;

    /// <summary>Timers of one activation.</summary>
    public const int TimersPerActivationMax = 1_024;

    /// <summary>Rounds of deactivating all grains when the silo stops: a grain may call others while it stops.</summary>
    public const int ShutdownRoundsMax = 8;

    /// <summary>
    /// Reads and writes of grain state that wait for one SQLite file; the next one fails with
    /// <see cref="Orleans.Runtime.LimitExceededException"/>.
    /// </summary>
    public const int SqliteQueueLengthMax = 65_536;

    /// <summary>Reads and writes of grain state that share one SQLite transaction, hence one fsync.</summary>
    public const int SqliteBatchMax = 1_024;

    /// <summary>Bytes of one serialized grain state.</summary>
    public const int GrainStateBytesMax = 64 << 20;

    /// <summary>Threads that run blocking work (SQLite) besides the turns.</summary>
    public const int BlockingThreadsMax = 4;
}
