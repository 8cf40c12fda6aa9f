namespace Cess.Gateway.Objects;

/// <summary>
/// Lets a bounded number of calls of each subject, such as a bucket or an upload, go at a time; the others wait in line. A call that
/// waits in the grain's own queue is worked on even when its caller has gone; here whoever goes leaves the line. Safe for concurrent use.
/// </summary>
/// <param name="atOnce">Calls of one subject that go at a time.</param>
internal sealed class Turns(int atOnce)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Line> _lines = new(StringComparer.Ordinal);

    /// <summary>Subjects with calls that go or wait.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _lines.Count;
        }
    }

    /// <summary>Whether any call of a subject goes or waits.</summary>
    public bool IsTaken(string subject)
    {
        lock (_lock)
            return _lines.ContainsKey(subject);
    }

    /// <summary>Makes a call when its turn has come.</summary>
    /// <param name="subject">Whose line to stand in.</param>
    /// <param name="call">The call; from then on it is waited for, whoever goes.</param>
    /// <param name="cancellation">Ends the waiting for the turn.</param>
    public async Task<T> TakeTurnAsync<T>(string subject, Func<Task<T>> call, CancellationToken cancellation)
    {
        Line line = Join(subject);
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
            Leave(subject, line);
        }
    }

    private Line Join(string subject)
    {
        lock (_lock)
        {
            if (!_lines.TryGetValue(subject, out Line? line))
                _lines.Add(subject, line = new Line(atOnce));
            line.Length++;
            return line;
        }
    }

    private void Leave(string subject, Line line)
    {
        lock (_lock)
        {
            if (--line.Length > 0)
                return;
            _lines.Remove(subject);
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
