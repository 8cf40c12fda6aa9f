using Cess.Simulation.Faults;

namespace Cess.Simulation.Runs;

/// <summary>Which run to make, as one process asks another.</summary>
internal sealed record RunRequest(ulong Seed, string Profile, double Minutes, bool Log = false)
{
    /// <summary>Faults that are off, whatever the seed says.</summary>
    public IReadOnlyList<FaultKind> Without { get; init; } = [];

    /// <summary>Where to write what its nodes have in the end; null for nowhere.</summary>
    public string? WriteReleaseTo { get; init; }

    /// <summary>What a user gives to have it again.</summary>
    public string Command =>
        FormattableString.Invariant($"--seed {Seed} --profile {Profile} --minutes {Minutes}") + (Without.Count == 0 ? "" : $" --without {string.Join(',', Without)}");
}

/// <summary>What one run is of.</summary>
internal sealed record RunOptions(ulong Seed, Profile Profile, TimeSpan Duration)
{
    /// <summary>Faults that are off, whatever the seed says.</summary>
    public IReadOnlyList<FaultKind> Without { get; init; } = [];
}

/// <summary>What came of one run; what does not depend on the machine is the same each time.</summary>
internal sealed record RunResult
{
    public required ulong Seed { get; init; }

    public required string Profile { get; init; }

    public required double VirtualSeconds { get; init; }

    /// <summary>What it took; the one value that differs from time to time.</summary>
    public required double Seconds { get; init; }

    public required long Steps { get; init; }

    public required ulong Height { get; init; }

    public required long Transactions { get; init; }

    public required long Acknowledged { get; init; }

    /// <summary>The same for the same seed, on every machine.</summary>
    public required string Trace { get; init; }

    public required IReadOnlyDictionary<string, long> Faults { get; init; }

    public required IReadOnlyDictionary<string, long> Sometimes { get; init; }

    /// <summary>The faults that the seed had turned on.</summary>
    public required IReadOnlyList<FaultKind> Swarm { get; init; }

    /// <summary>Null if all promises held.</summary>
    public required string? Failure { get; init; }

    /// <summary>The last events before a failure.</summary>
    public required IReadOnlyList<string> Log { get; init; }
}
