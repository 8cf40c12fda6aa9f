using System.Globalization;
using System.Text;
using Cess.Simulation.Checks;
using Cess.Simulation.Faults;

namespace Cess.Simulation.Runs;

/// <summary>What came of a batch of runs.</summary>
internal sealed class BatchSummary
{
    private const int LogLines = 60;
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, long> _faults = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, long> _sometimes = new(StringComparer.Ordinal);
    private readonly StringBuilder _log = new();
    private double _virtualSeconds;
    private double _seconds;
    private long _steps;
    private long _blocks;
    private long _transactions;
    private long _acknowledged;
    private string _trace = "";

    public int Runs { get; private set; }

    public int Repeated { get; private set; }

    public TimeSpan Elapsed { get; set; }

    /// <summary>How each run that failed can be had again, and what it broke.</summary>
    public List<(string Command, string Failure)> Failures { get; } = [];

    /// <summary>How often each rare thing happened.</summary>
    public IReadOnlyDictionary<string, long> Sometimes => _sometimes;

    public IReadOnlyDictionary<string, long> Faults => _faults;

    public void Add(RunRequest request, RunResult result)
    {
        lock (_gate)
        {
            Runs++;
            _virtualSeconds += result.VirtualSeconds;
            _seconds += result.Seconds;
            _steps += result.Steps;
            _blocks += (long)result.Height;
            _transactions += result.Transactions;
            _acknowledged += result.Acknowledged;
            _trace = result.Trace;
            Merge(_faults, result.Faults);
            Merge(_sometimes, result.Sometimes);
            if (result.Failure is not { } failure)
                return;
            Failures.Add((request.Command, failure));
            if (_log.Length > 0)
                return;
            _log.AppendJoin('\n', result.Log.TakeLast(LogLines)).Append('\n');
            _log.AppendLine(CultureInfo.InvariantCulture, $"This was step {result.Steps:n0}, {result.VirtualSeconds:n3} s after the start, of {request.Command}.");
        }
    }

    public void AddLost(RunRequest request)
    {
        lock (_gate)
        {
            Runs++;
            Failures.Add((request.Command, "the run ended its process, or did not end"));
        }
    }

    public void AddRepeated(RunRequest request, RunResult first, RunResult? again)
    {
        lock (_gate)
        {
            Repeated++;
            if (again?.Trace != first.Trace)
                Failures.Add((request.Command, $"two runs differ: trace {first.Trace}, then {again?.Trace ?? "none"}"));
        }
    }

    public string ToText()
    {
        var text = new StringBuilder(_log.ToString());
        CultureInfo culture = CultureInfo.InvariantCulture;
        foreach ((string command, string failure) in Failures)
            text.AppendLine(culture, $"FAILED {command}: {failure}");
        Append(text, "faults", _faults);
        Append(text, "sometimes", _sometimes);
        if (Runs > 1)
        {
            AppendMissing(text, "never injected", Enum.GetNames<FaultKind>(), _faults);
            AppendMissing(text, "never reached", Enum.GetNames<Rare>(), _sometimes);
        }

        text.AppendLine(
            culture,
            $"{Runs} runs{(Repeated > 0 ? $", {Repeated} of them twice" : "")}, {Failures.Count} failures; {_virtualSeconds / 60:n0} virtual minutes in {Elapsed.TotalSeconds:n1} s ({_virtualSeconds / Elapsed.TotalSeconds:n0} times real time), {_steps:n0} steps, {_blocks:n0} blocks, {_transactions:n0} transactions, {_acknowledged:n0} acknowledged{(Runs == 1 ? $"; trace {_trace}" : "")}");
        return text.ToString();
    }

    private static void Append(StringBuilder text, string title, SortedDictionary<string, long> counts)
    {
        if (counts.Count > 0)
            text.AppendLine(CultureInfo.InvariantCulture, $"{title}: {string.Join(", ", counts.Select(count => $"{count.Key} {count.Value}"))}");
    }

    private static void AppendMissing(StringBuilder text, string title, string[] all, SortedDictionary<string, long> counts)
    {
        string[] missing = [.. all.Where(name => !counts.ContainsKey(name))];
        if (missing.Length > 0)
            text.AppendLine(CultureInfo.InvariantCulture, $"{title}: {string.Join(", ", missing)}");
    }

    private static void Merge(SortedDictionary<string, long> into, IReadOnlyDictionary<string, long> from)
    {
        foreach ((string name, long count) in from)
            into[name] = into.GetValueOrDefault(name) + count;
    }
}
