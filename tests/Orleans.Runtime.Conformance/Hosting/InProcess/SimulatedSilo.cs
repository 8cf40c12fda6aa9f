using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.InProcess.Simulation;

namespace Orleans.Runtime.Conformance;

/// <summary>A silo without a host: nothing in it but what the simulation drives.</summary>
public sealed class SimulatedSilo
{
    private readonly ServiceProvider _services;

    public SimulatedSilo(Simulation simulation, Action<ISiloBuilder> configure)
    {
        var services = new ServiceCollection();
        services.AddOrleans(silo =>
        {
            silo.UseSimulation(simulation);
            configure(silo);
        });
        _services = services.BuildServiceProvider();
    }

    public IClusterClient Client => _services.GetRequiredService<IClusterClient>();

    public async Task StartAsync()
    {
        foreach (var service in _services.GetServices<IHostedService>())
        {
            await service.StartAsync(CancellationToken.None);
        }
    }

    public async Task StopAsync()
    {
        foreach (var service in _services.GetServices<IHostedService>())
        {
            await service.StopAsync(CancellationToken.None);
        }

        await _services.DisposeAsync();
    }
}
