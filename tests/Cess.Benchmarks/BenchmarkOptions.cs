using System.Globalization;

namespace Cess.Benchmarks;

/// <summary>Options of a run: <c>--name value</c> pairs.</summary>
internal sealed class BenchmarkOptions
{
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);
    private readonly HashSet<string> _used = new(StringComparer.Ordinal);

    /// <exception cref="BenchmarkUsageException">The arguments are no such pairs.</exception>
    public BenchmarkOptions(ReadOnlySpan<string> arguments)
    {
        for (var i = 0; i < arguments.Length; i += 2)
        {
            if (!arguments[i].StartsWith("--", StringComparison.Ordinal) || i + 1 == arguments.Length)
            {
                throw new BenchmarkUsageException($"{arguments[i]}: options are pairs, --name value.");
            }

            _values[arguments[i][2..]] = arguments[i + 1];
        }
    }

    /// <summary>A text, or null when it is not given.</summary>
    public string? Text(string name)
    {
        _used.Add(name);
        return _values.GetValueOrDefault(name);
    }

    /// <summary>A whole number.</summary>
    public int Number(string name, int otherwise) =>
        Text(name) is not { } text ? otherwise
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
        : throw new BenchmarkUsageException($"--{name} {text}: not a whole number.");

    /// <summary>A duration, given in whole seconds.</summary>
    public TimeSpan Seconds(string name, int otherwise) => TimeSpan.FromSeconds(Number(name, otherwise));

    /// <summary>A number of bytes, such as <c>4096</c>, <c>64KiB</c>, <c>512MiB</c> or <c>10GiB</c>.</summary>
    public long Size(string name, string otherwise)
    {
        var text = Text(name) ?? otherwise;
        var digits = text.TakeWhile(char.IsAsciiDigit).Count();
        var shift = text[digits..] switch { "" => 0, "KiB" => 10, "MiB" => 20, "GiB" => 30, _ => -1 };
        return shift >= 0 && long.TryParse(text[..digits], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number << shift
            : throw new BenchmarkUsageException($"--{name} {text}: not a size, such as 512MiB.");
    }

    /// <exception cref="BenchmarkUsageException">An option was given that the benchmark does not know.</exception>
    public void RefuseUnused()
    {
        var unknown = _values.Keys.Except(_used).ToArray();
        if (unknown.Length > 0)
        {
            throw new BenchmarkUsageException($"Not known: --{string.Join(", --", unknown)}.");
        }
    }
}

/// <summary>The command line is wrong; the message says how.</summary>
internal sealed class BenchmarkUsageException(string message) : Exception(message);
