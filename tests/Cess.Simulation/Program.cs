using System.CommandLine;
using System.Globalization;
using Cess.Simulation.Faults;
using Cess.Simulation.Planted;
using Cess.Simulation.Runs;

var seed = new Option<ulong?>("--seed") { Description = "Run this seed alone." };
var seeds = new Option<string?>("--seeds") { Description = "Run these seeds, as A..B, both included." };
var minutes = new Option<double>("--minutes") { Description = "Virtual minutes of faults; the recovery comes on top.", DefaultValueFactory = _ => 10 };
var profile = new Option<string?>("--profile") { Description = $"Which faults: {string.Join(", ", Profile.All.Select(p => p.Name))}; without it each seed takes its own." };
var jobs = new Option<int>("--jobs") { Description = "Runs at a time.", DefaultValueFactory = _ => Environment.ProcessorCount };
var twice = new Option<bool>("--twice") { Description = "Run each seed twice, in two processes, and compare the traces." };
var log = new Option<bool>("--log") { Description = "Print every event of the run; with --seed." };
var without = new Option<string?>("--without") { Description = "Kinds of faults that are off, whatever the seed says, with commas between." };
var shrink = new Option<bool>("--shrink") { Description = "Look for the fewest faults and the shortest time with which --seed still fails, and print the events of that." };
var writeRelease = new Option<string?>("--write-release") { Description = "Write what --seed leaves on its nodes' disks to this file, for later releases to start from; see docs/simulation.md." };
var planted = new Option<string?>("--planted") { Description = "Look for planted bugs, by name with commas between or all, in --seeds or 2,000 seeds each; see docs/simulation.md." };
var worker = new Option<bool>("--worker") { Description = "Run what comes on the input; for the program itself.", Hidden = true };
var command = new RootCommand("Runs whole networks in virtual time, with faults drawn from a seed, and checks what the product promises.")
{
    seed, seeds, minutes, profile, jobs, twice, log, without, shrink, writeRelease, planted, worker,
};
command.SetAction((arguments, cancellation) => RunAsync(arguments));
return await command.Parse(args).InvokeAsync();

async Task<int> RunAsync(ParseResult arguments)
{
    if (arguments.GetValue(worker))
        return await Worker.RunAsync(Console.In, Console.Out);
    if (arguments.GetValue(planted) is { } names)
    {
        string[] wanted = names.Split(',');
        PlantedBug[] bugs = [.. PlantedBugs.All.Where(bug => names == "all" || wanted.Contains(bug.Name))];
        if (names != "all" && bugs.Length < wanted.Length)
        {
            Console.Error.WriteLine($"The planted bugs are: {string.Join(", ", PlantedBugs.All.Select(known => known.Name))}.");
            return 2;
        }

        int count = Parse(arguments)?.Count ?? PlantedSearch.SeedsMax;
        return await PlantedSearch.RunAsync(bugs, count, arguments.GetValue(minutes), arguments.GetValue(jobs), Console.Out) == 0 ? 0 : 1;
    }

    if (Parse(arguments) is not { } batch)
    {
        Console.Error.WriteLine("Give --seed N or --seeds A..B, a profile and kinds of faults that exist, and more than 0 minutes and jobs. See --help.");
        return 2;
    }

    if (arguments.GetValue(shrink))
    {
        var smallest = new BatchSummary();
        if (await new Shrinker(Console.Out).ShrinkAsync(batch[0]) is { } found)
            smallest.Add(found.Request, found.Result);
        else
            Console.WriteLine($"{batch[0].Command} keeps every promise, or did not end.");
        Console.Write(smallest.ToText());
        return smallest.Failures.Count == 0 ? 0 : 1;
    }

    if (arguments.GetValue(writeRelease) is { } file)
        batch = [batch[0] with { WriteReleaseTo = Path.GetFullPath(file), Without = [.. batch[0].Without, FaultKind.Upgrade] }];
    BatchSummary summary = await new BatchRunner(arguments.GetValue(jobs)).RunAsync(batch, arguments.GetValue(twice), arguments.GetValue(log));
    Console.Write(summary.ToText());
    return summary.Failures.Count == 0 ? 0 : 1;
}

IReadOnlyList<RunRequest>? Parse(ParseResult arguments)
{
    string[] range = (arguments.GetValue(seeds) ?? arguments.GetValue(seed)?.ToString(CultureInfo.InvariantCulture) ?? "").Split("..");
    if (!ulong.TryParse(range[0], CultureInfo.InvariantCulture, out ulong first) || !ulong.TryParse(range[^1], CultureInfo.InvariantCulture, out ulong last)
        || range.Length > 2 || last < first || last - first >= BatchRunner.RunsMax || !(arguments.GetValue(minutes) > 0) || arguments.GetValue(jobs) < 1)
    {
        return null;
    }

    string? name = arguments.GetValue(profile);
    var off = new List<FaultKind>();
    foreach (string fault in (arguments.GetValue(without) ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries))
    {
        if (!Enum.TryParse(fault, out FaultKind kind))
            return null;
        off.Add(kind);
    }

    return name is not null && Profile.Find(name) is null
        ? null
        : [.. Enumerable.Range(0, (int)(last - first) + 1).Select(i => first + (ulong)i)
            .Select(number => new RunRequest(number, name ?? Profile.Of(number).Name, arguments.GetValue(minutes)) { Without = off })];
}
