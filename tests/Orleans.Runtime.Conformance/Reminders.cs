namespace Orleans.Runtime.Conformance;

public sealed class Reminders : IAsyncLifetime
{
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(100);

    private SiloUnderTest? _silo;

    private IClusterClient Client => _silo!.Client;

    public async Task InitializeAsync() => _silo = await SiloUnderTest.StartAsync(silo =>
    {
        silo.UseInMemoryReminderService();
        silo.Configure<ReminderOptions>(options => options.MinimumReminderPeriod = TimeSpan.FromMilliseconds(50));
    });

    public async Task DisposeAsync() => await _silo!.DisposeAsync();

    [Fact]
    public async Task A_reminder_ticks_again_and_again()
    {
        var grain = Client.GetGrain<IForgetful>("again");
        await grain.Remember("r", Soon, Soon);
        await Signals.WaitFor("again r 3");
    }

    [Fact]
    public async Task A_reminder_wakes_a_grain_that_is_not_active()
    {
        var grain = Client.GetGrain<IForgetful>("wakes");
        await grain.Remember("r", TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10));
        await grain.End();
        await Signals.WaitFor("wakes r 1");
    }

    [Fact]
    public async Task A_grain_finds_its_reminders_until_it_ends_them()
    {
        var grain = Client.GetGrain<IForgetful>("finds");
        await grain.Remember("a", TimeSpan.FromHours(1), TimeSpan.FromHours(1));
        await grain.Remember("b", TimeSpan.FromHours(1), TimeSpan.FromHours(1));
        Assert.Equal(["a", "b"], (await grain.Names()).Order());
        await grain.Forget("a");
        Assert.Equal(["b"], await grain.Names());
        Assert.False(await grain.Knows("a"));
        Assert.True(await grain.Knows("b"));
        Assert.Empty(await Client.GetGrain<IForgetful>("finds nothing").Names());
    }

    [Fact]
    public async Task Registering_a_reminder_again_changes_it()
    {
        var grain = Client.GetGrain<IForgetful>("changes");
        await grain.Remember("r", TimeSpan.FromHours(1), TimeSpan.FromHours(1));
        await grain.Remember("r", Soon, TimeSpan.FromHours(1));
        await Signals.WaitFor("changes r 1");
        Assert.Equal(["r"], await grain.Names());
    }

    [Fact]
    public async Task A_period_below_the_minimum_is_refused() => await Assert.ThrowsAsync<ArgumentException>(
        () => Client.GetGrain<IForgetful>("refused").Remember("r", Soon, TimeSpan.FromMilliseconds(1)));
}
