namespace Orleans.InProcess;

/// <summary>Milliseconds since the silo was made, as of the last look at the clock: free to read on every call.</summary>
internal sealed class CoarseClock(TimeProvider time)
{
    private readonly long _start = time.GetTimestamp();
    private long _nowMs;

    internal long NowMs => Volatile.Read(ref _nowMs);

    internal long Refresh()
    {
        long now = (long)time.GetElapsedTime(_start).TotalMilliseconds;
        Volatile.Write(ref _nowMs, now);
        return now;
    }
}
