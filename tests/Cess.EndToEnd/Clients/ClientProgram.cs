using System.Diagnostics;
using System.Text;
using Cess.TestNetwork;

namespace Cess.EndToEnd.Clients;

/// <summary>How a client's run ended.</summary>
/// <param name="CommandLine">What was run, for messages.</param>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="Output">Its standard output.</param>
/// <param name="Errors">Its standard error.</param>
internal sealed record ClientRun(string CommandLine, int ExitCode, string Output, string Errors)
{
    /// <summary>This run, when it succeeded.</summary>
    /// <exception cref="ClientFailedException">It did not.</exception>
    public ClientRun Succeeded() => ExitCode == 0 ? this : throw new ClientFailedException(this);

    public override string ToString() => $"{CommandLine}\nexit code {ExitCode}\n{Output}\n{Errors}";
}

/// <summary>A client ended with an error.</summary>
internal sealed class ClientFailedException(ClientRun run) : Exception(run.ToString())
{
    public ClientRun Run { get; } = run;
}

/// <summary>Runs a real client to its end.</summary>
internal static class ClientProgram
{
    /// <summary>Runs it, whatever its exit code.</summary>
    /// <exception cref="TimeoutException">It did not end within <paramref name="limit"/>; it is killed then.</exception>
    public static async Task<ClientRun> RunAsync(
        string program, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string>? environment = null, TimeSpan? limit = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
        };
        // What the user of this machine has set up for a cloud of theirs must not reach a test.
        foreach (var name in start.Environment.Keys.Where(IsClientSetting).ToArray())
        {
            start.Environment.Remove(name);
        }

        // Names in file systems and listings are UTF-8 whatever the machine's locale says.
        start.Environment["LC_ALL"] = "C.UTF-8";
        start.Environment["PYTHONUTF8"] = "1";
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        var commandLine = $"{program} {string.Join(' ', arguments)}";
        var allowed = limit ?? EndToEndLimits.Client;
        using var ended = new CancellationTokenSource(allowed);
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        try
        {
            var output = ReadAsync(process.StandardOutput, ended.Token);
            var errors = ReadAsync(process.StandardError, ended.Token);
            await process.WaitForExitAsync(ended.Token);
            return new ClientRun(commandLine, process.ExitCode, await output, await errors);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"The end of `{commandLine}` did not come within {allowed.TotalSeconds} s.");
        }
    }

    private static bool IsClientSetting(string name) =>
        name.StartsWith("AWS_", StringComparison.Ordinal) || name.StartsWith("RCLONE_", StringComparison.Ordinal);

    private static async Task<string> ReadAsync(StreamReader reader, CancellationToken cancellation)
    {
        var kept = new StringBuilder();
        var buffer = new char[4096];
        for (int count; (count = await reader.ReadAsync(buffer, cancellation)) > 0;)
        {
            kept.Append(buffer, 0, Math.Min(count, EndToEndLimits.OutputCharactersMax - kept.Length));
        }

        return kept.ToString();
    }
}
