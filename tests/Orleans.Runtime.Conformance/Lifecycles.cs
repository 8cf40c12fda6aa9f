using Orleans.Configuration;

namespace Orleans.Runtime.Conformance;

[Collection(SharedSilo.Name)]
public sealed class Lifecycles(SharedSilo silo)
{
    [Fact]
    public async Task A_grain_is_activated_before_its_first_call_and_deactivated_after_its_last()
    {
        const string Key = "a whole life";
        var grain = silo.Client.GetGrain<ILiving>(Key);
        await grain.Instance();
        await grain.End();
        await Signals.WaitFor($"{Key} ApplicationRequested");
        Assert.Equal(
            ["activating", "activated", "called", "deactivating", "deactivated: ApplicationRequested"], Journal.Read(Key));
    }

    [Fact]
    public async Task The_next_call_finds_a_new_activation()
    {
        var grain = silo.Client.GetGrain<ILiving>("next life");
        var before = await grain.Instance();
        await grain.End();
        Assert.NotEqual(before, await Wait.For(grain.Instance()));
    }

    [Fact]
    public async Task A_call_that_ends_its_activation_still_ends_first_and_those_behind_it_go_to_the_next()
    {
        const string Key = "ends in the midst";
        var grain = silo.Client.GetGrain<ILiving>(Key);
        var first = grain.EndAndGoOn($"{Key} go");
        await Signals.WaitFor($"{Key} ends soon");
        var behind = Enumerable.Range(0, 10).Select(_ => grain.Instance()).ToArray();
        Signals.Give($"{Key} go");
        var ended = await Wait.For(first);
        var next = await Wait.For(Task.WhenAll(behind));
        Assert.DoesNotContain(ended, next);
        Assert.Single(next.Distinct());
        Assert.Equal(
            ["activating", "activated", "went on", "deactivating", "deactivated: ApplicationRequested", "activating", "activated"],
            Journal.Read(Key).Where(entry => entry != "called"));
    }

    [Fact]
    public async Task Calls_of_a_grain_that_cannot_be_activated_fail_with_its_exception()
    {
        var grain = silo.Client.GetGrain<IStillborn>("never");
        var failed = await Assert.ThrowsAsync<InvalidOperationException>(() => grain.Call());
        Assert.Equal("not today", failed.Message);
    }

    [Fact]
    public async Task All_grains_are_deactivated_when_the_silo_stops()
    {
        const string Key = "until the end";
        await using (var stopping = await SiloUnderTest.StartAsync(builder => builder.AddMemoryGrainStorageAsDefault()))
        {
            await stopping.Client.GetGrain<ILiving>(Key).Instance();
        }

        Assert.Equal(["activating", "activated", "called", "deactivating", "deactivated: ShuttingDown"], Journal.Read(Key));
    }

    [Fact]
    public async Task An_idle_grain_is_collected_and_a_busy_or_delayed_one_is_not()
    {
        await using var collecting = await SiloUnderTest.StartAsync(builder => builder.Configure<GrainCollectionOptions>(options =>
        {
            options.CollectionQuantum = TimeSpan.FromSeconds(1);
            options.CollectionAge = TimeSpan.FromSeconds(2);
        }));
        var busy = collecting.Client.GetGrain<IIdler>("busy");
        var delayed = collecting.Client.GetGrain<IIdler>("delayed");
        var held = busy.Linger("busy go");
        var keptInstance = await delayed.Instance();
        await delayed.Keep(TimeSpan.FromHours(1));
        await collecting.Client.GetGrain<IIdler>("idle").Instance();
        await Signals.WaitFor("idle ActivationIdle");
        Assert.Equal(keptInstance, await delayed.Instance());
        Assert.DoesNotContain("deactivating", Journal.Read("busy"));
        Signals.Give("busy go");
        await Wait.For(held);
    }
}
