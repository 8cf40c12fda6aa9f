using Cess.Consensus.Tests.Simulation;

namespace Cess.Consensus.Tests;

/// <summary>Promises that hold in every run of the simulation; see <see cref="Promises"/>.</summary>
public sealed class SimulationTests
{
    [Fact]
    public void Four_validators_agree_and_recover_whatever_the_network_does() => RunAll(100, seed => new Scenario(4, seed));

    [Fact]
    public void Four_validators_agree_and_recover_with_one_Byzantine() => RunAll(150, seed => new Scenario(4, seed) { Byzantine = 1 });

    [Fact]
    public void Seven_validators_agree_and_recover_with_two_Byzantine() => RunAll(60, seed => new Scenario(7, seed) { Byzantine = 2 });

    [Fact]
    public void Five_validators_agree_and_recover_with_one_Byzantine() => RunAll(40, seed => new Scenario(5, seed) { Byzantine = 1 });

    [Fact]
    public void A_network_whose_validators_all_crash_at_once_loses_nothing_that_is_final() =>
        RunAll(80, seed => new Scenario(4, seed) { AllCrash = true });

    [Fact]
    public void A_network_whose_validators_all_crash_at_once_recovers_with_one_Byzantine() =>
        RunAll(400, seed => new Scenario(4, seed) { AllCrash = true, Byzantine = 1 });

    [Fact]
    public void A_leader_that_builds_on_the_wrong_parent_is_not_followed() =>
        RunAll(150, seed => new Scenario(4, seed) { Byzantine = 1, Attack = Attack.Forker });

    [Fact]
    public void Eras_follow_each_other_whatever_the_network_does() =>
        RunAll(60, seed => new Scenario(4, seed) { Byzantine = seed % 2, EraBlocks = 5, AllCrash = seed % 3 == 0, BlocksAfterHeal = 12 });

    [Fact]
    public void A_validator_alone_goes_on_where_it_stopped() => RunAll(20, seed => new Scenario(1, seed));

    [Fact]
    public void A_validator_that_loses_its_records_never_contradicts_itself_and_votes_again()
    {
        int recoveries = 0;
        RunAll(400, seed => new Scenario(4, seed) { LosesRecords = true, ChaosMs = 4_000 }, world => recoveries += world.Recoveries);
        Assert.True(recoveries > 400, $"Only {recoveries} validators have voted again.");
    }

    [Fact]
    public void A_validator_that_loses_its_records_never_contradicts_itself_in_eras_that_it_comes_through_again() =>
        RunAll(150, seed => new Scenario(4, seed) { LosesRecords = true, ChaosMs = 4_000, EraBlocks = 5, BlocksAfterHeal = 12 });

    [Fact]
    public void Seven_validators_agree_and_recover_when_one_loses_its_records_and_one_is_Byzantine() =>
        RunAll(100, seed => new Scenario(7, seed) { LosesRecords = true, Byzantine = 1 });

    private static void RunAll(int seeds, Func<int, Scenario> scenario, Action<World>? look = null)
    {
        for (int seed = 0; seed < seeds; seed++)
        {
            try
            {
                World world = new World(scenario(seed)).Run();
                look?.Invoke(world);
            }
            catch (BrokenPromiseException e)
            {
                Assert.Fail($"Seed {seed}: {e.Message}");
            }
        }
    }
}
