namespace Cess.Simulation.Checks;

/// <summary>
/// What should happen in some runs, though in few: a simulation that never gets there does not test it. A batch of runs says how often
/// each was reached, and which never were.
/// </summary>
internal enum Rare
{
    /// <summary>Bytes that are no message came in and were refused.</summary>
    GarbageRefused,

    /// <summary>A start cut off a block that a crash had left half written.</summary>
    TornBlockCutOff,

    /// <summary>A start cut off a vote that a crash had left half written.</summary>
    TornVoteCutOff,

    /// <summary>A start refused a store whose middle was damaged.</summary>
    DamageNoticed,

    /// <summary>A validator did not find what it has signed, and abstains.</summary>
    JournalMissed,

    /// <summary>A node stopped because its disk failed.</summary>
    NodeStoppedItself,

    /// <summary>A client did not learn what became of a transaction.</summary>
    SubmissionUnanswered,

    /// <summary>A client gave the same transaction again.</summary>
    SubmittedAgain,

    /// <summary>A transaction was refused because too many wait.</summary>
    PoolFull,

    /// <summary>A start began with a snapshot.</summary>
    StartedFromSnapshot,

    /// <summary>A transaction was refused after it had been taken.</summary>
    TransactionRefused,

    /// <summary>A transaction in somebody else's name was refused.</summary>
    ForgeryRefused,

    /// <summary>A transaction that a leader had left out is in a block.</summary>
    CensoredIncluded,

    /// <summary>An era has ended.</summary>
    EraEnded,

    /// <summary>An era has another number of validators than the genesis.</summary>
    ValidatorsChanged,

    /// <summary>A validator is no candidate any more, by its own wish.</summary>
    ValidatorLeft,

    /// <summary>It is one again.</summary>
    ValidatorReturned,

    /// <summary>A validator was slashed because of votes that contradict each other.</summary>
    SlashedForEquivocation,

    /// <summary>A validator was slashed because it was not there.</summary>
    SlashedForAbsence,

    /// <summary>Validators have changed a parameter.</summary>
    ChangeEnacted,

    /// <summary>An operator did not learn what became of a call.</summary>
    OperatorUnanswered,

    /// <summary>A node that is no validator of the era took final blocks from another.</summary>
    FollowerTookBlocks,

    /// <summary>It refused some that were not final.</summary>
    FollowerRefusedBlocks,

    /// <summary>An object was stored.</summary>
    ObjectStored,

    /// <summary>An object was read, as it had been stored.</summary>
    ObjectRead,

    /// <summary>An object was deleted.</summary>
    ObjectDeleted,

    /// <summary>An object was refused with a reason.</summary>
    ObjectRefused,

    /// <summary>Who stores did not learn whether it had.</summary>
    StorageUnanswered,
}
