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

    [KindFact("full-disk")]
    public Task A_full_disk_loses_nothing() => RunAsync("full-disk");

    [KindFact("failing-disk")]
    public Task Syncs_and_writes_that_fail_lose_nothing_acknowledged() => RunAsync("failing-disk");

    [KindFact("broken-clients")]
    public Task Clients_that_break_the_rules_keep_nobody_from_being_served() => RunAsync("broken-clients");

    [KindFact("damaged-files")]
    public Task Damage_to_a_file_is_healed_or_named_and_nothing_wrong_is_served() => RunAsync("damaged-files");

    [KindFact("lost-fragments")]
    public Task As_many_miners_as_the_policy_bears_may_lose_what_they_keep() => RunAsync("lost-fragments");

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
