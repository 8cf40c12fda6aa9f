namespace Cess.Simulation.World;

/// <summary>The clock of one process: the simulation's, ahead or behind, whose timers end with the process.</summary>
internal sealed class NodeClock(TimeProvider time, Life life) : TimeProvider
{
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override long TimestampFrequency => time.TimestampFrequency;

    public override long GetTimestamp() => time.GetTimestamp();

    public override DateTimeOffset GetUtcNow() => time.GetUtcNow() + life.Skew;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        time.CreateTimer(_ => life.Run(() => callback(state)), null, dueTime, period);
}
