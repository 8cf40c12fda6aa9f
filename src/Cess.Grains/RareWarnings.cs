namespace Cess.Grains;

/// <summary>
/// Bounds warnings that others can cause at will: one a source in <see cref="GrainLimits.WarningInterval"/>, so that nobody fills the disk
/// with them. For many threads at a time.
/// </summary>
/// <typeparam name="TSource">Who causes them.</typeparam>
public sealed class RareWarnings<TSource>(TimeProvider time)
    where TSource : notnull
{
    private readonly Lock _gate = new();
    private readonly Dictionary<TSource, Source> _sources = [];

    /// <summary>
    /// True if a warning is to be written. While more sources cause some than are remembered, those that are not may cause none.
    /// </summary>
    /// <param name="source">Who has caused it.</param>
    /// <param name="leftOut">How many of its were not written since the last one.</param>
    public bool IsDue(TSource source, out long leftOut)
    {
        long now = time.GetTimestamp();
        lock (_gate)
        {
            bool isKnown = _sources.TryGetValue(source, out Source last);
            leftOut = last.LeftOut;
            if (isKnown && !IsOver(last, now))
            {
                _sources[source] = last with { LeftOut = leftOut + 1 };
                return false;
            }
            if (!isKnown && !HasRoom(now))
                return false;
            _sources[source] = new Source(now, 0);
            return true;
        }
    }

    private bool HasRoom(long now)
    {
        if (_sources.Count < GrainLimits.WarningSources)
            return true;
        foreach ((TSource source, Source last) in _sources)
        {
            if (IsOver(last, now))
                _sources.Remove(source);
        }
        return _sources.Count < GrainLimits.WarningSources;
    }

    private bool IsOver(Source last, long now) => time.GetElapsedTime(last.At, now) >= GrainLimits.WarningInterval;

    private readonly record struct Source(long At, long LeftOut);
}
