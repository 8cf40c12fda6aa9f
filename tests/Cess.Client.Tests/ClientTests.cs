using System.Security.Cryptography;
using Cess.Primitives;
using Cess.TestHost;

namespace Cess.Client.Tests;

/// <summary>Tests of the client against the real door; each has a host and a bucket of its own.</summary>
public abstract class ClientTests : IAsyncLifetime
{
    private protected const string Bucket = "photos";

    private readonly string _history = Directory.CreateTempSubdirectory("cess-client-").FullName;

    private protected RestHost Host { get; private set; } = null!;

    private protected CessClient Client { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Host = await RestHost.StartAsync(historyFolder: _history);
        Client = NewClient();
        await Client.CreateBucketAsync(Bucket);
    }

    public async Task DisposeAsync()
    {
        Client.Dispose();
        await Host.DisposeAsync();
        Directory.Delete(_history, recursive: true);
    }

    private protected CessClient NewClient(CessClientOptions? options = null, PrivateKey? key = null) =>
        new(Host.Endpoint, key ?? Host.Chain.Owner, (options ?? Quick) with { Time = Host.Time });

    /// <summary>Retries at once: the host's clock stands still.</summary>
    private protected static CessClientOptions Quick => new() { FirstRetryDelay = TimeSpan.Zero, RetryDelayMax = TimeSpan.Zero };

    private protected static byte[] RandomBytes(int count) => RandomNumberGenerator.GetBytes(count);

    private protected async Task<byte[]> ReadAsync(string name, CessClient? client = null)
    {
        using MemoryStream content = new();
        await (client ?? Client).GetAsync(Bucket, name, content);
        return content.ToArray();
    }

    private protected static async Task<CessException> FailsAsync(string code, Func<Task> action)
    {
        CessException failure = await Assert.ThrowsAsync<CessException>(action);
        Assert.Equal(code, failure.Code);
        return failure;
    }

    /// <summary>A stream that cannot seek, like a pipe.</summary>
    private protected sealed class Pipe(byte[] content) : MemoryStream(content)
    {
        public override bool CanSeek => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }
    }

    /// <summary>Progress as it was reported, in order.</summary>
    private protected sealed class Recorded : IProgress<TransferProgress>
    {
        public List<TransferProgress> Reports { get; } = [];

        public void Report(TransferProgress value) => Reports.Add(value);
    }
}
