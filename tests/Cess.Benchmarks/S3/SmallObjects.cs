using System.Diagnostics;
using Cess.TestNetwork;

namespace Cess.Benchmarks.S3;

/// <summary>Many small objects over 16 connections, and a listing of ten thousand of them.</summary>
internal sealed class SmallObjects(NodeInfo node, S3HttpClient s3, string bucket, TimeSpan duration)
{
    public const int Length = 4_096;
    public const int Connections = 16;

    private const int Listed = 10_000;
    private const int PageMax = 1_000;

    private readonly S3Signer _signer = S3Signer.Of(node);
    private int _stored;

    public async Task MeasureAsync(BenchmarkReport report)
    {
        var put = await RunAsync(duration, PutAsync);
        report.Add("s3_small_put_per_s", put.PerSecond, $"PUT of {Length} bytes, each durable and final on chain");
        report.Add("s3_small_put_p99_ms", put.P99Ms, "from the request to the end of its answer");

        var get = await RunAsync(duration, GetAsync);
        report.Add("s3_small_get_per_s", get.PerSecond, "GET of random ones among them, compared with what was stored");
        report.Add("s3_ttfb_p99_ms", get.P99Ms, "GET, from the request to the first bytes of its answer, at that load");

        report.Add("s3_list_10000_ms", await ListAsync(), $"ListObjectsV2 of {Listed} keys in {Listed / PageMax} pages");
    }

    private static string KeyOf(int number) => $"small/{number:x8}";

    private static PseudoRandomContent ContentOf(int number) => new((ulong)number, Length);

    private async Task<(double PerSecond, double P99Ms)> RunAsync(TimeSpan limit, Func<WireConnection, Random, Task<TimeSpan>> request)
    {
        var since = Stopwatch.GetTimestamp();
        var latencies = await Task.WhenAll(Enumerable.Range(0, Connections).Select(connection => Task.Run(async () =>
        {
            using var wire = new WireConnection(node.S3, _signer);
            var random = new Random(connection);
            var times = new List<TimeSpan>();
            while (Stopwatch.GetElapsedTime(since) < limit)
            {
                times.Add(await request(wire, random));
            }

            return times;
        })));
        var elapsed = Stopwatch.GetElapsedTime(since).TotalSeconds;
        var sorted = latencies.SelectMany(times => times).Order().ToArray();
        return (sorted.Length / elapsed, sorted[(int)(sorted.Length * 0.99)].TotalMilliseconds);
    }

    private async Task<TimeSpan> PutAsync(WireConnection wire, Random random)
    {
        var number = Interlocked.Increment(ref _stored) - 1;
        var answer = await wire.SendAsync("PUT", $"/{bucket}/{KeyOf(number)}", ContentOf(number).ToArray());
        return answer.Status == 200 ? answer.Whole : throw new InvalidDataException($"PUT was answered with {answer.Status}.");
    }

    private async Task<TimeSpan> GetAsync(WireConnection wire, Random random)
    {
        var number = random.Next(_stored);
        var answer = await wire.SendAsync("GET", $"/{bucket}/{KeyOf(number)}", ReadOnlyMemory<byte>.Empty);
        return answer.Status == 200 && answer.Body.Span.SequenceEqual(ContentOf(number).ToArray())
            ? answer.FirstByte
            : throw new InvalidDataException($"GET was answered with {answer.Status} and {answer.Body.Length} bytes.");
    }

    private async Task<double> ListAsync()
    {
        // A slow machine may have stored fewer; the listing is always of the same length.
        await Parallel.ForEachAsync(
            Enumerable.Range(_stored, Math.Max(0, Listed - _stored)),
            new ParallelOptions { MaxDegreeOfParallelism = Connections },
            async (number, _) => await s3.PutAsync(bucket, KeyOf(number), ContentOf(number).ToArray()));

        var since = Stopwatch.GetTimestamp();
        var after = "";
        for (var page = 0; page < Listed / PageMax; page++)
        {
            using var response = await s3.SendAsync(
                HttpMethod.Get, bucket, query: $"list-type=2&max-keys={PageMax}&prefix=small%2F&start-after={Uri.EscapeDataString(after)}");
            response.EnsureSuccessStatusCode();
            after = LastKey(await response.Content.ReadAsStringAsync());
        }

        return Stopwatch.GetElapsedTime(since).TotalMilliseconds;
    }

    private static string LastKey(string listing)
    {
        var from = listing.LastIndexOf("<Key>", StringComparison.Ordinal) + "<Key>".Length;
        return listing[from..listing.IndexOf("</Key>", from, StringComparison.Ordinal)];
    }
}
