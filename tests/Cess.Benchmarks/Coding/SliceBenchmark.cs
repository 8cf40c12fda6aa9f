using System.Diagnostics;
using System.Globalization;
using Cess.Coding;

namespace Cess.Benchmarks.Coding;

/// <summary>
/// The whole way of a segment from plaintext in its buffer to fragments with ids: encrypt, cut, code, hash; on all cores,
/// as the gateway runs it.
/// </summary>
internal static class SliceBenchmark
{
    private static readonly ParallelFor s_allCores = (count, body) => Parallel.For(0, count, body);

    public static IEnumerable<string> Run(TimeSpan budget)
    {
        List<string> figures = [];
        Console.WriteLine();
        Console.WriteLine($"slice: encrypt, code and hash full segments, {Environment.ProcessorCount} cores; MB/s of plaintext");
        foreach (StoragePolicy policy in (StoragePolicy[])[new(10, 4), new(4, 8), new(10, 6)])
        {
            double all = Slice(policy, SegmentLayout.PlaintextBytesMax, s_allCores, budget);
            double one = Slice(policy, SegmentLayout.PlaintextBytesMax, ParallelForModes.Sequential, budget / 2);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{policy,-8}{all,10:0} on all cores{one,10:0} on one"));
            string suffix = policy == new StoragePolicy(10, 4) ? "" : $"_{policy.DataFragments}_{policy.ParityFragments}";
            figures.Add(CodingBenchmark.Figure($"coding_slice_mbps{suffix}", all));
        }

        double small = Slice(new(10, 4), 4096, ParallelForModes.Sequential, budget / 2) * 1e6 / 4096;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"objects of 4 KiB in 10+4: {small:0} a second on one core"));
        figures.Add(CodingBenchmark.Figure("coding_slice_4kib_per_s", small));
        return figures;
    }

    /// <summary>The median over the segments, in MB/s of plaintext.</summary>
    private static double Slice(StoragePolicy policy, int plaintextLength, ParallelFor parallel, TimeSpan budget)
    {
        using SegmentBufferPool pool = new(256L << 20);
        byte[] fileKey = FileKey.New(SystemRandom.Instance);
        List<double> mbps = [];
        long start = Stopwatch.GetTimestamp();
        for (int round = 0; round < 5 || Stopwatch.GetElapsedTime(start) < budget; round++)
        {
            if (!pool.TryRent(policy, (int)FrameLayout.CiphertextLength(plaintextLength), out SegmentBuffer? buffer))
                throw new InvalidOperationException("the pool is too small");
            using (buffer)
            {
                long begin = Stopwatch.GetTimestamp();
                using FrameEncryptor cipher = new(fileKey, SystemRandom.Instance);
                SegmentCoder.Encode(buffer, cipher, plaintextLength, isLast: true, parallel);
                mbps.Add(plaintextLength / Stopwatch.GetElapsedTime(begin).TotalSeconds / 1e6);
            }
        }
        mbps.Sort();
        return mbps[mbps.Count / 2];
    }
}
