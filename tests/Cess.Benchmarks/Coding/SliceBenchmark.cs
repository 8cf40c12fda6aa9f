using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Cess.Coding;

namespace Cess.Benchmarks.Coding;

/// <summary>
/// The whole way of a segment from plaintext in its buffer to fragments with ids: encrypt, cut, code, hash. Its limit is
/// what AES-GCM and SHA-256 of the base library alone take for the same bytes, in their best shape: frames as they are,
/// and fragments hashed in one piece instead of in leaves and nodes.
/// </summary>
internal static class SliceBenchmark
{
    private const string SliceName = "slice";
    private const string LimitName = "limit";
    private const int SmallObjectBytes = 4096;

    private static readonly ParallelFor s_allCores = (count, body) => Parallel.For(0, count, body);

    public static IEnumerable<string> Run(TimeSpan budget)
    {
        List<string> figures = [];
        Console.WriteLine();
        Console.WriteLine($"slice: encrypt, code and hash full segments; MB/s of plaintext; {Environment.ProcessorCount} cores");
        Console.WriteLine($"{"",-8}{"all cores",12}{"one core",12}{"limit",12}{"ratio",8}   (one core in processor time, all in real time)");
        foreach (StoragePolicy policy in (StoragePolicy[])[new(10, 4), new(4, 8), new(10, 6)])
        {
            double all = OnAllCores(policy, budget);
            Contest contest = OnOneCore(policy, SegmentLayout.PlaintextBytesMax, budget);
            double one = contest.Gbps(SliceName) * 1000;
            double limit = contest.Gbps(LimitName) * 1000;
            double ratio = contest.Ratio(SliceName, LimitName);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{policy,-8}{all,12:0}{one,12:0}{limit,12:0}{ratio,8:0.00}"));
            string suffix = policy == new StoragePolicy(10, 4) ? "" : $"_{policy.DataFragments}_{policy.ParityFragments}";
            figures.Add(CodingBenchmark.Figure($"coding_slice_mbps{suffix}", all));
            figures.Add(CodingBenchmark.Figure($"coding_slice_one_core_mbps{suffix}", one));
            figures.Add(CodingBenchmark.Figure($"coding_slice_ratio_to_limit{suffix}", ratio));
        }

        double small = OnOneCore(new(10, 4), SmallObjectBytes, budget).Gbps(SliceName) * 1e9 / SmallObjectBytes;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"objects of 4 KiB in 10+4: {small:0} a second on one core"));
        figures.Add(CodingBenchmark.Figure("coding_slice_4kib_per_s", small));
        return figures;
    }

    /// <summary>The median over the segments, in MB/s of plaintext.</summary>
    private static double OnAllCores(StoragePolicy policy, TimeSpan budget)
    {
        using SegmentBufferPool pool = new(256L << 20);
        using SegmentBuffer buffer = Rent(pool, policy, SegmentLayout.PlaintextBytesMax);
        byte[] fileKey = FileKey.New(SystemRandom.Instance);
        List<double> mbps = [];
        long start = Stopwatch.GetTimestamp();
        for (int round = 0; round < 5 || Stopwatch.GetElapsedTime(start) < budget; round++)
        {
            long begin = Stopwatch.GetTimestamp();
            Slice(buffer, fileKey, SegmentLayout.PlaintextBytesMax, s_allCores);
            mbps.Add(SegmentLayout.PlaintextBytesMax / Stopwatch.GetElapsedTime(begin).TotalSeconds / 1e6);
        }
        mbps.Sort();
        return mbps[mbps.Count / 2];
    }

    private static Contest OnOneCore(StoragePolicy policy, int plaintextLength, TimeSpan budget)
    {
        using SegmentBufferPool pool = new(256L << 20);
        using SegmentBuffer buffer = Rent(pool, policy, plaintextLength);
        byte[] fileKey = FileKey.New(SystemRandom.Instance);
        using AesGcm cipher = new(fileKey, FrameLayout.TagBytes);
        Contest contest = new(plaintextLength);
        contest.Add(SliceName, () => Slice(buffer, fileKey, plaintextLength, ParallelForModes.Sequential));
        contest.Add(LimitName, () => EncryptAndHash(buffer, cipher, plaintextLength));
        contest.Measure(budget);
        return contest;
    }

    private static SegmentBuffer Rent(SegmentBufferPool pool, StoragePolicy policy, int plaintextLength)
    {
        if (!pool.TryRent(policy, (int)FrameLayout.CiphertextLength(plaintextLength), out SegmentBuffer? buffer))
            throw new InvalidOperationException("the pool is too small");
        new Random(1).NextBytes(buffer.GetSpan());
        return buffer;
    }

    private static void Slice(SegmentBuffer buffer, byte[] fileKey, int plaintextLength, ParallelFor parallel)
    {
        using FrameEncryptor cipher = new(fileKey, SystemRandom.Instance);
        SegmentCoder.Encode(buffer, cipher, plaintextLength, isLast: true, parallel);
    }

    private static void EncryptAndHash(SegmentBuffer buffer, AesGcm cipher, int plaintextLength)
    {
        Span<byte> nonce = stackalloc byte[12];
        Span<byte> tag = stackalloc byte[FrameLayout.TagBytes];
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        Span<byte> bytes = buffer.GetSpan();
        for (int at = 0; at < plaintextLength; at += FrameLayout.PlaintextBytes)
        {
            Span<byte> frame = bytes.Slice(at, Math.Min(FrameLayout.PlaintextBytes, plaintextLength - at));
            cipher.Encrypt(nonce, frame, frame, tag);
        }
        int ciphertextLength = (int)FrameLayout.CiphertextLength(plaintextLength);
        for (int i = 0; i < buffer.Policy.TotalFragments; i++)
            SHA256.HashData(buffer.Fragment(ciphertextLength, i).Span, digest);
    }
}
