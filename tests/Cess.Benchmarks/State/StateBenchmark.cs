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
    public static async Task RunAsync(BenchmarkOptions options)
    {
        var largest = options.Number("accounts", 10_000_000);
        options.RefuseUnused();
        Console.WriteLine(
            $"""
            Accounts with a balance, a nonce and a public key. An update is a random record decoded, changed, encoded, set and hashed up
            to the root, all on one core: alone, or in a batch of {Batch:n0} that share the hashes above them; or alone and cold, when
            something else has used all caches since the one before (median). A small tree stays in caches, so only cold updates show
            how the work grows; warm ones also show how caches end.
            """);

        var report = new BenchmarkReport("state");
        var builder = StateTree.Empty.ToBuilder();
        var random = new Random(1);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var made = 0;
        for (var (count, power) = (10_000, 4); count <= largest; count *= 10, power++)
        {
            while (made < count)
                Set(builder, made++, random.NextInt64());
            var tree = builder.ToTree();
            report.Add($"state_bytes_per_account_1e{power}", (GC.GetTotalMemory(forceFullCollection: true) - before) / (double)count, "memory of the tree, all hashes with it");
            report.Add($"state_update_ns_1e{power}", NanosecondsOf(tree, count, random, batch: 1), $"one update among {count:n0} accounts");
            report.Add($"state_update_batched_ns_1e{power}", NanosecondsOf(tree, count, random, Batch), "the same, in a batch");
            report.Add($"state_update_cold_ns_1e{power}", ColdNanosecondsOf(tree, count, random), "the same, alone and cold");
        }

        builder = null;
        await new Restart().MeasureAsync(report);
        report.Print();
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
}
