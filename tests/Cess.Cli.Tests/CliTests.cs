using System.Text.Json;
using Cess.Client;
using Cess.Primitives;
using Cess.TestHost;

namespace Cess.Cli.Tests;

/// <summary>Tests that run whole command lines against the real door, in a folder of their own.</summary>
public abstract class CliTests : IAsyncLifetime
{
    /// <summary>Of stretching the passphrase: few, for each command line opens the key again.</summary>
    private protected const int Rounds = 1_000;

    private readonly Dictionary<string, string> _variables = [];

    private protected RestHost Host { get; private set; } = null!;

    private protected string Folder { get; } = Directory.CreateTempSubdirectory("cess-cli-").FullName;

    private protected string Data => Path.Combine(Folder, "cess-data");

    /// <summary>A node's data folder, as the node writes it.</summary>
    public async Task InitializeAsync()
    {
        Host = await RestHost.StartAsync(historyFolder: Path.Combine(Folder, "history"));
        Directory.CreateDirectory(Path.Combine(Data, "keys"));
        File.WriteAllText(Path.Combine(Data, "keys", "owner.pem"), Host.Chain.Owner.ExportEncryptedPem("secret", Rounds));
        File.WriteAllText(Path.Combine(Data, "keys", "passphrase"), "secret\n");
        File.WriteAllText(
            Path.Combine(Data, "node.json"),
            $$"""{"pid":1,"s3":"http://127.0.0.1:1","http":"{{Host.Endpoint}}","account":"{{Host.Chain.Owner.PublicKey.ToAccountId()}}","keyFile":"elsewhere/owner.pem","passphraseFile":"elsewhere/passphrase"}""");
        _variables["CESS_DATA"] = Data;
    }

    public async Task DisposeAsync()
    {
        await Host.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }

    private protected void SetVariable(string name, string value) => _variables[name] = value;

    private protected Task<CliRun> RunAsync(params string[] args) => RunAsync([], args);

    /// <summary>Retries at once: the host's clock stands still.</summary>
    private protected async Task<CliRun> RunAsync(byte[] input, string[] args, StringWriter? watched = null, CancellationToken cancellation = default)
    {
        using StringWriter output = watched ?? new();
        using StringWriter error = new();
        using MemoryStream binary = new();
        CliEnvironment environment = new()
        {
            Out = output,
            Error = error,
            OpenInput = () => new MemoryStream(input),
            OpenOutput = () => new Kept(binary),
            Variable = name => _variables.GetValueOrDefault(name),
            Client = new CessClientOptions { Time = Host.Time, FirstRetryDelay = TimeSpan.Zero, RetryDelayMax = TimeSpan.Zero },
        };
        int exitCode = await CessCommand.InvokeAsync(args, environment, cancellation);
        return new CliRun(exitCode, output.ToString(), error.ToString(), binary.ToArray());
    }

    /// <summary>Runs a command line that must succeed.</summary>
    private protected async Task<CliRun> DoneAsync(params string[] args)
    {
        CliRun run = await RunAsync(args);
        Assert.True(run.ExitCode == 0, $"{string.Join(' ', args)}: {run.ExitCode} {run.Error}");
        return run;
    }

    private protected string Write(string name, byte[] content)
    {
        string file = Path.Combine(Folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllBytes(file, content);
        return file;
    }

    private protected string Under(string name) => Path.Combine(Folder, name);

    private protected static JsonElement Json(string text)
    {
        Assert.Single(text.TrimEnd('\n').Split('\n'));
        return JsonDocument.Parse(text).RootElement;
    }

    /// <summary>Outlives its disposal, as a process's standard output does.</summary>
    private sealed class Kept(MemoryStream binary) : MemoryStream
    {
        protected override void Dispose(bool disposing)
        {
            binary.Write(ToArray());
            base.Dispose(disposing);
        }
    }
}

/// <summary>What a command line did.</summary>
public sealed record CliRun(int ExitCode, string Out, string Error, IReadOnlyList<byte> Binary);
