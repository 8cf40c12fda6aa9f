using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Orleans.Hosting;

namespace Orleans.InProcess.Simulation;

/// <summary>Puts a silo under a simulation.</summary>
public static class SimulationSiloBuilderExtensions
{
    /// <summary>The silo takes its clock, its turns and its randomness from the simulation.</summary>
    public static ISiloBuilder UseSimulation(this ISiloBuilder builder, Simulation simulation)
    {
        builder.Services.Replace(ServiceDescriptor.Singleton(simulation.Time));
        builder.Services.Replace(ServiceDescriptor.Singleton<ITurnScheduler>(simulation));
        builder.Services.Replace(ServiceDescriptor.Singleton<IRandomSource>(simulation));
        return builder;
    }
}
