namespace Cess.Simulation.Faults;

/// <summary>
/// Which faults a run may draw, and how likely. Within its profile each seed turns a random part of them on (swarm testing: Groce et
/// al., 2012), so that faults which hide each other also come alone.
/// </summary>
internal sealed record Profile(string Name, IReadOnlyList<FaultKind> Faults, bool IsByzantine = false, bool HasStorage = false)
{
    private static readonly FaultKind[] s_network =
    [
        FaultKind.MessageLoss, FaultKind.MessageDelay, FaultKind.MessageDuplicate, FaultKind.Partition, FaultKind.OneWayPartition, FaultKind.Clog, FaultKind.Overload,
    ];

    private static readonly FaultKind[] s_crashes =
    [
        FaultKind.Crash, FaultKind.CrashInWrite, FaultKind.PowerCut, FaultKind.LostWrites, FaultKind.TornWrites, FaultKind.Pause,
        FaultKind.CrashInStart, FaultKind.Outage, FaultKind.ClockSkew, FaultKind.ClockJump,
    ];

    private static readonly FaultKind[] s_disk =
    [
        FaultKind.DiskFull, FaultKind.DiskSlow, FaultKind.SyncFailure, FaultKind.ReadError, FaultKind.BitFlip, FaultKind.EmptyDisk, FaultKind.LostJournal, FaultKind.OldDisk,
        FaultKind.MisdirectedRead, FaultKind.MisdirectedWrite,
    ];

    private static readonly FaultKind[] s_storage =
        [FaultKind.MinerFailure, FaultKind.MinerSlow, FaultKind.MinerLoss, FaultKind.MinerLie, FaultKind.DoubleActivation];

    /// <summary>What validators do that keep to no rule; everything else happens to honest nodes, too.</summary>
    public static IReadOnlyList<FaultKind> Attacks { get; } =
    [
        FaultKind.Equivocation, FaultKind.ContradictoryVotes, FaultKind.Withholding, FaultKind.InvalidBlock, FaultKind.ForgedBlock,
        FaultKind.Censorship, FaultKind.LateVotes, FaultKind.CatchUpLie, FaultKind.Garbage, FaultKind.Twin,
    ];

    public static IReadOnlyList<Profile> All { get; } =
    [
        new("calm", [FaultKind.ParameterChange, FaultKind.Upgrade]),
        new("network", s_network),
        new("crashes", [.. s_crashes, FaultKind.MessageLoss, FaultKind.Upgrade]),
        new("disk", [.. s_disk, FaultKind.Crash, FaultKind.LostWrites]),
        new("storage", [.. s_storage, FaultKind.Crash, FaultKind.LostWrites, FaultKind.MessageDelay], HasStorage: true),
        new("byzantine", [.. Attacks, FaultKind.MessageDelay, FaultKind.Crash], IsByzantine: true),
        new("swarm", [.. s_network, .. s_crashes, .. s_disk, .. Attacks, FaultKind.ParameterChange, FaultKind.Upgrade, .. s_storage], IsByzantine: true, HasStorage: true),
    ];

    public static Profile? Find(string name) => All.FirstOrDefault(profile => profile.Name == name);

    /// <summary>The profile that a seed takes when none is asked for.</summary>
    public static Profile Of(ulong seed) => All[(int)(seed % (ulong)All.Count)];
}
