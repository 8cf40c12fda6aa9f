using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.InProcess;
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

    public IServiceProvider Services => _services;

    /// <summary>Entries in the directories of all grain classes: what is kept of grains that are active.</summary>
    public int DirectoryEntries => _services.GetRequiredService<Catalog>().Classes.All.Sum(grainClass => grainClass.Directory.Count);

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
    }
}
