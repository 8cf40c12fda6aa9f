using Cess.RealFaults.Load;
using Cess.RealFaults.Rounds;

namespace Cess.RealFaults.Kinds;

/// <summary>Syncs and writes that fail, by a library that is loaded before all others (failing_disk.c).</summary>
internal sealed class FailingDisk : FaultKind
{
    private const int InputOutput = 5;
    private const int NoSpace = 28;
    private const int StepsMax = 80;
    private const int AttemptsMin = 10;
    private const int AttemptsMax = 100;
    private const double AtStart = 0.2;

    private static readonly (string Call, int Error)[] s_faults = [("sync", InputOutput), ("write", InputOutput), ("write", NoSpace), ("short", 0)];
    private static readonly string[] s_places = ["/blocks/", "/consensus/", "/state.db", "/miners/", "/data"];
    private static readonly int[] s_percents = [10, 30, 100];

    private readonly Lazy<string> _library = new(Compile);

    public override string Name => "failing-disk";

    public override string? ReasonToSkip => Tool.IsThere("cc") ? null : "there is no C compiler (cc)";

    public override async Task RunAsync(Round round)
    {
        string data = round.Installation.Data;
        string trigger = data + ".failing";
        File.Delete(trigger);
        File.Delete(trigger + ".hits");
        (string call, int error) = s_faults[round.Turn % s_faults.Length];
        string place = s_places[round.Random.Next(s_places.Length)];
        int percent = s_percents[round.Random.Next(s_percents.Length)];
        string fault = $"{call} {error} {percent} {(place == "/data" ? Path.GetFileName(data) : place)}";
        round.Draw($"{call} {error}, {percent} % in {place}");
        var environment = new Dictionary<string, string> { ["LD_PRELOAD"] = _library.Value, ["CESS_FAILING_DISK"] = trigger };
        if (round.Random.NextDouble() < AtStart)
            await TryStartAsync(round, environment, trigger, fault);

        round.At("the start");
        await using NodeProcess node = await round.StartAsync(environment);
        await using ClientLoad load = round.Load(node);
        await load.StepAsync(round.Random.Next(1, StepsMax));
        load.ExpectFailures();
        round.At("the load on a failing disk");
        await File.WriteAllTextAsync(trigger, fault);
        await load.AttemptAsync(round.Random.Next(AttemptsMin, AttemptsMax), node);
        File.Delete(trigger);
        await load.StopAsync();
        round.Draw($"{Hits(trigger)} hits");
        await Recovery.InspectAfterAsync(round, node, "the same process on a disk that is well again");
        await RecoverAsync(round, node);
    }

    private static async Task TryStartAsync(Round round, Dictionary<string, string> environment, string trigger, string fault)
    {
        round.At("a start on a failing disk");
        await File.WriteAllTextAsync(trigger, fault);
        await using (NodeProcess node = NodeProcess.Launch(round.Installation.Data, round.Installation.Options with { Environment = environment }))
        {
            if (await Recovery.IsReadyAsync(node))
            {
                round.Draw("started under it");
            }
            else
            {
                round.Draw("did not start under it");
                Recovery.MustHaveSaidWhy(node);
            }
        }

        File.Delete(trigger);
    }

    private static long Hits(string trigger) => new FileInfo(trigger + ".hits") is { Exists: true } file ? file.Length : 0;

    private static string Compile()
    {
        string library = Path.Combine(Path.GetTempPath(), $"cess-failing-disk-{Environment.ProcessId}.so");
        Tool.MustRun("cc", "-shared", "-fPIC", "-O1", "-o", library, Path.Combine(AppContext.BaseDirectory, "Kinds", "failing_disk.c"), "-ldl");
        AppDomain.CurrentDomain.ProcessExit += (_, _) => File.Delete(library);
        return library;
    }
}
