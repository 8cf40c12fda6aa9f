using System.Diagnostics;
using Cess.TestNetwork;

namespace Cess.Benchmarks.S3;

/// <summary>One large object over one connection, next to a plain copy of the same bytes on the same disk.</summary>
internal sealed class LargeObject(S3HttpClient s3, string bucket, PseudoRandomContent content, TemporaryFolder folder)
{
    private const string Key = "large";
    private const int BufferSize = 1 << 20;

    public async Task MeasureAsync(BenchmarkReport report)
    {
        report.Add("s3_copy_mbps", await MeasureRateAsync(CopyAsync), "plain copy of the file on the same disk, fsync at the end");
        report.Add("s3_put_mbps", await MeasureRateAsync(PutAsync), "PUT in one request, durable and final on chain");
        report.Add("s3_get_mbps", await MeasureRateAsync(GetAsync), "GET in one request, bytes thrown away");
        await VerifyAsync();
    }

    private async Task<double> MeasureRateAsync(Func<Task> transfer)
    {
        var since = Stopwatch.GetTimestamp();
        await transfer();
        return content.Length / 1e6 / Stopwatch.GetElapsedTime(since).TotalSeconds;
    }

    private async Task CopyAsync()
    {
        await using (var source = new FileStream(folder["source"], FileMode.Open, FileAccess.Read, FileShare.Read, BufferSize))
        await using (var target = new FileStream(folder["copy"], FileMode.CreateNew, FileAccess.Write, FileShare.None, BufferSize))
        {
            await source.CopyToAsync(target, BufferSize);
            target.Flush(flushToDisk: true);
        }

        File.Delete(folder["copy"]);
    }

    private async Task PutAsync()
    {
        await using var file = new FileStream(folder["source"], FileMode.Open, FileAccess.Read, FileShare.Read, BufferSize);
        using var body = new StreamContent(file, BufferSize);
        body.Headers.ContentLength = content.Length;
        using var response = await s3.SendAsync(HttpMethod.Put, bucket, Key, body: body);
        response.EnsureSuccessStatusCode();
    }

    private async Task GetAsync()
    {
        using var response = await s3.SendAsync(HttpMethod.Get, bucket, Key);
        response.EnsureSuccessStatusCode();
        await using var body = await response.Content.ReadAsStreamAsync();
        await body.CopyToAsync(Stream.Null, BufferSize);
    }

    /// <summary>Not measured: what came back is what went in.</summary>
    private async Task VerifyAsync()
    {
        using var response = await s3.SendAsync(HttpMethod.Get, bucket, Key);
        await using var body = await response.Content.ReadAsStreamAsync();
        if (content.DifferenceTo(body) is { } difference)
        {
            throw new InvalidDataException($"What came back {difference}.");
        }
    }
}
