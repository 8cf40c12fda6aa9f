using System.Diagnostics;
using Amazon.S3.Model;
using Cess.EndToEnd.Clients;
using Cess.EndToEnd.Network;
using Cess.TestNetwork;
using Xunit.Abstractions;

namespace Cess.EndToEnd.Crash;

/// <summary><c>kill -9</c> of the node at any moment loses nothing that was acknowledged, and shows nothing half.</summary>
public sealed class CrashTests(ITestOutputHelper output) : IDisposable
{
    internal const string Bucket = "crash";

    private const int Kills = 20;
    private const int SmallLengthMax = 64 << 10;
    private const int BigLengthMax = 24 << 20;

    /// <summary>A kill comes after so many steps at most; at 16 KiB a step, within about 100 MiB of uploads.</summary>
    private const int StepsMax = 6_000;

    private TemporaryFolder Folder { get; } = new();

    private string Data => Folder["data"];

    [Fact]
    public async Task Twenty_kills_during_uploads_lose_nothing_acknowledged_and_leave_nothing_half()
    {
        var random = Seed.New(output);
        var expected = new ExpectedObjects();
        Uploader[] uploaders =
        [
            .. Enumerable.Range(0, 4).Select(i => new WholeObjects($"small-{i}", keys: 12, SmallLengthMax, expected, new Random(random.Next()))),
            new WholeObjects("big", keys: 3, BigLengthMax, expected, new Random(random.Next())),
            new MultipartObjects("parts", expected, new Random(random.Next())),
        ];
        await using (var first = await NodeProcess.StartAsync(Data))
        {
            using var s3 = new S3HttpClient(first.Info);
            await s3.MakeBucketAsync(Bucket);
            Assert.Equal(0, await first.StopAsync());
        }

        for (var kill = 1; kill <= Kills; kill++)
        {
            var moment = new KillMoment(random.Next(1, StepsMax));
            await using var node = await NodeProcess.StartAsync(Data);
            await AssertHoldsAsync(expected, node, $"after kill {kill - 1}");

            var uploads = uploaders.Select(uploader => uploader.RunAsync(node.Info, moment)).ToArray();
            // An uploader that fails before the moment has come would keep it from coming.
            await await Task.WhenAny([moment.Come, .. uploads]);
            await node.KillAsync();
            await Task.WhenAll(uploads);
        }

        await using var last = await NodeProcess.StartAsync(Data);
        await AssertHoldsAsync(expected, last, "after the last kill");
        Figures.Report("crash_acknowledged_writes", expected.AcknowledgedWrites);
        Figures.Report("crash_unanswered_writes", expected.UnansweredWrites);
        Assert.True(expected.AcknowledgedWrites > Kills && expected.UnansweredWrites > Kills, "The kills came at no moment that tells anything.");
        Assert.Equal(0, await last.StopAsync());
    }

    [Fact]
    public async Task Parts_that_were_acknowledged_before_a_kill_complete_after_it()
    {
        const int partLength = 5 << 20;
        var content = new PseudoRandomContent(5, (2 * partLength) + 1_000);
        var parts = new List<PartETag>();
        string upload;

        await using (var node = await NodeProcess.StartAsync(Data))
        {
            using var s3 = DotNetSdk.Connect(node.Info);
            await s3.PutBucketAsync(Bucket);
            upload = (await s3.InitiateMultipartUploadAsync(Bucket, "parts")).UploadId;
            for (var number = 1; number <= 2; number++)
            {
                parts.Add(await UploadPartAsync(s3, content, upload, number, partLength));
            }

            await node.KillAsync();
        }

        await using (var node = await NodeProcess.StartAsync(Data))
        {
            using var s3 = DotNetSdk.Connect(node.Info);
            parts.Add(await UploadPartAsync(s3, content, upload, 3, partLength));
            await s3.CompleteMultipartUploadAsync(
                new CompleteMultipartUploadRequest { BucketName = Bucket, Key = "parts", UploadId = upload, PartETags = parts });
            using var back = await s3.GetObjectAsync(Bucket, "parts");
            Assert.Null(content.DifferenceTo(back.ResponseStream));
        }
    }

    [Fact]
    public async Task Kills_while_it_starts_do_no_harm()
    {
        const int kills = 5;
        var content = new PseudoRandomContent(6, 100_000);
        TimeSpan ready;
        await using (var node = await NodeProcess.StartAsync(Data))
        {
            using var s3 = new S3HttpClient(node.Info);
            await s3.MakeBucketAsync(Bucket);
            await s3.PutAsync(Bucket, "kept", content.ToArray());
            ready = node.ReadyAfter;
            await node.KillAsync();
        }

        for (var kill = 1; kill <= kills; kill++)
        {
            await using var starting = NodeProcess.Launch(Data);
            // Spread over the whole start: the moment is the point of this test, and nothing tells it from outside.
            var moment = ready * kill / (kills + 1);
            var since = Stopwatch.GetTimestamp();
            await Eventually.SeeAsync("the moment of the kill", moment + TestLimits.Stop,
                () => Task.FromResult(Stopwatch.GetElapsedTime(since) >= moment ? "now" : null));
            await starting.KillAsync();
        }

        await using var last = await NodeProcess.StartAsync(Data);
        using var client = new S3HttpClient(last.Info);
        Assert.Equal(content.ToArray(), await client.GetAsync(Bucket, "kept"));
    }

    public void Dispose() => Folder.Dispose();

    private static async Task AssertHoldsAsync(ExpectedObjects expected, NodeProcess node, string when)
    {
        using var sdk = new DotNetSdk(node);
        using var s3 = new S3HttpClient(node.Info);
        var listed = (await sdk.ListAsync(Bucket)).ToHashSet(StringComparer.Ordinal);
        Assert.Subset(expected.Keys.ToHashSet(StringComparer.Ordinal), listed);
        foreach (var key in expected.Keys)
        {
            var actual = await s3.GetAsync(Bucket, key);
            Assert.True(listed.Contains(key) == actual is not null, $"{when}, the listing and a read disagree about {key}.");
            var wrong = expected.Settle(key, actual);
            Assert.True(wrong is null, $"{when}, {wrong}");
        }
    }

    private static async Task<PartETag> UploadPartAsync(
        Amazon.S3.AmazonS3Client s3, PseudoRandomContent content, string upload, int number, int partLength)
    {
        var offset = (long)(number - 1) * partLength;
        var length = (int)Math.Min(partLength, content.Length - offset);
        var stored = await s3.UploadPartAsync(new UploadPartRequest
        {
            BucketName = Bucket,
            Key = "parts",
            UploadId = upload,
            PartNumber = number,
            InputStream = new MemoryStream(content.Slice(offset, length)),
        });
        return new PartETag(number, stored.ETag);
    }
}
