using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using Cess.EndToEnd.Clients;
using Cess.EndToEnd.Network;
using Cess.TestNetwork;
using Xunit.Abstractions;

namespace Cess.EndToEnd.BigFile;

/// <summary>A 1 GiB file survives the loss of 8 of 12 miners, whole and in ranges, through each client.</summary>
[Trait("Category", "Upload")]
public sealed class BigFileTests(BigFileNetwork network, ITestOutputHelper output) : IClassFixture<BigFileNetwork>, IDisposable
{
    private const int RandomRanges = 60;
    private const int RangeLengthMax = 3 << 20;

    /// <summary>Plaintext bytes of a full segment: 511 frames of 64 KiB.</summary>
    private const long SegmentLength = 511 * 65_536;

    /// <summary>Parts of the AWS command line's uploads, each of which begins a segment.</summary>
    private const long AwsPartLength = 8 << 20;

    private static long Length => BigFileNetwork.Content.Length;

    private static string AnyBucket => BigFileNetwork.BucketOf(Needs.Nothing);

    [ClientFact]
    [Needs(Needs.Aws)]
    public Task It_comes_back_through_aws() => ComesBackAsync(Needs.Aws);

    [ClientFact]
    [Needs(Needs.Rclone)]
    public Task It_comes_back_through_rclone() => ComesBackAsync(Needs.Rclone);

    [Fact]
    public Task It_comes_back_through_cess() => ComesBackAsync(Needs.Nothing);

    [ClientFact]
    [Needs(Needs.Aws)]
    public async Task Ranges_come_back_through_aws()
    {
        var (aws, bucket) = ((AwsCli)network.ClientOf(Needs.Aws), BigFileNetwork.BucketOf(Needs.Aws));
        var file = network.Folder["range"];
        foreach (var (first, last) in ((long, long)[])[(0, 0), (AwsPartLength - 1, AwsPartLength), (Length - 70_000, Length - 1)])
        {
            await aws.SucceedAsync(["s3api", "get-object", "--bucket", bucket, "--key", BigFileNetwork.Key, "--range", $"bytes={first}-{last}", file]);
            Assert.Equal(BigFileNetwork.Content.Slice(first, (int)(last - first + 1)), await File.ReadAllBytesAsync(file));
        }
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(65_535, 65_536)]
    [InlineData(SegmentLength - 1, SegmentLength)]
    [InlineData(SegmentLength, SegmentLength)]
    [InlineData((3 * SegmentLength) - 70_000, (4 * SegmentLength) + 70_000)]
    [InlineData((1L << 30) - 1, (1L << 30) - 1)]
    [InlineData((1L << 30) - 100_000, 1L << 40)]
    public async Task A_range_at_a_border_comes_back(long first, long last)
    {
        network.AssertUploadedThrough(Needs.Nothing);
        await AssertRangeAsync(AnyBucket, first, last);
    }

    [Fact]
    public async Task Random_ranges_come_back()
    {
        network.AssertUploadedThrough(Needs.Nothing);
        var random = Seed.New(output);
        for (var i = 0; i < RandomRanges; i++)
        {
            var first = random.NextInt64(Length);
            await AssertRangeAsync(AnyBucket, first, Math.Min(first + random.Next(RangeLengthMax), Length - 1));
        }
    }

    [Fact]
    public async Task The_last_bytes_come_back_when_only_their_number_is_given()
    {
        network.AssertUploadedThrough(Needs.Nothing);
        var bytes = await network.S3.GetAsync(AnyBucket, BigFileNetwork.Key, new RangeHeaderValue(null, 1_000));
        Assert.Equal(BigFileNetwork.Content.Slice(Length - 1_000, 1_000), bytes);
    }

    [Fact]
    public async Task A_range_after_the_end_is_refused()
    {
        network.AssertUploadedThrough(Needs.Nothing);
        using var response = await network.S3.SendAsync(
            HttpMethod.Get, AnyBucket, BigFileNetwork.Key, range: new RangeHeaderValue(Length, null));
        Assert.Equal(HttpStatusCode.RequestedRangeNotSatisfiable, response.StatusCode);
        Assert.Contains("<Code>InvalidRange</Code>", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_nodes_memory_stays_within_its_bound()
    {
        await ComesBackAsync(Needs.Aws);
        await ComesBackAsync(Needs.Rclone);
        await ComesBackAsync(Needs.Nothing);
        Assert.InRange(network.Node.PeakMemory(), 0, BigFileNetwork.PeakMemoryMax);
    }

    /// <summary>What a failure needs to be repeated.</summary>
    public void Dispose() => output.WriteLine(network.Choices);

    private async Task ComesBackAsync(Needs client)
    {
        network.AssertUploadedThrough(client);
        var (bucket, back) = (BigFileNetwork.BucketOf(client), network.Folder["back"]);
        var since = Stopwatch.GetTimestamp();
        await network.ClientOf(client).GetAsync(bucket, BigFileNetwork.Key, back, EndToEndLimits.BigTransfer);
        Figures.Report($"{bucket}_degraded_get_mbps".Replace('-', '_'), Length / 1e6 / Stopwatch.GetElapsedTime(since).TotalSeconds);
        Assert.Null(BigFileNetwork.Content.DifferenceTo(back));
        File.Delete(back);
    }

    private async Task AssertRangeAsync(string bucket, long first, long last)
    {
        var end = Math.Min(last, Length - 1);
        using var response = await network.S3.SendAsync(
            HttpMethod.Get, bucket, BigFileNetwork.Key, range: new RangeHeaderValue(first, last));
        Assert.Equal(HttpStatusCode.PartialContent, response.StatusCode);
        Assert.Equal($"bytes {first}-{end}/{Length}", $"{response.Content.Headers.ContentRange}");
        var expected = BigFileNetwork.Content.Slice(first, (int)(end - first + 1));
        var actual = await response.Content.ReadAsByteArrayAsync();
        Assert.True(expected.AsSpan().SequenceEqual(actual), $"Bytes {first} to {end} are others.");
    }
}
