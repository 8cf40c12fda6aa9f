using System.Collections.Concurrent;

namespace Cess.Node.Tests;

/// <summary>A clock that stands: what waits for it waits for ever.</summary>
internal sealed class StandingTime : TimeProvider
{
    private readonly ConcurrentQueue<TimeSpan> _waits = [];

    /// <summary>How long the waits are that have begun.</summary>
    public IReadOnlyCollection<TimeSpan> Waits => _waits;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        _waits.Enqueue(dueTime);
        return new Timer();
    }

    private sealed class Timer : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
