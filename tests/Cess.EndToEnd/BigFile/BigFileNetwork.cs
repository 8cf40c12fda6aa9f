using System.Diagnostics;
using Cess.EndToEnd.Clients;
using Cess.EndToEnd.Network;
using Cess.TestNetwork;

namespace Cess.EndToEnd.BigFile;

/// <summary>
/// A node to which 1 GiB has gone through each client that is there, and that has lost 8 of its 12 miners since, while it
/// ran.
/// </summary>
public sealed class BigFileNetwork : IAsyncLifetime
{
    internal const string Bucket = "big";
    internal const string Key = "film.bin";
    internal const int Miners = 12;
    internal const int LostMiners = 8;
    internal const long PeakMemoryMax = 600L << 20;

    /// <summary>Three uploads at 12/4, the source, and one download at a time.</summary>
    private const long DiskNeeded = 14L << 30;

    private readonly Dictionary<Needs, Exception?> _uploads = [];

    internal static PseudoRandomContent Content { get; } = new(Seed: 20_260_101, Length: 1L << 30);

    internal TemporaryFolder Folder { get; } = new();

    internal NodeProcess Node { get; private set; } = null!;

    internal S3HttpClient S3 { get; private set; } = null!;

    /// <summary>How the random choices can be repeated, and which miners they took.</summary>
    internal string Choices { get; private set; } = "";

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        var free = new DriveInfo(Folder.Root).AvailableFreeSpace;
        Assert.True(free >= DiskNeeded, $"The big file needs {DiskNeeded >> 30} GiB in {Folder.Root}, and {free >> 30} GiB are free; TMPDIR chooses another place.");

        Content.WriteTo(Folder["source"]);
        Node = await NodeProcess.StartAsync(Folder["data"]);
        S3 = new S3HttpClient(Node.Info);
        foreach (var need in (Needs[])[Needs.Aws, Needs.Rclone, Needs.Nothing])
        {
            _uploads[need] = TestClients.ReasonToSkip(need) is null ? await UploadAsync(need) : null;
        }

        File.Delete(Folder["source"]);
        LoseMiners();
    }

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        S3?.Dispose();
        if (Node is not null)
        {
            Figures.Report("node_peak_mib", Node.PeakMemory() / (double)(1 << 20));
            await Node.DisposeAsync();
        }

        Folder.Dispose();
    }

    /// <summary>The bucket that a client has uploaded to.</summary>
    internal static string BucketOf(Needs client) => client switch
    {
        Needs.Aws => $"{Bucket}-aws",
        Needs.Rclone => $"{Bucket}-rclone",
        _ => $"{Bucket}-cess",
    };

    /// <summary>A client by what it needs on the machine; <c>cess</c> is built with the tests.</summary>
    internal IStorageClient ClientOf(Needs client) => client switch
    {
        Needs.Aws => new AwsCli(Node),
        Needs.Rclone => new Rclone(Node),
        _ => new CessCli(Node),
    };

    /// <summary>Fails when the upload through this client has failed.</summary>
    internal void AssertUploadedThrough(Needs client) =>
        Assert.True(_uploads[client] is null, $"The upload failed: {_uploads[client]}\n{Node.Output}");

    private async Task<Exception?> UploadAsync(Needs need)
    {
        try
        {
            var client = ClientOf(need);
            await client.MakeBucketAsync(BucketOf(need));
            var since = Stopwatch.GetTimestamp();
            await client.PutAsync(BucketOf(need), Key, Folder["source"], EndToEndLimits.BigTransfer);
            Figures.Report($"{BucketOf(need)}_put_mbps".Replace('-', '_'), Content.Length / 1e6 / Stopwatch.GetElapsedTime(since).TotalSeconds);
            return null;
        }
        catch (Exception failure)
        {
            // Kept for the test of this client; the others can still say something.
            return failure;
        }
    }

    private void LoseMiners()
    {
        var random = Seed.New(line => Choices = line);
        var lost = Enumerable.Range(1, Miners).ToArray();
        random.Shuffle(lost);
        lost = [.. lost.Take(LostMiners).Order()];
        Choices += $", lost miners {string.Join(' ', lost)}";
        foreach (var miner in lost)
        {
            Directory.Delete(Path.Combine(Node.DataFolder, "miners", $"{miner:00}"), recursive: true);
        }
    }
}
