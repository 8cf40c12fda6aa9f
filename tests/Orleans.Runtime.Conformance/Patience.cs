using Orleans.Configuration;

namespace Orleans.Runtime.Conformance;

/// <summary>Time-outs and cancellation.</summary>
public sealed class Patience : IAsyncLifetime
{
    private SiloUnderTest? _silo;

    private IClusterClient Client => _silo!.Client;

    public async Task InitializeAsync() => _silo = await SiloUnderTest.StartAsync(
        silo => silo.Configure<SiloMessagingOptions>(options => options.ResponseTimeout = TimeSpan.FromSeconds(3)));

    public async Task DisposeAsync() => await _silo!.DisposeAsync();

    [Fact]
    public async Task A_call_that_is_not_answered_in_time_fails_and_the_grain_goes_on()
    {
        var grain = Client.GetGrain<IPatient>("times out");
        await Assert.ThrowsAsync<TimeoutException>(() => Wait.For(grain.Sleep("times out go")));
        Signals.Give("times out go");
        Assert.Equal(1, await Wait.For(grain.Count()));
    }

    [Fact]
    public async Task A_method_has_a_time_out_of_its_own()
    {
        var grain = Client.GetGrain<IPatient>("times out sooner");
        var slow = grain.Sleep("times out sooner go");
        var brief = Client.GetGrain<IPatient>("times out sooner too").SleepBriefly("times out sooner go");
        await Assert.ThrowsAsync<TimeoutException>(() => Wait.For(brief));
        Signals.Give("times out sooner go");
        await Wait.For(slow);
    }

    [Fact]
    public async Task A_call_that_timed_out_before_it_began_never_begins()
    {
        var grain = Client.GetGrain<IPatient>("never begins");
        var first = grain.Sleep("never begins go");
        var second = grain.Sleep("never begins go");
        await Assert.ThrowsAsync<TimeoutException>(() => Wait.For(first));
        await Assert.ThrowsAsync<TimeoutException>(() => Wait.For(second));
        Signals.Give("never begins go");
        Assert.Equal(1, await Wait.For(grain.Count()));
    }

    [Fact]
    public async Task Cancelling_fails_the_call_at_once_and_reaches_the_grain_in_a_turn()
    {
        const string Name = "cancelled";
        using var cancellation = new CancellationTokenSource();
        var call = Client.GetGrain<IPatient>(Name).Cancellable(Name, cancellation.Token);
        await Signals.WaitFor($"{Name} begins");
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Wait.For(call));
        await Signals.WaitFor($"{Name} cancelled");
        Assert.Equal(["in turn"], Journal.Read(Name));
    }

    [Fact]
    public async Task A_token_goes_along_from_grain_to_grain()
    {
        const string Name = "cancelled further on";
        using var cancellation = new CancellationTokenSource();
        var call = Client.GetGrain<IPatient>("between").CallsCancellable(Client.GetGrain<IPatient>(Name), Name, cancellation.Token);
        await Signals.WaitFor($"{Name} begins");
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Wait.For(call));
        await Signals.WaitFor($"{Name} cancelled");
    }

    [Fact]
    public async Task A_call_chain_that_comes_back_without_leave_waits_for_itself_until_it_times_out()
    {
        var asker = Client.GetGrain<IPartner>("waits for itself");
        await Assert.ThrowsAsync<TimeoutException>(
            () => Wait.For(asker.AskBack(Client.GetGrain<IPartner>("is asked in vain"), allow: false)));
        Assert.Equal("waits for itself", await Wait.For(asker.Answer()));
    }

    [Fact]
    public async Task A_call_that_is_cancelled_while_it_waits_fails_at_once_and_holds_nobody_up()
    {
        const string Name = "cancelled while waiting";
        using var cancellation = new CancellationTokenSource();
        var grain = Client.GetGrain<IPatient>(Name);
        var first = grain.Sleep($"{Name} go");
        var second = grain.Cancellable(Name, cancellation.Token);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Wait.For(second));
        Signals.Give($"{Name} go");
        await Wait.For(first);
        Assert.Equal(1, await Wait.For(grain.Count()));
    }

    [Fact]
    public async Task A_call_with_a_cancelled_token_is_not_made()
    {
        var grain = Client.GetGrain<IPatient>("cancelled before");
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => grain.CancelledBefore(new CancellationToken(true)));
        Assert.False(await grain.CancelledBefore(CancellationToken.None));
    }
}
