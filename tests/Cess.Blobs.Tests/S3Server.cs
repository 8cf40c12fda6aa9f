using System.Diagnostics;
using Amazon.Runtime;
using Amazon.S3;
using Cess.Blobs.S3;

namespace Cess.Blobs.Tests;

/// <summary>
/// A class of tests that talks to an S3 server: the one that the variable CESS_TEST_S3 names
/// (<c>endpoint,access-key,secret-key</c>), or s3rver, from tests/clients, in a process of its own. Without either the tests
/// are skipped, or fail if CI is true.
/// </summary>
public sealed class RequiresS3Attribute : RequiresAttribute
{
    /// <summary>
    /// Promises of S3 that s3rver breaks: with it these tests say nothing about the backend. They run against the node's own S3 door, with all
    /// others, in Cess.EndToEnd, and against any server that is named.
    /// </summary>
    private static readonly HashSet<string> s_brokenByS3rver = new(StringComparer.Ordinal)
    {
        // It writes objects in place.
        nameof(BlobBackendContract.Readers_during_replacements_see_whole_blobs_only),
        // It breaks off a range of an empty object.
        nameof(BlobBackendContract.A_read_of_an_empty_blob_gives_nothing),
        // It lists in another order, and fails where a page of a list is full.
        nameof(BlobBackendContract.A_list_gives_the_names_with_the_prefix_after_the_last_one_seen),
        nameof(BlobBackendContract.Names_that_are_prefixes_of_each_other_are_different_blobs_listed_in_ordinal_order),
        nameof(S3BlobBackendContract.A_list_of_more_than_a_page_goes_on_to_the_end),
        // It checks no signatures of version 4.
        nameof(S3BlobBackendContract.A_wrong_key_is_denied_access),
    };

    public override string? SkipReasonOf(string test) =>
        Environment.GetEnvironmentVariable("CI") == "true" ? null : S3Server.Missing;

    public override bool IsMeaningful(string test) => S3Server.IsNamed || !s_brokenByS3rver.Contains(test);
}

/// <summary>The server, started once for all tests that use it, with a bucket.</summary>
public sealed class S3Server : IAsyncLifetime, IDisposable
{
    public const string Variable = "CESS_TEST_S3";
    private const string Bucket = "cess-blobs-tests";
    private const string ListeningOn = "S3rver listening on ";
    private readonly TemporaryFolder _folder = new();
    private Process? _process;
    private int _prefixes;

    /// <summary>Whether the variable names a server.</summary>
    public static bool IsNamed => !string.IsNullOrEmpty(Environment.GetEnvironmentVariable(Variable));

    /// <summary>What keeps the tests from having a server; null if nothing does.</summary>
    public static string? Missing =>
        IsNamed ? null
        : Script is null ? $"Neither {Variable} nor s3rver is there: npm ci --prefix tests/clients"
        : NodePath is null ? $"Neither {Variable} nor node is there."
        : null;

    public S3BlobOptions Options { get; private set; } = null!;

    private static string? Script { get; } = FindScript();

    private static string? NodePath { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator)
        .Select(folder => Path.Combine(folder, OperatingSystem.IsWindows() ? "node.exe" : "node"))
        .FirstOrDefault(File.Exists);

    public async Task InitializeAsync()
    {
        if (Missing is { } missing)
            throw new InvalidOperationException(missing);
        Options = Environment.GetEnvironmentVariable(Variable)?.Split(',') is [var endpoint, var access, var secret]
            ? OptionsOf(endpoint, access, secret)
            : OptionsOf(await StartAsync(), "S3RVER", "S3RVER");
        using var client = new AmazonS3Client(
            new BasicAWSCredentials(Options.Credentials!.AccessKey, Options.Credentials.SecretKey),
            new AmazonS3Config { ServiceURL = Options.Endpoint!.ToString(), ForcePathStyle = true });
        if ((await client.ListBucketsAsync()).Buckets?.Any(bucket => bucket.BucketName == Bucket) != true)
            await client.PutBucketAsync(Bucket);
    }

    /// <summary>Options with a prefix that no other test has used.</summary>
    public S3BlobOptions Fresh() =>
        Options with { Prefix = $"{Environment.ProcessId:x}-{DateTime.UtcNow.Ticks:x}/{Interlocked.Increment(ref _prefixes)}" };

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose()
    {
        if (_process is not null)
        {
            _process.Kill();
            _process.WaitForExit();
            _process.Dispose();
        }
        _folder.Dispose();
    }

    private static S3BlobOptions OptionsOf(string endpoint, string access, string secret) => new(Bucket)
    {
        Endpoint = new Uri(endpoint),
        PathStyle = true,
        Credentials = new S3Credentials(access, secret),
    };

    private async Task<string> StartAsync()
    {
        var start = new ProcessStartInfo(
            NodePath!, [Script!, "--directory", _folder.Path, "--address", "127.0.0.1", "--port", "0", "--silent", "--no-vhost-buckets"])
        {
            RedirectStandardOutput = true,
        };
        _process = Process.Start(start)!;
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.StartsWith(ListeningOn, StringComparison.Ordinal))
                return "http://" + line[ListeningOn.Length..];
        }
        throw new InvalidOperationException("s3rver ended before it listened.");
    }

    private static string? FindScript()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string script = Path.Combine(folder.FullName, "tests", "clients", "node_modules", "s3rver", "bin", "s3rver.js");
            if (File.Exists(script))
                return script;
        }
        return null;
    }
}
