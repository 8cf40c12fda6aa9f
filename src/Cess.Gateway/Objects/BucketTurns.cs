namespace Cess.Gateway.Objects;

/// <summary>
/// Lets a bounded number of calls of each bucket go at a time; the others wait in line. A call that waits in the grain's own queue is
/// worked on even when its caller has gone; here whoever goes leaves the line. Safe for concurrent use.
/// </summary>
/// <param name="atOnce">Calls of one bucket that go at a time.</param>
internal sealed class BucketTurns(int atOnce)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Line> _lines = new(StringComparer.Ordinal);

    /// <summary>Buckets with calls that go or wait.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _lines.Count;
        }
    }

    /// <summary>Makes a call when its turn has come.</summary>
    /// <param name="bucket">Whose line to stand in.</param>
    /// <param name="call">The call; from then on it is waited for, whoever goes.</param>
    /// <param name="cancellation">Ends the waiting for the turn.</param>
    public async Task<T> TakeTurnAsync<T>(string bucket, Func<Task<T>> call, CancellationToken cancellation)
    {
        Line line = Join(bucket);
        try
        {
            await line.Turns.WaitAsync(cancellation).ConfigureAwait(false);
            try
            {
                return await call().ConfigureAwait(false);
            }
            finally
            {
                line.Turns.Release();
            }
        }
        finally
        {
            Leave(bucket, line);
        }
    }

    private Line Join(string bucket)
    {
        lock (_lock)
        {
            if (!_lines.TryGetValue(bucket, out Line? line))
                _lines.Add(bucket, line = new Line(atOnce));
            line.Length++;
            return line;
        }
    }

    private void Leave(string bucket, Line line)
    {
        lock (_lock)
        {
            if (--line.Length > 0)
                return;
            _lines.Remove(bucket);
            line.Turns.Dispose();
        }
    }

    private sealed class Line(int atOnce)
    {
        public SemaphoreSlim Turns { get; } = new(atOnce);

        /// <summary>Calls that go or wait.</summary>
        public int Length { get; set; }
    }
}
