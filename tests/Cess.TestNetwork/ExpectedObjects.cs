namespace Cess.TestNetwork;

/// <summary>
/// What may be under each key after a crash: what the last acknowledged upload or deletion has left, or what one that was
/// never answered would leave. A key is written by one uploader only, one write after the other.
/// </summary>
public sealed class ExpectedObjects
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Expected> _keys = [];
    private readonly Dictionary<string, List<PseudoRandomContent?>> _versions = [];

    /// <summary>Keys that have ever been written.</summary>
    public IReadOnlyCollection<string> Keys
    {
        get
        {
            lock (_gate)
            {
                return [.. _keys.Keys];
            }
        }
    }

    /// <summary>Writes that were acknowledged.</summary>
    public int AcknowledgedWrites { get; private set; }

    /// <summary>Writes that a kill has cut off.</summary>
    public int UnansweredWrites { get; private set; }

    /// <summary>A write is about to be sent; null deletes.</summary>
    public void Begin(string key, PseudoRandomContent? content)
    {
        lock (_gate)
        {
            if (!_keys.TryGetValue(key, out var expected))
            {
                _keys[key] = expected = new Expected(Acknowledged: null, []);
                _versions[key] = [null];
            }

            expected.Unanswered.Add(content);
            _versions[key].Add(content);
            UnansweredWrites++;
        }
    }

    /// <summary>The write that began last has been acknowledged.</summary>
    public void Acknowledge(string key)
    {
        lock (_gate)
        {
            _keys[key] = new Expected(_keys[key].Unanswered[^1], []);
            AcknowledgedWrites++;
            UnansweredWrites--;
        }
    }

    /// <summary>
    /// Compares what is there with what may be there; what is there is what must stay there from now on. Only what got no answer may still take
    /// its place, once: its block may have been voted on, and become final only a while after the node has started again.
    /// </summary>
    /// <param name="key">A key that has been written.</param>
    /// <param name="actual">Its bytes; null when there is no object.</param>
    /// <returns>Null when it is right, else what is wrong.</returns>
    public string? Settle(string key, byte[]? actual)
    {
        lock (_gate)
        {
            var expected = _keys[key];
            if (IsSame(expected.Acknowledged, actual))
                return null;
            if (expected.Unanswered.FindIndex(candidate => IsSame(candidate, actual)) is >= 0 and var found)
            {
                // Those before it were sent before it, and are over.
                _keys[key] = new Expected(expected.Unanswered[found], expected.Unanswered[(found + 1)..]);
                return null;
            }

            return $"{key} holds {(actual is null ? "nothing" : $"{actual.Length} bytes")}; acknowledged: {Describe(expected.Acknowledged)}; "
                + $"unanswered: {string.Join(", ", expected.Unanswered.Select(Describe))}";
        }
    }

    /// <summary>
    /// Compares with every version that the key has ever had, from the very first, nothing, on: for what a disk has lost whole, and may
    /// therefore be older, but not anything else.
    /// </summary>
    public bool WasEver(string key, byte[]? actual)
    {
        lock (_gate)
        {
            return _versions[key].Exists(version => IsSame(version, actual));
        }
    }

    private static bool IsSame(PseudoRandomContent? expected, byte[]? actual) =>
        expected is null ? actual is null : actual is not null && expected.DifferenceTo(new MemoryStream(actual)) is null;

    private static string Describe(PseudoRandomContent? content) => content is null ? "nothing" : $"{content.Length} bytes";

    private sealed record Expected(PseudoRandomContent? Acknowledged, List<PseudoRandomContent?> Unanswered);
}
