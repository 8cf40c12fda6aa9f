using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;
using Orleans.InProcess;

namespace Orleans.Runtime.Conformance;

/// <summary>What is full says so.</summary>
public sealed class Bounds
{
    [Fact]
    public async Task A_call_that_finds_the_mailbox_full_is_refused()
    {
        await using var silo = await SiloUnderTest.StartAsync(
            builder => builder.Configure<SiloMessagingOptions>(options => options.MaxEnqueuedRequestsHardLimit = 10));
        var grain = silo.Client.GetGrain<ITurns>("full mailbox");
        var first = grain.Run("first", "full mailbox go");
        await Signals.WaitFor("full mailbox first begins");
        var waiting = Enumerable.Range(0, 10).Select(i => grain.Run($"{i}", "full mailbox go")).ToArray();
        await Assert.ThrowsAsync<LimitExceededException>(() => grain.Run("one too many", "full mailbox go"));
        Signals.Give("full mailbox go");
        await Wait.For(Task.WhenAll([first, .. waiting]));
        await Wait.For(grain.Run("room again", "full mailbox go"));
    }

    [Fact]
    public async Task A_key_that_is_too_long_is_refused()
    {
        await using var silo = await SiloUnderTest.StartAsync(_ => { });
        Assert.Throws<ArgumentException>(() => silo.Client.GetGrain<IStringEcho>(new string('k', Limits.GrainKeyBytesMax + 1)));
        Assert.Equal(Limits.GrainKeyBytesMax, (await silo.Client.GetGrain<IStringEcho>(new string('k', Limits.GrainKeyBytesMax)).Key()).Length);
    }

    [Fact]
    public async Task A_stopped_silo_refuses_calls_and_breaks_those_that_wait()
    {
        await using var silo = await SiloUnderTest.StartAsync(_ => { });
        var grain = silo.Client.GetGrain<IStringEcho>("stopped");
        await grain.Key();
        var stuck = silo.Client.GetGrain<IPatient>("stuck").Sleep("never given");
        await silo.StopAsync(TimeSpan.FromMilliseconds(100));
        await Assert.ThrowsAsync<SiloUnavailableException>(() => Wait.For(stuck));
        await Assert.ThrowsAsync<SiloUnavailableException>(() => grain.Key());
        await Assert.ThrowsAsync<SiloUnavailableException>(() => silo.Client.GetGrain<IStringEcho>("new").Key());
    }
}
