using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Npgsql;

namespace Cess.BlockStore.Tests.PostgreSql;

/// <summary>
/// A class of tests that talks to a PostgreSQL server, which the tests start themselves. Where its programs are missing the tests
/// are skipped, or fail if CI is true.
/// </summary>
public sealed class RequiresPostgreSqlAttribute : RequiresAttribute
{
    public override string? SkipReasonOf(string test) =>
        Environment.GetEnvironmentVariable("CI") == "true" ? null : PostgreSqlServer.Missing;
}

/// <summary>
/// A PostgreSQL server on loopback in a folder of its own. Its commits don't wait for the disk unless a session asks for it, as a
/// careless operator may have set it.
/// </summary>
public sealed class PostgreSqlServer : IAsyncLifetime
{
    private const string Superuser = "cess";
    private const string IsReady = "database system is ready to accept connections";
    private const int AttemptsMax = 5;
    private readonly string _folder = Directory.CreateTempSubdirectory("cess-postgresql-").FullName;
    private readonly string _password = Convert.ToHexString(RandomNumberGenerator.GetBytes(16));
    private Process? _process;
    private int _port;
    private int _schemas;

    /// <summary>What keeps the tests from having a server; null if nothing does.</summary>
    public static string? Missing =>
        Programs is null ? "PostgreSQL's server (initdb, postgres) is not there: apt-get install postgresql"
        : Environment.IsPrivilegedProcess && SetPriv is null ? "PostgreSQL refuses to run as root, and setpriv is not there."
        : null;

    public string ConnectionString => new NpgsqlConnectionStringBuilder
    {
        Host = IPAddress.Loopback.ToString(),
        Port = _port,
        Database = "postgres",
        Username = Superuser,
        Password = _password,
    }.ConnectionString;

    private static string? Programs { get; } = FoldersOfPrograms().FirstOrDefault(
        folder => File.Exists(Path.Combine(folder, "initdb")) && File.Exists(Path.Combine(folder, "postgres")));

    private static string? SetPriv { get; } = FoldersOnPath().Select(folder => Path.Combine(folder, "setpriv")).FirstOrDefault(File.Exists);

    private string Data => Path.Combine(_folder, "data");

    public async Task InitializeAsync()
    {
        if (Missing is { } missing)
            throw new InvalidOperationException(missing);
        string passwordFile = Path.Combine(_folder, "password");
        await File.WriteAllTextAsync(passwordFile, _password);
        if (Environment.IsPrivilegedProcess)
            await RunAsync("chown", "-R", "postgres", _folder);
        await RunAsync([.. AsServer("initdb", "-D", Data, "-U", Superuser, "-A", "scram-sha-256", "--pwfile", passwordFile, "-E", "UTF8", "--no-locale", "--no-sync")]);
        await StartAsync();
    }

    /// <summary>The name of a schema that no other test has used.</summary>
    public string FreshSchema() => $"test_{Interlocked.Increment(ref _schemas)}";

    /// <summary>Starts the server on its data, with more settings if any are given, and returns when it takes connections.</summary>
    public async Task StartAsync(params string[] settings)
    {
        for (int attempt = 0; attempt < AttemptsMax; attempt++)
        {
            _port = FreePort();
            if (await TryStartAsync(settings))
                return;
        }
        throw new InvalidOperationException("PostgreSQL ended before it took connections.");
    }

    /// <summary>The same on the port that it had, so that who knew it finds it again.</summary>
    public async Task StartOnSamePortAsync()
    {
        if (!await TryStartAsync([]))
            throw new InvalidOperationException($"PostgreSQL could not have port {_port} again.");
    }

    /// <summary>SIGKILL to all of the server's processes at once.</summary>
    public void Kill()
    {
        _process!.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
        _process = null;
    }

    /// <summary>Runs SQL as the server's superuser and returns the first value.</summary>
    public async Task<object?> RunSqlAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(ConnectionString + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }

    /// <summary>Ends the session that has a store open, and returns when it has ended.</summary>
    public async Task EndWriterAsync() => Assert.Equal(
        true,
        await RunSqlAsync("SELECT pg_terminate_backend(pid, 30000) FROM pg_locks WHERE locktype = 'advisory' AND granted"));

    public Task DisposeAsync()
    {
        if (_process is not null)
            Kill();
        Directory.Delete(_folder, recursive: true);
        return Task.CompletedTask;
    }

    private static string[] FoldersOnPath() => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);

    /// <summary>Debian keeps the server's programs, a folder a version, where the path doesn't lead.</summary>
    private static IEnumerable<string> FoldersOfPrograms()
    {
        const string debian = "/usr/lib/postgresql";
        IEnumerable<string> versions = Directory.Exists(debian)
            ? Directory.EnumerateDirectories(debian).OrderByDescending(folder => int.TryParse(Path.GetFileName(folder), out int version) ? version : 0)
            : [];
        return versions.Select(folder => Path.Combine(folder, "bin")).Concat(FoldersOnPath());
    }

    /// <summary>The command that runs a program of PostgreSQL, as the user that Debian's package made if this one is root.</summary>
    private static IEnumerable<string> AsServer(string program, params string[] arguments)
    {
        string[] prefix = Environment.IsPrivilegedProcess
            ? [SetPriv!, "--reuid=postgres", "--regid=postgres", "--init-groups"]
            : [];
        return [.. prefix, Path.Combine(Programs!, program), .. arguments];
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static async Task RunAsync(params string[] command)
    {
        using Process process = Process.Start(new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        Task<string> said = process.StandardError.ReadToEndAsync();
        await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{command[0]} failed: {await said}");
    }

    private async Task<bool> TryStartAsync(string[] settings)
    {
        string[] all =
        [
            "listen_addresses=127.0.0.1", $"port={_port}", "unix_socket_directories=", "synchronous_commit=off",
            "max_connections=60", "logging_collector=off", "lc_messages=C", .. settings,
        ];
        string[] command = [.. AsServer("postgres", ["-D", Data, .. all.SelectMany(setting => (string[])["-c", setting])])];
        _process = Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardError = true })!;
        var ready = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        _process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data is null)
                ready.TrySetResult(false);
            else if (line.Data.Contains(IsReady, StringComparison.Ordinal))
                ready.TrySetResult(true);
        };
        // The whole log is read, or the server would wait for room in the pipe.
        _process.BeginErrorReadLine();
        if (await ready.Task)
            return true;
        Kill();
        return false;
    }
}

/// <summary>The tests that share one server.</summary>
[CollectionDefinition(Name)]
public sealed class PostgreSqlServerCollection : ICollectionFixture<PostgreSqlServer>
{
    public const string Name = "PostgreSQL";
}
