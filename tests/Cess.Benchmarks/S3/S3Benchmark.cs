using Cess.TestNetwork;

namespace Cess.Benchmarks.S3;

/// <summary>
/// What an S3 client gets from a whole network on this machine: the node is a process of its own with 12 miners (or as many
/// as the policy needs) on the same disk, and this process is its client on the same cores.
/// </summary>
internal static class S3Benchmark
{
    private const string Bucket = "bench";

    public static async Task RunAsync(BenchmarkOptions options)
    {
        var policy = options.Text("policy") ?? "4+8";
        var size = options.Size("size", "1GiB");
        var seconds = options.Seconds("seconds", 8);
        options.RefuseUnused();

        using var folder = new TemporaryFolder();
        var content = new PseudoRandomContent(Seed: 1, size);
        content.WriteTo(folder["source"]);
        await using var node = await NodeProcess.StartAsync(
            folder["data"], new NodeOptions { Policy = policy, Miners = Math.Max(12, MinersOf(policy)) });
        using var s3 = new S3HttpClient(node.Info);
        await s3.MakeBucketAsync(Bucket);
        Console.WriteLine(
            $"""
            Policy {policy}, one object of {size >> 20} MiB, then objects of {SmallObjects.Length} bytes over {SmallObjects.Connections} connections.
            Included: signatures, encryption, coding, hashing, MD5 for the ETag, fsync on every miner, a final block an
            object; and this load generator, on the same cores. Bodies are not signed (UNSIGNED-PAYLOAD).
            """);

        var report = new BenchmarkReport("s3");
        await new LargeObject(s3, Bucket, content, folder).MeasureAsync(report);
        await new SmallObjects(node.Info, s3, Bucket, seconds).MeasureAsync(report);
        report.Add("s3_peak_mib", node.PeakMemory() / (double)(1 << 20), "peak resident memory of the node over all of the above");
        report.Print();
    }

    private static int MinersOf(string policy) =>
        policy.Split('+') is [var data, var parity] && int.TryParse(data, out var k) && int.TryParse(parity, out var m)
            ? k + m
            : throw new BenchmarkUsageException($"--policy {policy}: not of the form k+m.");
}
