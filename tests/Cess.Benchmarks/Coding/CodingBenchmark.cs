using System.Globalization;
using Cess.Coding;

namespace Cess.Benchmarks.Coding;

/// <summary>
/// Reed–Solomon on one core by every path of this machine, beside ISA-L; then the whole slicer on all cores.
/// <c>--seconds N</c> sets the budget (default 40).
/// </summary>
internal static unsafe class CodingBenchmark
{
    private const string IsaName = "isa-l";

    /// <summary>Parts into which the time is divided: eight rows of the coder, seven of the slicer.</summary>
    private const int Measurements = 15;

    /// <summary>A shard so small that the shards of any of these policies fit the second-level cache.</summary>
    private const int CachedShardBytes = 16_000;

    private static readonly StoragePolicy[] s_policies = [new(4, 8), new(10, 4), new(10, 6)];

    public static Task RunAsync(BenchmarkOptions options)
    {
        TimeSpan share = options.Seconds("seconds", 40) / Measurements;

        List<string> figures = [];
        Console.WriteLine($"isal={(IsaL.IsPresent ? "present" : "absent")}, best path {CodingPaths.Best}, one core");
        Console.WriteLine("GB/s of data in; 'segment': the shards of a full segment (32 MiB, out of cache), 'cached': shards of 16,000 bytes");
        Console.WriteLine($"{"",-24}{string.Concat(Names().Select(n => $"{n,10}"))}{"ratio",8}");
        foreach (StoragePolicy policy in s_policies)
        {
            string key = $"{policy.DataFragments}_{policy.ParityFragments}";
            foreach ((string place, int size) in Sizes(policy))
            {
                Contest contest = Encode(policy, size, share);
                Report($"encode {policy} {place}", contest);
                string suffix = place == "segment" ? "" : "_cached";
                figures.Add(Figure($"coding_encode_gbps_{key}{suffix}", contest.Gbps(CodingPaths.Best.ToString())));
                if (IsaL.IsPresent)
                    figures.Add(Figure($"coding_ratio_to_isal_{key}{suffix}", contest.Ratio(CodingPaths.Best.ToString(), IsaName)));
            }
        }
        foreach ((string place, int size) in Sizes(new(10, 4)))
        {
            Contest contest = Reconstruct(new(10, 4), size, share);
            Report($"rebuild 4 of 10+4 {place}", contest);
            string suffix = place == "segment" ? "" : "_cached";
            figures.Add(Figure($"coding_reconstruct_gbps_10_4{suffix}", contest.Gbps(CodingPaths.Best.ToString())));
            if (IsaL.IsPresent)
                figures.Add(Figure($"coding_reconstruct_ratio_to_isal_10_4{suffix}", contest.Ratio(CodingPaths.Best.ToString(), IsaName)));
        }

        figures.AddRange(SliceBenchmark.Run(share));
        if (!IsaL.IsPresent)
            figures.Insert(0, "isal=absent");
        Console.WriteLine();
        figures.ForEach(Console.WriteLine);
        return Task.CompletedTask;
    }

    public static string Figure(string name, double value) => string.Create(CultureInfo.InvariantCulture, $"{name}={value:0.###}");

    private static (string Place, int Size)[] Sizes(StoragePolicy policy) =>
        [("segment", policy.FragmentSize(SegmentLayout.CiphertextBytesMax)), ("cached", CachedShardBytes)];

    private static IEnumerable<string> Names() =>
        CodingPaths.Available.Select(p => p.ToString()).Concat(IsaL.IsPresent ? [IsaName] : []);

    private static Contest Encode(StoragePolicy policy, int size, TimeSpan budget)
    {
        (int k, int m) = (policy.DataFragments, policy.ParityFragments);
        using Shards shards = new(k, m, size);
        Contest contest = new((long)k * size);
        foreach (CodingPath path in CodingPaths.Available)
        {
            ReedSolomon code = new(k, m, path);
            contest.Add(path.ToString(), () => shards.Encode(code));
        }
        if (IsaL.IsPresent)
        {
            byte[] tables = IsaL.EncodeTables(k, m);
            contest.Add(IsaName, () => IsaL.Multiply(size, k, m, tables, shards.Table, shards.Table + k));
            RequireSameParity(shards, tables);
        }
        contest.Measure(budget);
        return contest;
    }

    private static Contest Reconstruct(StoragePolicy policy, int size, TimeSpan budget)
    {
        (int k, int m) = (policy.DataFragments, policy.ParityFragments);
        using Shards shards = new(k, m, size & ~63);
        size = shards.Size;
        int[] lost = [.. Enumerable.Range(0, m)];
        int[] available = [.. Enumerable.Range(m, k)];
        Contest contest = new((long)k * size);
        foreach (CodingPath path in CodingPaths.Available)
        {
            ReedSolomon code = new(k, m, path);
            contest.Add(path.ToString(), () => shards.Reconstruct(code, available, lost));
        }
        if (IsaL.IsPresent)
        {
            byte[] tables = IsaL.DecodeTables(k, m, m);
            contest.Add(IsaName, () => IsaL.Multiply(size, k, m, tables, shards.Table + m, shards.Table));
        }
        contest.Measure(budget);
        return contest;
    }

    private static void RequireSameParity(Shards shards, byte[] tables)
    {
        shards.Encode(new ReedSolomon(shards.K, shards.M, CodingPaths.Best));
        byte[] own = shards.Parity.ToArray();
        shards.Parity.Clear();
        IsaL.Multiply(shards.Size, shards.K, shards.M, tables, shards.Table, shards.Table + shards.K);
        for (int i = 0; i < shards.M; i++)
        {
            int at = i * shards.ParityStride;
            if (!own.AsSpan(at, shards.Size).SequenceEqual(shards.Parity.Slice(at, shards.Size)))
                throw new InvalidOperationException($"ISA-L computes another parity shard {i} of {shards.K}+{shards.M}");
        }
    }

    private static void Report(string name, Contest contest)
    {
        string columns = string.Concat(Names().Select(n => string.Create(CultureInfo.InvariantCulture, $"{contest.Gbps(n),10:0.00}")));
        string ratio = IsaL.IsPresent
            ? string.Create(CultureInfo.InvariantCulture, $"{contest.Ratio(CodingPaths.Best.ToString(), IsaName),8:0.00}")
            : "";
        Console.WriteLine($"{name,-24}{columns}{ratio}");
    }
}
