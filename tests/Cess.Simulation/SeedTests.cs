using Cess.Simulation.Checks;
using Cess.Simulation.Faults;
using Cess.Simulation.Runs;
using Cess.Simulation.World;

namespace Cess.Simulation;

/// <summary>A small part of what the program can do, for every build.</summary>
public sealed class SeedTests
{
    private const double Minutes = 2;

    [Fact]
    public async Task A_hundred_seeds_keep_every_promise()
    {
        BatchSummary summary = await RunAsync(Enumerable.Range(0, 100), twice: false);
        Assert.True(summary.Failures.Count == 0, summary.ToText());
        Assert.True(summary.Faults.Count >= 36, $"Most kinds of faults are in a hundred seeds: {summary.ToText()}");
    }

    [Fact]
    public async Task A_seed_gives_the_same_run_in_every_process()
    {
        BatchSummary summary = await RunAsync(Enumerable.Range(1_000, 2 * Profile.All.Count), twice: true);
        Assert.True(summary.Failures.Count == 0, summary.ToText());
    }

    [Fact]
    public void Every_planted_bug_fits_the_source() => Assert.Empty(Planted.PlantedCopy.FindMisfits());

    [Theory]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")]
    public void Simulated_signatures_are_real_and_the_same_each_time(string digest)
    {
        Primitives.Hash256 signed = Primitives.Hash256.Parse(digest);
        ActorKey key = ActorKeys.Of("somebody");
        using var keys = new Primitives.PublicKeyCache();
        Assert.True(keys.Verify(key.PublicKey, signed, key.Sign(signed)));
        Assert.Equal(key.Sign(signed), new ActorKey("somebody").Sign(signed));
        Assert.False(keys.Verify(ActorKeys.Of("another").PublicKey, signed, key.Sign(signed)));
    }

    [Fact]
    public void The_naive_root_is_the_trees()
    {
        Ledger.Blocks.LedgerState state = new SimulatedWorld(new RunOptions(1, Profile.All[0], TimeSpan.FromMinutes(1)), live: null).Genesis.ToState();
        Assert.Equal(state.Header.StateRoot, NaiveTree.RootOf(state.Tree.Walk()));
    }

    private static Task<BatchSummary> RunAsync(IEnumerable<int> seeds, bool twice) => new BatchRunner(Environment.ProcessorCount).RunAsync(
        [.. seeds.Select(seed => new RunRequest((ulong)seed, Profile.Of((ulong)seed).Name, Minutes))], twice, log: false);
}
