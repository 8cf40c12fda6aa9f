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

    /// <summary>Transfers a second for which batches are signed; no machine that this runs on makes more final.</summary>
    private const int TransfersMax = 1_000_000;

    public static async Task RunAsync(BenchmarkOptions options)
    {
        var seconds = options.Seconds("seconds", 20);
        var accounts = options.Number("accounts", 10_000);
        var batch = options.Number("batch", 1);
        var validators = options.Number("validators", 1);
        options.RefuseUnused();

        Console.WriteLine(
            $"""
            Validators in the node: {validators}. Transfers among {accounts:n0} accounts, {batch} under a signature, signed before, sent over HTTP by another
            process on the same cores for {seconds.TotalSeconds:0} s. Each is decoded, verified, executed, hashed into the state's root, made durable with
            a sync, and final by certificate before its sender hears of it.
            """);
        var limit = VerifyLimit.Measure(accounts);
        using var folder = new TemporaryFolder();
        await using var node = await NodeProcess.StartAsync(folder["data"], new NodeOptions { Miners = 12, Validators = validators });
        var load = await RunLoadAsync(folder["data"], accounts, batch, seconds, limit);

        var report = new BenchmarkReport("ledger");
        report.Add("ledger_verify_limit_per_s", limit, "signatures that all cores verify and do nothing else, keys cached, in this run");
        report.Add("ledger_finalised_tps", load["finalised_per_s"] * batch, "transfers final a second, at full load");
        report.Add("ledger_ratio_to_limit", load["finalised_per_s"] / limit, "signatures final a second over that limit");
        report.Add("ledger_accepted", load["accepted"], "transactions that the node took, preparation and both loads together");
        report.Add("ledger_rejected", load["rejected"], "those that it refused");
        report.Add("ledger_failed", load["failed"], "those in a block that failed");
        report.Add("ledger_finality_p50_ms", load["p50_ms"], "from when a transaction was due to be sent until its sender knows, at half load");
        report.Add("ledger_finality_p99_ms", load["p99_ms"], "the same");
        report.Add("ledger_half_load_tps", load["half_load_per_s"] * batch, "that half load, in transfers a second");
        report.Add("ledger_peak_mib", node.PeakMemory() / (double)(1 << 20), "peak resident memory of the node");
        report.Print();
    }

    /// <summary>What is signed for a second of full load: more than can be used up.</summary>
    private static double ExpectedPerSecond(double limit, int batch) => Math.Min(limit, TransfersMax / (double)batch);

    private static async Task<Dictionary<string, double>> RunLoadAsync(string data, int accounts, int batch, TimeSpan seconds, double limit)
    {
        // The executable, or dotnet with the assembly when there is none.
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "Cess.Benchmarks")) { RedirectStandardOutput = true };
        foreach (var argument in (string[])[
            LoadName, "--data", data, "--accounts", $"{accounts}", "--batch", $"{batch}", "--seconds", $"{seconds.TotalSeconds:0}",
            "--expected", ExpectedPerSecond(limit, batch).ToString("0", CultureInfo.InvariantCulture)])
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
