using Microsoft.Extensions.DependencyInjection;

namespace Orleans.Runtime.Conformance;

public sealed class Services : IAsyncLifetime
{
    private readonly List<string> _started = [];
    private SiloUnderTest? _silo;

    private IClusterClient Client => _silo!.Client;

    public async Task InitializeAsync() => _silo = await SiloUnderTest.StartAsync(silo =>
    {
        silo.ConfigureServices(services =>
        {
            services.AddSingleton(new Flavour("salty"));
            services.AddKeyedSingleton("sweet", new Flavour("sweet"));
            services.AddScoped<Scoped>();
        });
        silo.AddStartupTask(async (services, _) =>
            _started.Add($"first: {await services.GetRequiredService<IGrainFactory>().GetGrain<IStringEcho>("at start").Key()}"));
        silo.AddStartupTask<SecondTask>();
        silo.Services.AddSingleton(_started);
    });

    public async Task DisposeAsync() => await _silo!.DisposeAsync();

    [Fact]
    public async Task A_grain_takes_services_by_type_and_by_name() =>
        Assert.Equal("salty, sweet", await Client.GetGrain<IServed>("served").Flavours());

    [Fact]
    public async Task An_activation_has_a_scope_of_its_own_that_ends_with_it()
    {
        Assert.True(await Client.GetGrain<IServed>("scoped").ScopeIsMine());
        await Signals.WaitFor("scope of served is disposed of");
    }

    [Fact]
    public void Startup_tasks_have_run_and_could_call_grains() => Assert.Equal(["first: at start", "second"], _started.Order());

    private sealed class SecondTask(List<string> started) : IStartupTask
    {
        public Task Execute(CancellationToken cancellationToken)
        {
            started.Add("second");
            return Task.CompletedTask;
        }
    }
}
