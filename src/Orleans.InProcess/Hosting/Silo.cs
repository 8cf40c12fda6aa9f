using Microsoft.Extensions.Hosting;

namespace Orleans.InProcess;

/// <summary>Starts and stops the runtime with its host.</summary>
internal sealed class Silo(Catalog catalog, IEnumerable<StartupTask> startupTasks, IEnumerable<ReminderService> reminders)
    : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        // Emitting all references now makes a bad interface an error of the start, not of some later call.
        foreach (var interfaceType in catalog.Classes.Interfaces.Where(type => !type.ContainsGenericParameters))
        {
            catalog.Interfaces.Get(interfaceType);
        }

        catalog.Start();
        foreach (var service in reminders)
        {
            await service.StartAsync();
        }

        foreach (var task in startupTasks.OrderBy(task => task.Stage))
        {
            await task.Run(catalog.Services, cancellationToken);
        }
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        foreach (var service in reminders)
        {
            service.Stop();
        }

        await catalog.StopAsync(cancellationToken);
    }
}
