using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Cess.Primitives;
using Cess.TestNetwork;

namespace Cess.Benchmarks.Ledger;

/// <summary>
/// The load of <see cref="LedgerBenchmark"/>, in a process of its own. Signs everything before it sends anything; then sends as
/// fast as the node takes it, then at half that rate on a schedule, so that a slow answer delays no later sending's clock.
/// </summary>
internal static class LedgerLoad
{
    private const int Connections = 16;
    private const int BatchFull = 500;
    private const int BatchHalf = 50;
    private const int Funding = 2_000;

    public static async Task RunAsync(BenchmarkOptions options)
    {
        var data = options.Text("data") ?? throw new BenchmarkUsageException("--data is missing.");
        var count = options.Number("accounts", 10_000);
        var seconds = options.Seconds("seconds", 20);
        var expected = options.Number("expected", 30_000);
        var batch = options.Number("batch", 1);
        options.RefuseUnused();

        var info = NodeInfo.TryRead(data)!;
        using var submitter = new Submitter(info.Http);
        var (genesis, nonce) = await ChainAsync(info);
        using var accounts = new LoadAccounts(genesis, count, batch);
        using var owner = PrivateKey.ImportEncryptedPem(
            File.ReadAllText(Path.Combine(data, "keys", "owner.pem")), File.ReadAllText(Path.Combine(data, "keys", "passphrase")).Trim());

        foreach (var part in accounts.Fund(owner, nonce, Balance.Parse("100")).Chunk(Funding))
            await submitter.SendAsync(Submitter.Pack(part));
        foreach (var part in Enumerable.Range(0, count).Chunk(Funding))
            await submitter.SendAsync(Submitter.Pack([.. part.Select(accounts.Next)]));
        if (submitter.Finalised != 2 * count)
            throw new InvalidOperationException($"Of {2 * count} transfers that make ready, {submitter.Finalised} are final.");

        var full = Sign(accounts, (int)(expected * seconds.TotalSeconds), BatchFull);
        Console.WriteLine($"signed {full.Sum(queue => queue.Count) * BatchFull:n0} transactions");
        var rate = await SendFullAsync(submitter, full, seconds);
        foreach (var unsent in full.SelectMany(queue => queue))
            accounts.TakeBack(unsent.Senders);
        var half = rate / 2;
        var latencies = await SendHalfAsync(submitter, Sign(accounts, (int)(half * seconds.TotalSeconds / 2), BatchHalf), half);

        Print("finalised_per_s", rate);
        Print("half_load_per_s", half);
        Print("p50_ms", latencies[latencies.Length / 2]);
        Print("p99_ms", latencies[latencies.Length * 99 / 100]);
        Print("accepted", submitter.Finalised + submitter.Failed);
        Print("failed", submitter.Failed);
        Print("rejected", submitter.Rejected);
    }

    /// <summary>A queue of submissions each connection. Each connection has accounts of its own, so that their nonces stay in order.</summary>
    private static Queue<Submission>[] Sign(LoadAccounts accounts, int count, int batch)
    {
        var queues = new Queue<Submission>[Connections];
        Parallel.For(0, Connections, connection =>
        {
            var own = Enumerable.Range(0, accounts.Count).Where(i => i % Connections == connection).ToArray();
            var next = 0;
            queues[connection] = new Queue<Submission>();
            for (var left = count / Connections; left > 0; left -= batch)
            {
                var senders = Enumerable.Range(0, batch).Select(_ => own[next++ % own.Length]).ToArray();
                queues[connection].Enqueue(new Submission(senders, Submitter.Pack([.. senders.Select(accounts.Next)])));
            }
        });
        return queues;
    }

    private static async Task<double> SendFullAsync(Submitter submitter, Queue<Submission>[] queues, TimeSpan duration)
    {
        var before = Interlocked.Read(ref submitter.Finalised);
        var start = Stopwatch.GetTimestamp();
        await Task.WhenAll(queues.Select(async queue =>
        {
            while (Stopwatch.GetElapsedTime(start) < duration && queue.TryDequeue(out var submission))
                await submitter.SendAsync(submission.Bytes);
        }));
        return (Interlocked.Read(ref submitter.Finalised) - before) / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>Milliseconds of each submission, ascending.</summary>
    private static async Task<double[]> SendHalfAsync(Submitter submitter, Queue<Submission>[] queues, double rate)
    {
        var interval = TimeSpan.FromSeconds(BatchHalf * Connections / rate);
        List<double> all = [];
        var start = Stopwatch.GetTimestamp();
        await Task.WhenAll(queues.Select(async (queue, connection) =>
        {
            List<Task<double>> under = [];
            for (var i = 0; queue.TryDequeue(out var submission); i++)
            {
                var due = (interval * i) + (interval * connection / Connections);
                var wait = due - Stopwatch.GetElapsedTime(start);
                if (wait > TimeSpan.Zero)
                    await Task.Delay(wait);
                under.Add(SendTimedAsync(submitter, submission.Bytes, start, due));
            }

            var done = await Task.WhenAll(under);
            lock (all)
                all.AddRange(done);
        }));
        return [.. all.Order()];
    }

    private static async Task<double> SendTimedAsync(Submitter submitter, byte[] submission, long start, TimeSpan due)
    {
        await submitter.SendAsync(submission);
        return (Stopwatch.GetElapsedTime(start) - due).TotalMilliseconds;
    }

    private static async Task<(Hash256 Genesis, ulong Nonce)> ChainAsync(NodeInfo info)
    {
        using var http = new HttpClient { BaseAddress = info.Http };
        using var status = JsonDocument.Parse(await http.GetByteArrayAsync("/v1/status"));
        using var account = JsonDocument.Parse(await http.GetByteArrayAsync($"/v1/accounts/{info.Account}"));
        return (Hash256.Parse(status.RootElement.GetProperty("chain").GetProperty("genesis").GetString()!),
            account.RootElement.GetProperty("nonce").GetUInt64());
    }

    /// <summary>Signed transfers, and the accounts that send them.</summary>
    private sealed record Submission(int[] Senders, byte[] Bytes);

    private static void Print(string name, double value) =>
        Console.WriteLine($"{name}={value.ToString("0.###", CultureInfo.InvariantCulture)}");
}
