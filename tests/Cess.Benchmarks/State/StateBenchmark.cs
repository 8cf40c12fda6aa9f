using System.Diagnostics;
using Cess.Ledger.Blocks;
using Cess.Ledger.Modules.Balances;
using Cess.Ledger.State;
using Cess.Primitives;

namespace Cess.Benchmarks.State;

/// <summary>What the state costs as it grows: time and memory of accounts in the tree, and time to come up again.</summary>
internal static class StateBenchmark
{
    private const int Batch = 10_000;
    private const int Updates = 300_000;
    private const int ColdUpdates = 500;
    private const int CacheLineBytes = 64;

    /// <summary>Bytes that are touched so that nothing else is left in any cache: more than the largest of them has.</summary>
    private const int EvictingBytes = 128 << 20;

    /// <summary>Accounts whose paths are counted.</summary>
    private const int Paths = 1_000;

    public static async Task RunAsync(BenchmarkOptions options)
    {
        var largest = options.Number("accounts", 10_000_000);
        options.RefuseUnused();
        Console.WriteLine(
            $"""
            Accounts with a balance, a nonce and a public key. An update is a random record decoded, changed, encoded, set and hashed up
            to the root, all on one core: alone, or in a batch of {Batch:n0} that share the hashes above them; or alone and cold, when
            something else has used all caches since the one before (median). A small tree stays in caches, so only the hashes and bytes
            that an update makes, and cold updates, show how the work grows; warm ones also show how caches end.
            """);

        var report = new BenchmarkReport("state");
        var builder = StateTree.Empty.ToBuilder();
        var random = new Random(1);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var made = 0;
        List<Costs> costs = [];
        for (var (count, power) = (10_000, 4); count <= largest; count *= 10, power++)
        {
            while (made < count)
                Set(builder, made++, random.NextInt64());
            var tree = builder.ToTree();
            var bytes = (GC.GetTotalMemory(forceFullCollection: true) - before) / (double)count;
            var cost = CostsOf(tree, count, random);
            report.Add($"state_bytes_per_account_1e{power}", bytes, "memory of the tree, all hashes with it");
            report.Add($"state_update_hashes_1e{power}", cost.Hashes, $"hashes of one update among {count:n0} accounts, mean");
            report.Add($"state_update_made_bytes_1e{power}", cost.MadeBytes, "memory that it makes, the new record's code with it");
            report.Add($"state_update_ns_1e{power}", cost.Nanoseconds, "its time");
            if (costs is [.., var fewer])
                report.Add($"state_update_added_ns_1e{power}", cost.Nanoseconds - fewer.Nanoseconds, "what ten times as many accounts have added; a logarithm adds the same each time");
            report.Add($"state_update_batched_ns_1e{power}", cost.BatchedNanoseconds, "the same, in a batch");
            report.Add($"state_update_cold_ns_1e{power}", cost.ColdNanoseconds, "the same, alone and cold");
            costs.Add(cost);
        }

        if (costs is [var least, .., var most])
        {
            report.Add("state_growth_log", 1 + ((costs.Count - 1) / 4.0), "the logarithm of the most accounts over that of 10^4; below, the same of the figures");
            report.Add("state_growth_hashes", most.Hashes / least.Hashes, "hashes of an update");
            report.Add("state_growth_made", most.MadeBytes / least.MadeBytes, "memory that it makes");
            report.Add("state_growth_cold", most.ColdNanoseconds / least.ColdNanoseconds, "its time, alone and cold");
            report.Add("state_growth_warm", most.Nanoseconds / least.Nanoseconds, "its time, warm");
            report.Add("state_growth_batched", most.BatchedNanoseconds / least.BatchedNanoseconds, "its time, in a batch");
        }

        builder = null;
        await new Restart().MeasureAsync(report);
        report.Print();
    }

    private static Costs CostsOf(StateTree tree, int count, Random random)
    {
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        Update(tree, count, random, batch: 1, updates: Paths);
        var made = GC.GetAllocatedBytesForCurrentThread() - allocated;
        return new Costs(
            HashesOf(tree, count),
            made / (double)Paths,
            NanosecondsOf(tree, count, random, batch: 1),
            NanosecondsOf(tree, count, random, Batch),
            ColdNanosecondsOf(tree, count, random));
    }

    /// <summary>What an update hashes: each branch on the way to it, its leaf and its value. A proof shows how many branches there are.</summary>
    private static double HashesOf(StateTree tree, int count)
    {
        const int LeafBytes = 1 + StateKey.Size + Hash256.Size;
        const int BranchBytes = 2 + 1 + Hash256.Size;
        long bytes = 0;
        for (var i = 0; i < Paths; i++)
            bytes += Scale.Encode(StateProof.Of(tree, KeyOf((int)((long)i * count / Paths)))).Length - 1 - LeafBytes;
        return 2 + ((double)bytes / BranchBytes / Paths);
    }

    private static double NanosecondsOf(StateTree tree, int count, Random random, int batch)
    {
        // As many before as are measured, so that code and caches are warm.
        tree = Update(tree, count, random, batch);
        var start = Stopwatch.GetTimestamp();
        Update(tree, count, random, batch);
        return Stopwatch.GetElapsedTime(start).TotalNanoseconds / Updates;
    }

    private static double ColdNanosecondsOf(StateTree tree, int count, Random random)
    {
        var evicting = new byte[EvictingBytes];
        var times = new double[ColdUpdates];
        for (var i = 0; i < times.Length; i++)
        {
            for (var at = 0; at < evicting.Length; at += CacheLineBytes)
                evicting[at]++;
            var start = Stopwatch.GetTimestamp();
            tree = Update(tree, count, random, batch: 1, updates: 1);
            times[i] = Stopwatch.GetElapsedTime(start).TotalNanoseconds;
        }

        Array.Sort(times);
        return times[times.Length / 2];
    }

    private static StateTree Update(StateTree tree, int count, Random random, int batch, int updates = Updates)
    {
        for (var done = 0; done < updates; done += batch)
        {
            var builder = tree.ToBuilder();
            for (var i = 0; i < batch; i++)
            {
                var account = random.Next(count);
                var key = KeyOf(account);
                if (!builder.TryGet(key, out var bytes))
                    throw new InvalidOperationException($"Account {account} is not there.");
                var record = Scale.Decode<AccountRecord>(bytes.Span);
                builder.Set(key, Scale.Encode(record with { Nonce = record.Nonce + 1 }));
            }

            tree = builder.ToTree();
        }

        return tree;
    }

    private static void Set(StateTreeBuilder builder, int account, long tokens) => builder.Set(
        KeyOf(account), Scale.Encode(AccountRecord.Empty with { Free = new Balance((UInt128)tokens), Key = KeyFrom(account) }));

    private static StateKey KeyOf(int account) => LedgerKeys.Account(IdOf(account));

    private static AccountId IdOf(int account) => new(Hash256.Sha256(BitConverter.GetBytes(account)));

    /// <summary>Bytes of a key's form; nothing here verifies by it.</summary>
    private static PublicKey KeyFrom(int account)
    {
        Span<byte> bytes = stackalloc byte[PublicKey.Size];
        bytes[0] = 2;
        IdOf(account).Hash.WriteTo(bytes[1..]);
        return PublicKey.FromBytes(bytes);
    }

    /// <summary>What one update costs among so many accounts.</summary>
    private sealed record Costs(double Hashes, double MadeBytes, double Nanoseconds, double BatchedNanoseconds, double ColdNanoseconds);
}
