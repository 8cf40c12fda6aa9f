using Microsoft.Extensions.DependencyInjection;
using Orleans.InProcess;
using Orleans.Runtime;

namespace Orleans.Runtime
{
    /// <summary>Runs once when the silo has started.</summary>
    public interface IStartupTask
    {
        /// <summary>Runs; if it throws, the silo does not start.</summary>
        Task Execute(CancellationToken cancellationToken);
    }

    /// <summary>Stages of the silo's start.</summary>
    public static class ServiceLifecycleStage
    {
        /// <summary>Application code may run.</summary>
        public const int ApplicationServices = 10000;

        /// <summary>Grains may be called.</summary>
        public const int BecomeActive = Active - 1;

        /// <summary>The silo has started.</summary>
        public const int Active = 20000;
    }
}

namespace Orleans.Hosting
{
    /// <summary>Adds tasks that run when the silo has started.</summary>
    public static class SiloBuilderStartupExtensions
    {
        /// <summary>Adds a task; those of a lower stage run first, those of one stage in the order of registration.</summary>
        public static ISiloBuilder AddStartupTask<TStartup>(this ISiloBuilder builder, int stage = ServiceLifecycleStage.Active)
            where TStartup : class, IStartupTask =>
            builder.AddStartupTask(
                (services, cancellation) => ActivatorUtilities.GetServiceOrCreateInstance<TStartup>(services).Execute(cancellation),
                stage);

        /// <summary>Adds a task; those of a lower stage run first, those of one stage in the order of registration.</summary>
        public static ISiloBuilder AddStartupTask(
            this ISiloBuilder builder, IStartupTask startupTask, int stage = ServiceLifecycleStage.Active) =>
            builder.AddStartupTask((_, cancellation) => startupTask.Execute(cancellation), stage);

        /// <summary>Adds a task; those of a lower stage run first, those of one stage in the order of registration.</summary>
        public static ISiloBuilder AddStartupTask(
            this ISiloBuilder builder, Func<IServiceProvider, CancellationToken, Task> startupTask,
            int stage = ServiceLifecycleStage.Active)
        {
            builder.Services.AddSingleton(new StartupTask(stage, startupTask));
            return builder;
        }
    }
}

namespace Orleans.InProcess
{
    internal sealed record StartupTask(int Stage, Func<IServiceProvider, CancellationToken, Task> Run);
}
