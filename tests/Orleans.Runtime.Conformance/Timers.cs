namespace Orleans.Runtime.Conformance;

[Collection(SharedSilo.Name)]
public sealed class Timers(SharedSilo silo)
{
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(10);

    [Fact]
    public async Task A_timer_ticks_again_and_again_in_turns_of_its_grain()
    {
        var grain = silo.Client.GetGrain<ITicking>("ticks");
        await grain.Start(Soon, Soon, interleave: false);
        await Signals.WaitFor("ticks tick 3");
        Assert.True(await grain.TickedInItsOwnScheduler());
    }

    [Fact]
    public async Task A_tick_waits_for_the_call_that_runs()
    {
        var grain = silo.Client.GetGrain<ITicking>("waits");
        await grain.Start(Soon, Soon, interleave: false);
        await Signals.WaitFor("waits tick 1");
        await grain.Stop();
        var held = grain.Hold("waits go");
        await Signals.WaitFor("waits held");
        Signals.Give("waits go");
        await Wait.For(held);
    }

    [Fact]
    public async Task An_interleaving_tick_does_not_wait_for_the_call_that_runs()
    {
        var grain = silo.Client.GetGrain<ITicking>("interleaves");
        await grain.Start(TimeSpan.FromMilliseconds(200), Soon, interleave: true);
        await Wait.For(grain.Hold("interleaves tick 1"));
    }

    [Fact]
    public async Task Disposing_of_a_timer_cancels_the_tick_that_runs()
    {
        var grain = silo.Client.GetGrain<ITicking>("disposed");
        await grain.StartStuck();
        await Signals.WaitFor("disposed stuck");
        await grain.Stop();
        await Signals.WaitFor("disposed freed");
    }

    [Fact]
    public async Task A_timer_ends_with_its_activation()
    {
        var grain = silo.Client.GetGrain<ITicking>("ends");
        await grain.Start(Soon, Soon, interleave: false);
        await Signals.WaitFor("ends tick 1");
        await grain.End();
        await Signals.WaitFor("ends ended");
        Assert.Single(Journal.Read("ends"));
    }

    [Fact]
    public async Task A_timer_goes_on_after_a_tick_that_failed()
    {
        var grain = silo.Client.GetGrain<ITicking>("fails");
        await grain.StartFailing(Soon);
        await Signals.WaitFor("fails tick 3");
    }

    [Fact]
    public async Task A_timer_that_waits_forever_ticks_once_it_is_changed()
    {
        var grain = silo.Client.GetGrain<ITicking>("changes");
        await grain.Start(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan, interleave: false);
        Assert.False(Signals.Given("changes tick 1").IsCompleted);
        await grain.Change(Soon, Timeout.InfiniteTimeSpan);
        await Signals.WaitFor("changes tick 1");
    }
}
