using Cess.Benchmarks;

// A line each benchmark. Each prints a readable table and then, as its last lines, name=value.
var benchmarks = new SortedDictionary<string, Func<BenchmarkOptions, Task>>(StringComparer.Ordinal)
{
    ["coding"] = Cess.Benchmarks.Coding.CodingBenchmark.RunAsync,
    ["ledger"] = Cess.Benchmarks.Ledger.LedgerBenchmark.RunAsync,
    [Cess.Benchmarks.Ledger.LedgerBenchmark.LoadName] = Cess.Benchmarks.Ledger.LedgerLoad.RunAsync,
    ["runtime"] = Cess.Benchmarks.Runtime.RuntimeBenchmark.RunAsync,
    ["state"] = Cess.Benchmarks.State.StateBenchmark.RunAsync,
    ["s3"] = Cess.Benchmarks.S3.S3Benchmark.RunAsync,
};

if (args.Length == 0 || !benchmarks.TryGetValue(args[0], out var run))
{
    Console.Error.WriteLine($"usage: Cess.Benchmarks {string.Join('|', benchmarks.Keys)} [--option value …]");
    return 2;
}

try
{
    var options = new BenchmarkOptions(args.AsSpan(1));
    await run(options);
    options.RefuseUnused();
    return 0;
}
catch (BenchmarkUsageException wrong)
{
    Console.Error.WriteLine(wrong.Message);
    return 2;
}
