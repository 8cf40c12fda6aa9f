using System.Diagnostics;
using System.Globalization;
using Cess.TestNetwork;

namespace Cess.Benchmarks.Ledger;

/// <summary>
/// How many signed transactions a second become final. The node is one process, the load another, on the same cores: what the
/// load takes to send and to read answers is the node's loss.
/// </summary>
internal static class LedgerBenchmark
{
    /// <summary>The subcommand that a run starts as its load.</summary>
    public const string LoadName = "ledger-load";

    public static async Task RunAsync(BenchmarkOptions options)
    {
        var seconds = options.Seconds("seconds", 20);
        var accounts = options.Number("accounts", 10_000);
        options.RefuseUnused();

        Console.WriteLine(
            $"""
            One validator. Transfers among {accounts:n0} accounts, signed before, sent over HTTP by another process on the same
            cores for {seconds.TotalSeconds:0} s. Each is decoded, verified, executed, hashed into the state's root, made durable with
            a sync, and final by certificate before its sender hears of it.
            """);
        var limit = VerifyLimit.Measure(accounts);
        using var folder = new TemporaryFolder();
        await using var node = await NodeProcess.StartAsync(folder["data"], new NodeOptions { Miners = 12 });
        var load = await RunLoadAsync(folder["data"], accounts, seconds, limit);

        var report = new BenchmarkReport("ledger");
        report.Add("ledger_verify_limit_per_s", limit, "signatures that all cores verify and do nothing else, keys cached, in this run");
        report.Add("ledger_finalised_tps", load["finalised_per_s"], "transfers final a second, at full load");
        report.Add("ledger_ratio_to_limit", load["finalised_per_s"] / limit, "the one over the other");
        report.Add("ledger_accepted", load["accepted"], "transfers that the node took at full load");
        report.Add("ledger_rejected", load["rejected"], "transfers that it refused");
        report.Add("ledger_failed", load["failed"], "transfers in a block that failed");
        report.Add("ledger_finality_p50_ms", load["p50_ms"], "from when a transfer was due to be sent until its sender knows, at half load");
        report.Add("ledger_finality_p99_ms", load["p99_ms"], "the same");
        report.Add("ledger_half_load_tps", load["half_load_per_s"], "that half load");
        report.Add("ledger_peak_mib", node.PeakMemory() / (double)(1 << 20), "peak resident memory of the node");
        report.Print();
    }

    private static async Task<Dictionary<string, double>> RunLoadAsync(string data, int accounts, TimeSpan seconds, double limit)
    {
        // The executable, or dotnet with the assembly when there is none.
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "Cess.Benchmarks")) { RedirectStandardOutput = true };
        foreach (var argument in (string[])[
            LoadName, "--data", data, "--accounts", $"{accounts}", "--seconds", $"{seconds.TotalSeconds:0}",
            "--expected", limit.ToString("0", CultureInfo.InvariantCulture)])
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        Dictionary<string, double> figures = [];
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.Split('=') is [var name, var value])
                figures[name] = double.Parse(value, CultureInfo.InvariantCulture);
            else
                Console.WriteLine(line);
        }

        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? figures : throw new InvalidOperationException("The load failed.");
    }
}
