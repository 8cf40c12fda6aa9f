using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Cess.Fuzz;

var target = new Option<string>("--target") { Description = "A target's name, or all.", DefaultValueFactory = _ => "all" };
var inputs = new Option<long>("--inputs") { Description = "Mutated inputs a target.", DefaultValueFactory = _ => 10_000_000 };
var seed = new Option<int>("--seed") { Description = "What the mutations are drawn from.", DefaultValueFactory = _ => 1 };
var guided = new Option<bool>("--guided") { Description = "Keep inputs that reach new branches, and mutate those, too; in instrumented copies of the product's assemblies." };
var corpus = new Option<string?>("--corpus") { Description = "With --guided: write the smallest inputs that reach all branches to this folder, a file a target." };
var traced = new Option<bool>("--traced") { Description = "The assemblies are instrumented; for the program itself.", Hidden = true };
var command = new RootCommand("Reads mutated inputs with every decoder that bytes from outside reach, and prints what brings one down.")
{
    target, inputs, seed, guided, corpus, traced,
};
command.SetAction((arguments, cancellation) => RunAsync(arguments));
return await command.Parse(args).InvokeAsync();

async Task<int> RunAsync(ParseResult arguments)
{
    // Before anything instrumented runs.
    BranchCoverage? coverage = arguments.GetValue(traced) ? new BranchCoverage() : null;
    string wanted = arguments.GetValue(target)!;
    FuzzTarget[] targets = [.. FuzzTargets.All.Values.Where(known => wanted == "all" || known.Name == wanted)];
    long count = arguments.GetValue(inputs);
    if (targets.Length == 0 || count < 0)
    {
        Console.Error.WriteLine($"Give 0 or more inputs, and all or one of: {string.Join(' ', FuzzTargets.All.Keys)}");
        return 2;
    }

    int failed = arguments.GetValue(guided)
        ? await RunGuidedAsync(targets, arguments)
        : RunHere(targets, arguments.GetValue(seed), count, coverage, arguments.GetValue(corpus));
    if (coverage is null)
        Console.WriteLine(failed == 0 ? $"{targets.Length} targets, {count:n0} inputs each, seed {arguments.GetValue(seed)}: nothing found" : $"{failed} targets failed");
    return failed == 0 ? 0 : 1;
}

int RunHere(FuzzTarget[] targets, int drawn, long count, BranchCoverage? coverage, string? folder)
{
    int failed = 0;
    Parallel.ForEach(targets, new ParallelOptions { MaxDegreeOfParallelism = coverage is null ? Environment.ProcessorCount : 1 }, each =>
    {
        long start = Stopwatch.GetTimestamp();
        try
        {
            var run = new FuzzRun(each, drawn, coverage);
            FuzzResult result = run.Run(count);
            Console.WriteLine(
                $"{each.Name,-16} {result.Inputs,12:n0} inputs {result.Accepted,12:n0} accepted {result.BytesAllocatedMax,10:n0} bytes at most"
                + $" {(coverage is null ? "" : $"{coverage.Reached,6:n0} branches ")}{Stopwatch.GetElapsedTime(start).TotalSeconds,6:0} s");
            if (folder is not null)
                FuzzCorpus.Write(folder, each.Name, run.Smallest());
        }
        catch (FuzzException e)
        {
            Interlocked.Increment(ref failed);
            Console.WriteLine($"FOUND {e.Message}\n{e.InnerException}");
        }
    });
    return failed;
}

async Task<int> RunGuidedAsync(FuzzTarget[] targets, ParseResult arguments)
{
    using var copy = new InstrumentedCopy();
    string[] shared =
    [
        "--traced", "--inputs", arguments.GetValue(inputs).ToString(CultureInfo.InvariantCulture),
        "--seed", arguments.GetValue(seed).ToString(CultureInfo.InvariantCulture),
        .. arguments.GetValue(corpus) is { } folder ? (string[])["--corpus", Path.GetFullPath(folder)] : [],
    ];
    int failed = 0;
    // The map of branches is one for a process.
    await Parallel.ForEachAsync(targets, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, async (each, _) =>
    {
        if (await copy.RunAsync([.. shared, "--target", each.Name]) != 0)
            Interlocked.Increment(ref failed);
    });
    return failed;
}
