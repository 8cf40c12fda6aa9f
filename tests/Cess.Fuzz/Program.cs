using System.Diagnostics;
using System.Globalization;
using Cess.Fuzz;

// --target NAME|all  --inputs N (each)  --seed N
Dictionary<string, string> options = [];
for (int i = 0; i + 1 < args.Length; i += 2)
    options[args[i]] = args[i + 1];
string wanted = options.GetValueOrDefault("--target", "all");
FuzzTarget[] targets = [.. FuzzTargets.All.Values.Where(target => wanted == "all" || target.Name == wanted)];
if (args.Length % 2 != 0 || targets.Length == 0
    || !long.TryParse(options.GetValueOrDefault("--inputs", "10000000"), NumberStyles.None, CultureInfo.InvariantCulture, out long inputs)
    || !int.TryParse(options.GetValueOrDefault("--seed", "1"), NumberStyles.None, CultureInfo.InvariantCulture, out int seed))
{
    Console.Error.WriteLine($"usage: Cess.Fuzz [--target all|{string.Join('|', FuzzTargets.All.Keys)}] [--inputs N] [--seed N]");
    return 2;
}

int found = 0;
Parallel.ForEach(targets, target =>
{
    long start = Stopwatch.GetTimestamp();
    try
    {
        FuzzResult result = FuzzRun.Run(target, seed, inputs);
        Console.WriteLine(
            $"{target.Name,-16} {result.Inputs,12:n0} inputs {result.Accepted,12:n0} accepted {result.BytesAllocatedMax,10:n0} bytes at most {Stopwatch.GetElapsedTime(start).TotalSeconds,6:0} s");
    }
    catch (FuzzException e)
    {
        Interlocked.Increment(ref found);
        Console.WriteLine($"FOUND {e.Message}\n{e.InnerException}");
    }
});
Console.WriteLine(found == 0 ? $"{targets.Length} targets, {inputs:n0} inputs each, seed {seed}: nothing found" : $"{found} targets failed");
return found == 0 ? 0 : 1;
