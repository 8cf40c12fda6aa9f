using System.Diagnostics.CodeAnalysis;

namespace Orleans.Runtime;

/// <summary>A timer of one activation. A tick is a turn of the grain; the next is due one period after it has ended.</summary>
public interface IGrainTimer : IDisposable
{
    /// <summary>Sets when the next tick is due and the period after it; an infinite one means never.</summary>
    void Change(TimeSpan dueTime, TimeSpan period);
}

/// <summary>When and how a timer ticks.</summary>
public readonly struct GrainTimerCreationOptions
{
    /// <summary>Sets nothing.</summary>
    public GrainTimerCreationOptions()
    {
    }

    /// <summary>Sets the times.</summary>
    [SetsRequiredMembers]
    public GrainTimerCreationOptions(TimeSpan dueTime, TimeSpan period)
    {
        DueTime = dueTime;
        Period = period;
    }

    /// <summary>Time to the first tick; infinite for none.</summary>
    public required TimeSpan DueTime { get; init; }

    /// <summary>Time from the end of a tick to the next; infinite for one tick only.</summary>
    public required TimeSpan Period { get; init; }

    /// <summary>Whether ticks may interleave with calls and with one another's awaits; otherwise a tick waits its turn.</summary>
    public bool Interleave { get; init; }

    /// <summary>Whether ticks count as use, so that the grain is not collected while it ticks often enough.</summary>
    public bool KeepAlive { get; init; }
}
