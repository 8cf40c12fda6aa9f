using Cess.Blobs.S3;
using Cess.Blobs.Tests;
using Cess.TestNetwork;

namespace Cess.EndToEnd.Backend;

/// <summary>
/// A node's S3 door as somebody else's backend: all that a backend over S3 promises, with a server that keeps S3's promises.
/// </summary>
public sealed class BackendOverNodeTests(NodeBucket bucket) : S3BlobBackendContract, IClassFixture<NodeBucket>
{
    protected override S3BlobOptions Options => bucket.Options;

    protected override S3BlobOptions Fresh() => bucket.Fresh();
}

/// <summary>A node with a bucket.</summary>
public sealed class NodeBucket : IAsyncLifetime, IDisposable
{
    private const string Bucket = "backend";

    private readonly Cess.TestNetwork.TemporaryFolder _folder = new();
    private NodeProcess? _node;
    private int _prefixes;

    public S3BlobOptions Options { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        _node = await NodeProcess.StartAsync(_folder["data"], new NodeOptions { Miners = 3, Policy = "2+1", QuotaPerMiner = 1L << 30 });
        using (S3HttpClient s3 = new(_node.Info))
            await s3.MakeBucketAsync(Bucket);
        Options = new S3BlobOptions(Bucket)
        {
            Endpoint = _node.Info.S3,
            PathStyle = true,
            Credentials = new S3Credentials(_node.Info.AccessKeyId, _node.Info.SecretAccessKey),
        };
    }

    /// <summary>Options with a prefix that no other test has used.</summary>
    public S3BlobOptions Fresh() => Options with { Prefix = $"{Interlocked.Increment(ref _prefixes)}" };

    public async Task DisposeAsync()
    {
        if (_node is not null)
            await _node.DisposeAsync();
    }

    public void Dispose() => _folder.Dispose();
}
