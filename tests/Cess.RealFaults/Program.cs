using System.CommandLine;
using Cess.RealFaults.Rounds;

var rounds = new Option<int>("--rounds") { Description = "How many.", DefaultValueFactory = _ => 100 };
var seed = new Option<int?>("--seed") { Description = "Of the first round; each has the next. Without it, a new one." };
var kind = new Option<string?>("--kind") { Description = $"Only this one: {string.Join(", ", RoundRunner.Kinds.Select(k => k.Name))}." };
var turn = new Option<int>("--turn") { Description = "Which turn of its kind the first round is, for kinds that take things in turn." };
var minutes = new Option<double?>("--minutes-max") { Description = "No round begins later." };
var folder = new Option<string?>("--folder") { Description = "Where nodes' folders go; without it, the system's temporary folder." };
var command = new RootCommand("Does real harm to real nodes, with faults drawn from a seed, and checks that they keep what they promise.")
{
    rounds, seed, kind, turn, minutes, folder,
};
command.SetAction((arguments, _) => RunAsync(arguments));
return await command.Parse(args).InvokeAsync();

async Task<int> RunAsync(ParseResult arguments)
{
    string? name = arguments.GetValue(kind);
    if (name is not null && RoundRunner.Find(name) is null || arguments.GetValue(rounds) < 1)
    {
        Console.Error.WriteLine("There is no such kind, or no round. See --help.");
        return 2;
    }

    IReadOnlyList<FaultKind> kinds = name is null ? RoundRunner.Kinds : [RoundRunner.Find(name)!];
    string root = Directory.CreateDirectory(Path.Combine(
        arguments.GetValue(folder) ?? Path.GetTempPath(), $"cess-faults-{Environment.ProcessId}")).FullName;
    int failed;
    using (var runner = new RoundRunner(root, Console.Out) { FirstTurn = arguments.GetValue(turn) })
    {
        failed = await runner.RunAsync(
            kinds, arguments.GetValue(rounds), arguments.GetValue(seed) ?? Random.Shared.Next(1 << 20),
            arguments.GetValue(minutes) is { } limit ? TimeSpan.FromMinutes(limit) : TimeSpan.MaxValue);
    }

    // What failed stays.
    if (!Directory.EnumerateFileSystemEntries(root).Any())
        Directory.Delete(root);
    return failed == 0 ? 0 : 1;
}
