namespace Cess.Simulation.Faults;

/// <summary>What can go wrong. Each is drawn by seed, and counted where it takes effect.</summary>
internal enum FaultKind
{
    /// <summary>A message never arrives.</summary>
    MessageLoss,

    /// <summary>A message takes longer than others, and so comes after later ones.</summary>
    MessageDelay,

    /// <summary>A message arrives twice.</summary>
    MessageDuplicate,

    /// <summary>Two groups of nodes can't reach each other.</summary>
    Partition,

    /// <summary>One node hears another, and not the other way.</summary>
    OneWayPartition,

    /// <summary>A link holds everything back and then lets it all through.</summary>
    Clog,

    /// <summary>A process dies between two awaits.</summary>
    Crash,

    /// <summary>A process dies in the middle of a write.</summary>
    CrashInWrite,

    /// <summary>All processes die at once.</summary>
    PowerCut,

    /// <summary>Writes that were not synced are lost in a crash.</summary>
    LostWrites,

    /// <summary>Parts of writes that were not synced are lost in a crash, in any order of sectors.</summary>
    TornWrites,

    /// <summary>A process stands still for a while.</summary>
    Pause,

    /// <summary>A process starts again while it is still starting.</summary>
    CrashInStart,

    /// <summary>The blocks are gone when a process starts again.</summary>
    EmptyDisk,

    /// <summary>What a validator has signed is gone when its process starts again.</summary>
    LostJournal,

    /// <summary>The blocks are those of an hour ago when a process starts again.</summary>
    OldDisk,

    /// <summary>A clock is ahead or behind.</summary>
    ClockSkew,

    /// <summary>A clock jumps.</summary>
    ClockJump,

    /// <summary>There is no room on the disk.</summary>
    DiskFull,

    /// <summary>A sync takes long.</summary>
    DiskSlow,

    /// <summary>A sync fails.</summary>
    SyncFailure,

    /// <summary>A read fails.</summary>
    ReadError,

    /// <summary>Bits change at rest.</summary>
    BitFlip,

    /// <summary>A read gives what lies elsewhere.</summary>
    MisdirectedRead,

    /// <summary>A write ends up elsewhere, over what was there.</summary>
    MisdirectedWrite,

    /// <summary>A process is down for minutes.</summary>
    Outage,

    /// <summary>More is asked for at once than a node takes.</summary>
    Overload,

    /// <summary>A grain is activated twice, so that two of it take calls, fire timers and write state.</summary>
    DoubleActivation,

    /// <summary>A miner refuses or fails.</summary>
    MinerFailure,

    /// <summary>A miner takes long.</summary>
    MinerSlow,

    /// <summary>A miner loses all that it has.</summary>
    MinerLoss,

    /// <summary>A miner's fragments are not what was stored.</summary>
    MinerLie,

    /// <summary>A validator signs two blocks for one iteration.</summary>
    Equivocation,

    /// <summary>A validator signs votes that contradict each other.</summary>
    ContradictoryVotes,

    /// <summary>A validator keeps messages from some.</summary>
    Withholding,

    /// <summary>A validator proposes a block that breaks a rule.</summary>
    InvalidBlock,

    /// <summary>A validator proposes a block with a transaction that its account has not signed.</summary>
    ForgedBlock,

    /// <summary>A validator proposes a block without the transactions of one account.</summary>
    Censorship,

    /// <summary>A validator's messages come late.</summary>
    LateVotes,

    /// <summary>A validator gives blocks that are not the final ones.</summary>
    CatchUpLie,

    /// <summary>A validator sends bytes that are no message.</summary>
    Garbage,

    /// <summary>One validator's key runs in two processes.</summary>
    Twin,

    /// <summary>What a node finds on its disk was written by an earlier release.</summary>
    Upgrade,

    /// <summary>A parameter of the chain changes.</summary>
    ParameterChange,
}
