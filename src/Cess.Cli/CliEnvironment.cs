using Cess.Client;
using Spectre.Console;

namespace Cess.Cli;

/// <summary>What a command touches of the world around it.</summary>
public sealed record CliEnvironment
{
    /// <summary>Where results go.</summary>
    public required TextWriter Out { get; init; }

    /// <summary>Where errors go, and progress when nobody watches a terminal.</summary>
    public required TextWriter Error { get; init; }

    /// <summary>Where progress goes when somebody watches; null for nobody.</summary>
    public IAnsiConsole? Terminal { get; init; }

    /// <summary>Opens the content of "-" as a source.</summary>
    public required Func<Stream> OpenInput { get; init; }

    /// <summary>Opens "-" as a destination.</summary>
    public required Func<Stream> OpenOutput { get; init; }

    /// <summary>Environment variables.</summary>
    public required Func<string, string?> Variable { get; init; }

    /// <summary>How clients work; their clock is the command's.</summary>
    public CessClientOptions Client { get; init; } = new();

    /// <summary>The environment of this process. Progress goes to the error stream, so that results can be piped.</summary>
    public static CliEnvironment OfProcess() => new()
    {
        Out = Console.Out,
        Error = Console.Error,
        Terminal = Console.IsErrorRedirected
            ? null
            : AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) }),
        OpenInput = Console.OpenStandardInput,
        OpenOutput = Console.OpenStandardOutput,
        Variable = Environment.GetEnvironmentVariable,
    };
}
