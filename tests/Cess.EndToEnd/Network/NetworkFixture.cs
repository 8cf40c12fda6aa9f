using System.Diagnostics;
using Cess.TestNetwork;

namespace Cess.EndToEnd.Network;

/// <summary>One node with the defaults, shared by all classes that need nothing special; each test uses buckets of its own.</summary>
public sealed class NetworkFixture : IAsyncLifetime
{
    /// <summary>More than two pages of a listing.</summary>
    private const int ManyObjects = 2_100;

    private const int Connections = 16;

    private Task<(string Bucket, string[] Keys)>? _many;
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

    /// <summary>A bucket with more objects than fit into two pages of a listing, made once; nobody may change it.</summary>
    internal Task<(string Bucket, string[] Keys)> ManyObjectsAsync() => _many ??= MakeManyObjectsAsync();

    /// <summary>A new, empty bucket.</summary>
    internal async Task<string> NewBucketAsync()
    {
        var bucket = NewBucketName();
        await S3.MakeBucketAsync(bucket);
        return bucket;
    }

    private async Task<(string Bucket, string[] Keys)> MakeManyObjectsAsync()
    {
        var bucket = await NewBucketAsync();
        var keys = Enumerable.Range(0, ManyObjects).Select(number => $"many/{number:00000}").ToArray();
        var since = Stopwatch.GetTimestamp();
        await Parallel.ForEachAsync(
            keys, new ParallelOptions { MaxDegreeOfParallelism = Connections },
            async (key, _) => await S3.PutAsync(bucket, key, ReadOnlyMemory<byte>.Empty));
        Figures.Report("empty_put_per_s", ManyObjects / Stopwatch.GetElapsedTime(since).TotalSeconds);
        return (bucket, keys);
    }
}

/// <summary>Joins the classes that share <see cref="NetworkFixture"/>.</summary>
[CollectionDefinition(Name)]
public sealed class SharedNetwork : ICollectionFixture<NetworkFixture>
{
    /// <summary>Its name.</summary>
    public const string Name = "shared network";
}
