using System.Diagnostics;
using Cess.Primitives;

namespace Cess.Benchmarks.Ledger;

/// <summary>What this machine's cores can verify when they do nothing else: the bound that no ledger that checks signatures passes.</summary>
internal static class VerifyLimit
{
    private static readonly TimeSpan s_duration = TimeSpan.FromSeconds(3);

    /// <summary>Signatures a second of all cores together, with the keys imported.</summary>
    public static double Measure(int accounts)
    {
        using var keys = new PublicKeyCache(accounts);
        var signed = new (PublicKey Key, Hash256 Digest, Signature Signature)[accounts];
        Parallel.For(0, accounts, i =>
        {
            using var key = PrivateKey.Generate();
            var digest = Hash256.Sha256(BitConverter.GetBytes(i));
            signed[i] = (key.PublicKey, digest, key.Sign(digest));
            keys.Verify(key.PublicKey, digest, signed[i].Signature);
        });

        long total = 0;
        var start = Stopwatch.GetTimestamp();
        Thread[] threads = [.. Enumerable.Range(0, Environment.ProcessorCount).Select(thread => new Thread(() =>
        {
            var count = 0;
            for (var i = thread; Stopwatch.GetElapsedTime(start) < s_duration; i += Environment.ProcessorCount, count++)
            {
                var (key, digest, signature) = signed[i % accounts];
                if (!keys.Verify(key, digest, signature))
                    throw new InvalidOperationException("A right signature was refused.");
            }

            Interlocked.Add(ref total, count);
        }))];
        foreach (var thread in threads)
            thread.Start();
        foreach (var thread in threads)
            thread.Join();
        return total / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
