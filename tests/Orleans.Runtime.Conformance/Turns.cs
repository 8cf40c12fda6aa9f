namespace Orleans.Runtime.Conformance;

[Collection(SharedSilo.Name)]
public sealed class Turns(SharedSilo silo)
{
    [Fact]
    public async Task A_call_waits_until_the_one_before_has_ended()
    {
        const string Key = "one after the other";
        var grain = silo.Client.GetGrain<ITurns>(Key);
        var first = grain.Run("first", $"{Key} go");
        await Signals.WaitFor($"{Key} first begins");
        var second = grain.Run("second", $"{Key} go");
        await Wait.For(grain.RunBeside("beside", $"{Key} first begins"));
        Signals.Give($"{Key} go");
        await Wait.For(Task.WhenAll(first, second));
        Assert.Equal(["first begins", "beside begins", "beside ends", "first ends", "second begins", "second ends"], Journal.Read(Key));
    }

    [Fact]
    public async Task Calls_of_one_caller_to_an_active_grain_run_in_the_order_in_which_they_were_made()
    {
        const string Key = "ordered";
        var grain = silo.Client.GetGrain<ITurns>(Key);
        Signals.Give($"{Key} go");
        await grain.CountUnguarded(0);
        await Wait.For(Task.WhenAll(Enumerable.Range(0, 200).Select(i => grain.Run($"{i}", $"{Key} go"))));
        Assert.Equal(Enumerable.Range(0, 200).SelectMany(i => new[] { $"{i} begins", $"{i} ends" }), Journal.Read(Key));
    }

    [Fact]
    public async Task Turns_of_a_grain_never_overlap_even_when_its_calls_interleave()
    {
        var grain = silo.Client.GetGrain<IReentrantTurns>("counts");
        await Wait.For(Task.WhenAll(Enumerable.Range(0, 1).Select(_ => grain.CountUnguarded(10_000))));
        Assert.Equal(10_000, await grain.CountUnguarded(0));
    }

    [Fact]
    public async Task Calls_from_many_threads_never_run_at_once()
    {
        var grain = silo.Client.GetGrain<ITurns>("many callers");
        await Wait.For(Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Task.Run(() => grain.CountUnguarded(200)))));
        Assert.Equal(10_000, await grain.CountUnguarded(0));
    }

    [Fact]
    public async Task What_a_grain_awaits_goes_on_in_the_grains_own_scheduler() =>
        Assert.True(await silo.Client.GetGrain<ITurns>("scheduler").KeepsItsSchedulerAfterAwaits());

    [Fact]
    public async Task Calls_of_a_reentrant_grain_interleave()
    {
        const string Key = "reentrant";
        var grain = silo.Client.GetGrain<IReentrantTurns>(Key);
        await grain.CountUnguarded(0);
        var first = grain.Run("first", $"{Key} second begins");
        var second = grain.Run("second", $"{Key} first ends");
        await Wait.For(Task.WhenAll(first, second));
        Assert.Equal(["first begins", "second begins", "first ends", "second ends"], Journal.Read(Key));
    }

    [Fact]
    public async Task Read_only_calls_interleave_with_one_another()
    {
        const string Key = "reads";
        var grain = silo.Client.GetGrain<ITurns>(Key);
        await grain.CountUnguarded(0);
        var first = grain.Read("first", $"{Key} second begins");
        var second = grain.Read("second", $"{Key} first ends");
        await Wait.For(Task.WhenAll(first, second));
        Assert.Equal(["first begins", "second begins", "first ends", "second ends"], Journal.Read(Key));
    }

    [Fact]
    public async Task A_write_waits_for_a_read()
    {
        const string Key = "read then write";
        var grain = silo.Client.GetGrain<ITurns>(Key);
        var read = grain.Read("read", $"{Key} go");
        await Signals.WaitFor($"{Key} read begins");
        var write = grain.Run("write", $"{Key} go");
        await Wait.For(grain.RunBeside("beside", $"{Key} read begins"));
        Assert.DoesNotContain("write begins", Journal.Read(Key));
        Signals.Give($"{Key} go");
        await Wait.For(Task.WhenAll(read, write));
        Assert.Equal(["read begins", "beside begins", "beside ends", "read ends", "write begins", "write ends"], Journal.Read(Key));
    }

    [Fact]
    public async Task The_class_chooses_which_calls_interleave()
    {
        const string Key = "choosy";
        var grain = silo.Client.GetGrain<IChoosyTurns>(Key);
        var first = grain.Run("rude", $"{Key} go");
        await Signals.WaitFor($"{Key} rude begins");
        var second = grain.Run("ruder", $"{Key} go");
        await Wait.For(grain.Run("polite", $"{Key} rude begins"));
        Assert.Equal(["rude begins", "polite begins", "polite ends"], Journal.Read(Key));
        Signals.Give($"{Key} go");
        await Wait.For(Task.WhenAll(first, second));
    }

    [Fact]
    public async Task A_call_of_which_the_class_cannot_say_whether_it_interleaves_fails()
    {
        const string Key = "undecided";
        var grain = silo.Client.GetGrain<IChoosyTurns>(Key);
        var first = grain.Run("rude", $"{Key} go");
        await Signals.WaitFor($"{Key} rude begins");
        await Assert.ThrowsAsync<InvalidOperationException>(() => Wait.For(grain.Run("undecided", $"{Key} go")));
        Signals.Give($"{Key} go");
        await Wait.For(first);
        Assert.Equal(["rude begins", "rude ends"], Journal.Read(Key));
    }

    [Fact]
    public async Task A_one_way_call_is_complete_before_the_grain_has_begun()
    {
        const string Key = "one way";
        var grain = silo.Client.GetGrain<ITurns>(Key);
        await Wait.For(grain.Tell("told", $"{Key} go"));
        Signals.Give($"{Key} go");
        await Signals.WaitFor($"{Key} told ends");
    }

    [Fact]
    public async Task What_a_one_way_call_throws_nobody_hears()
    {
        await Wait.For(silo.Client.GetGrain<IDeaf>("deaf").FailQuietly("failed quietly"));
        await Signals.WaitFor("failed quietly");
    }

    [Fact]
    public async Task A_one_way_method_may_return_nothing()
    {
        silo.Client.GetGrain<IDeaf>("deaf").TellPlainly("told plainly");
        await Signals.WaitFor("told plainly");
    }

    [Fact]
    public async Task A_grain_may_call_many_at_once() =>
        Assert.Equal(1 + 6 + 36 + 216, await Wait.For(silo.Client.GetGrain<IFan>(0).Spread(levels: 3, width: 6)));

    [Fact]
    public async Task A_call_chain_may_come_back_where_it_is_allowed_to()
    {
        var asker = silo.Client.GetGrain<IPartner>("asker");
        Assert.Equal("asker", await Wait.For(asker.AskBack(silo.Client.GetGrain<IPartner>("asked"), allow: true)));
    }

    [Fact]
    public async Task After_the_section_the_grain_can_be_called_as_before()
    {
        var asker = silo.Client.GetGrain<IPartner>("asker again");
        var other = silo.Client.GetGrain<IPartner>("asked again");
        Assert.Equal("asker againasked again", await Wait.For(asker.AskTwiceBack(other)));
        Assert.Equal("asker againasked again", await Wait.For(asker.AskTwiceBack(other)));
    }

    [Fact]
    public async Task A_stateless_worker_has_as_many_activations_as_it_needs_and_no_more_than_it_may()
    {
        const string Key = "workers";
        var worker = silo.Client.GetGrain<IWorker>(0);
        var calls = Enumerable.Range(0, 3).Select(i => worker.Work($"{Key} {i}", $"{Key} go")).ToList();
        for (int i = 0; i < 3; i++)
        {
            await Signals.WaitFor($"{Key} {i} begins");
        }

        calls.Add(worker.Work($"{Key} 3", $"{Key} go"));
        Signals.Give($"{Key} go");
        var instances = await Wait.For(Task.WhenAll(calls));
        Assert.Equal(3, instances.Distinct().Count());
    }
}
