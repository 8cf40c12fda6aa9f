using Cess.RealFaults.Rounds;
using Xunit.Abstractions;

namespace Cess.RealFaults;

/// <summary>A round of each kind of fault; many more are run by the program (docs/simulation.md).</summary>
public sealed class RealFaultsTests(ITestOutputHelper output) : IDisposable
{
    private const int Seed = 1;

    private readonly TemporaryFolder _folder = new();

    [KindFact("kill")]
    public Task Kills_under_load_lose_nothing_acknowledged() => RunAsync("kill");

    [KindFact("kill-start")]
    public Task Kills_while_it_starts_again_and_again_do_no_harm() => RunAsync("kill-start");

    [KindFact("freeze")]
    public Task A_process_that_stood_still_goes_on_or_starts_again() => RunAsync("freeze");

    public void Dispose() => _folder.Dispose();

    private async Task RunAsync(string kind)
    {
        var report = new StringWriter();
        int failed;
        using (var runner = new RoundRunner(_folder.Root, report))
            failed = await runner.RunAsync([RoundRunner.Find(kind)!], rounds: 1, Seed, TimeSpan.MaxValue);
        output.WriteLine(report.ToString());
        Assert.True(failed == 0, report.ToString());
    }

    [AttributeUsage(AttributeTargets.Method)]
    private sealed class KindFactAttribute : FactAttribute
    {
        public KindFactAttribute(string kind) => Skip = RoundRunner.Find(kind)!.ReasonToSkip;
    }
}
