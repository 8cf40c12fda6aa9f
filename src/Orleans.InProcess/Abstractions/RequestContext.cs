using Orleans.InProcess;

namespace Orleans.Runtime;

/// <summary>
/// Values that go along with calls, from caller to callee and on, never back. They are shared, not copied: keep them immutable.
/// </summary>
public static class RequestContext
{
    internal const string ReentrancyKey = "#CCR";

    private static readonly AsyncLocal<Dictionary<string, object>?> Flowing = new();
    private static long _clientChains;

    /// <summary>The keys of all values.</summary>
    public static IEnumerable<string> Keys => Flowing.Value?.Keys ?? Enumerable.Empty<string>();

    /// <summary>All values.</summary>
    public static IEnumerable<KeyValuePair<string, object>> Entries =>
        Flowing.Value ?? Enumerable.Empty<KeyValuePair<string, object>>();

    /// <summary>The call chain that may come back to grains that allowed it; empty if none.</summary>
    public static Guid ReentrancyId
    {
        get => Get(ReentrancyKey) is Guid id ? id : Guid.Empty;
        set
        {
            if (value == Guid.Empty)
            {
                Remove(ReentrancyKey);
            }
            else
            {
                Set(ReentrancyKey, value);
            }
        }
    }

    /// <summary>A value, or null.</summary>
    public static object? Get(string key) =>
        Flowing.Value is { } values && values.TryGetValue(key, out object? value) ? value : null;

    /// <summary>Sets a value for the calls that this flow of control makes from here on.</summary>
    public static void Set(string key, object value)
    {
        // Calls on their way share the dictionary, so it is never changed, only replaced.
        Flowing.Value = Flowing.Value is { } values
            ? new Dictionary<string, object>(values) { [key] = value }
            : new Dictionary<string, object>(1) { [key] = value };
    }

    /// <summary>Removes a value; says whether there was one.</summary>
    public static bool Remove(string key)
    {
        if (Flowing.Value is not { } values || !values.ContainsKey(key))
        {
            return false;
        }

        if (values.Count == 1)
        {
            Flowing.Value = null;
        }
        else
        {
            var rest = new Dictionary<string, object>(values);
            rest.Remove(key);
            Flowing.Value = rest;
        }

        return true;
    }

    /// <summary>Removes all values.</summary>
    public static void Clear()
    {
        if (Flowing.Value is not null)
        {
            Flowing.Value = null;
        }
    }

    /// <summary>
    /// Until the section is disposed, calls that this one leads to may come back to the current grain without waiting for it.
    /// </summary>
    public static ReentrancySection AllowCallChainReentrancy()
    {
        var original = ReentrancyId;
        return new ReentrancySection(original, original == Guid.Empty ? NewChain() : original);
    }

    /// <summary>Until the section is disposed, calls may not come back.</summary>
    public static ReentrancySection SuppressCallChainReentrancy() => new(ReentrancyId, Guid.Empty);

    internal static Dictionary<string, object>? Export() => Flowing.Value;

    internal static void Import(Dictionary<string, object> values) => Flowing.Value = values;

    internal static Guid ReentrancyIdOf(Dictionary<string, object>? values) =>
        values is not null && values.TryGetValue(ReentrancyKey, out object? id) && id is Guid guid ? guid : Guid.Empty;

    private static Guid NewChain()
    {
        if (RuntimeContext.Current is Activation activation)
        {
            return activation.Catalog.Random.NextGuid();
        }

        // Outside of grains there is no silo to ask: a count is as unique within the process.
        Span<byte> bytes = stackalloc byte[16];
        System.Buffers.Binary.BinaryPrimitives.WriteInt64LittleEndian(bytes, Interlocked.Increment(ref _clientChains));
        return new Guid(bytes);
    }

    /// <summary>A time in which a call chain may, or may not, come back.</summary>
    public readonly struct ReentrancySection : IDisposable
    {
        private readonly Guid _original;
        private readonly Guid _inside;

        /// <summary>Enters the section.</summary>
        public ReentrancySection(Guid originalReentrancyId, Guid newReentrancyId)
        {
            _original = originalReentrancyId;
            _inside = newReentrancyId;
            if (newReentrancyId != originalReentrancyId)
            {
                ReentrancyId = newReentrancyId;
            }

            if (newReentrancyId != Guid.Empty)
            {
                (RuntimeContext.Current as Activation)?.EnterReentrantSection(newReentrancyId);
            }
        }

        /// <summary>Leaves the section.</summary>
        public void Dispose()
        {
            if (_inside != Guid.Empty)
            {
                (RuntimeContext.Current as Activation)?.LeaveReentrantSection(_inside);
            }

            if (_inside != _original)
            {
                ReentrancyId = _original;
            }
        }
    }
}

internal static class RuntimeContext
{
    [ThreadStatic]
    internal static IGrainContext? Current;
}
