using Cess.TestNetwork;

namespace Cess.EndToEnd.Network;

/// <summary>One node with the defaults, shared by all classes that need nothing special; each test uses buckets of its own.</summary>
public sealed class NetworkFixture : IAsyncLifetime
{
    private int _buckets;

    internal TemporaryFolder Folder { get; } = new();

    internal NodeProcess Node { get; private set; } = null!;

    internal S3HttpClient S3 { get; private set; } = null!;

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        Node = await NodeProcess.StartAsync(Folder["data"]);
        S3 = new S3HttpClient(Node.Info);
    }

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        S3?.Dispose();
        if (Node is not null)
        {
            await Node.DisposeAsync();
        }

        Folder.Dispose();
    }

    /// <summary>A name that no other test uses.</summary>
    internal string NewBucketName() => $"test-{Interlocked.Increment(ref _buckets):0000}";

    /// <summary>A new, empty bucket.</summary>
    internal async Task<string> NewBucketAsync()
    {
        var bucket = NewBucketName();
        await S3.MakeBucketAsync(bucket);
        return bucket;
    }
}

/// <summary>Joins the classes that share <see cref="NetworkFixture"/>.</summary>
[CollectionDefinition(Name)]
public sealed class SharedNetwork : ICollectionFixture<NetworkFixture>
{
    /// <summary>Its name.</summary>
    public const string Name = "shared network";
}
