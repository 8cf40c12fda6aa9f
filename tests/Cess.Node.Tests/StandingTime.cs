namespace Cess.Node.Tests;

/// <summary>A clock that stands: what waits for it waits for ever.</summary>
internal sealed class StandingTime : TimeProvider
{
    private int _timers;

    /// <summary>Waits that have begun.</summary>
    public int Timers => Volatile.Read(ref _timers);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        Interlocked.Increment(ref _timers);
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
