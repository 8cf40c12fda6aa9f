namespace Orleans.InProcess.Simulation;

/// <summary>A clock that stands still until it is told to go on to its next timer.</summary>
internal sealed class VirtualTime(DateTimeOffset start) : TimeProvider
{
    private readonly PriorityQueue<VirtualTimer, (long Ticks, long Sequence)> _timers = new();
    private long _ticks;
    private long _sequence;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => _ticks;

    public override DateTimeOffset GetUtcNow() => start.AddTicks(_ticks);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new VirtualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Fires the next timer at its time; false if there is none.</summary>
    internal bool AdvanceToNextTimer()
    {
        while (_timers.TryDequeue(out var timer, out var due))
        {
            // A timer that was changed or disposed of left its old entry behind.
            if (timer.Entry == due.Sequence)
            {
                _ticks = Math.Max(_ticks, due.Ticks);
                timer.Fire();
                return true;
            }
        }

        return false;
    }

    private sealed class VirtualTimer(VirtualTime time, TimerCallback callback, object? state) : ITimer
    {
        private TimeSpan _period;
        private bool _disposed;

        internal long Entry { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            if (_disposed)
            {
                return false;
            }

            _period = period;
            Arm(dueTime);
            return true;
        }

        public void Dispose()
        {
            _disposed = true;
            Entry = 0;
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        internal void Fire()
        {
            Arm(_period > TimeSpan.Zero ? _period : Timeout.InfiniteTimeSpan);
            callback(state);
        }

        private void Arm(TimeSpan wait)
        {
            Entry = 0;
            if (wait != Timeout.InfiniteTimeSpan)
            {
                Entry = ++time._sequence;
                time._timers.Enqueue(this, (time._ticks + wait.Ticks, Entry));
            }
        }
    }
}
