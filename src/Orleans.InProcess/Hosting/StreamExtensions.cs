using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.InProcess;
using Orleans.Runtime;
using Orleans.Streams;

namespace Orleans.Configuration
{
    /// <summary>How events reach subscribers.</summary>
    public class StreamPullingAgentOptions
    {
        /// <summary>How long an event is delivered again to a subscriber that refuses it, before it is left out.</summary>
        public TimeSpan MaxEventDeliveryTime { get; set; } = TimeSpan.FromMinutes(1);

        /// <summary>Orleans' time between two looks at a queue. Events go on at once here, so it is not used.</summary>
        public TimeSpan GetQueueMsgsTimerPeriod { get; set; } = TimeSpan.FromMilliseconds(100);
    }
}

namespace Orleans.Hosting
{
    /// <summary>Configures a provider of streams in memory.</summary>
    public interface ISiloMemoryStreamConfigurator
    {
        /// <summary>The provider's name.</summary>
        string Name { get; }

        /// <summary>Adds to the host's services.</summary>
        void Configure(Action<IServiceCollection> configure);
    }

    /// <summary>Adds providers of streams.</summary>
    public static class SiloBuilderMemoryStreamExtensions
    {
        /// <summary>Adds streams in memory under a name.</summary>
        public static ISiloBuilder AddMemoryStreams(
            this ISiloBuilder builder, string name, Action<ISiloMemoryStreamConfigurator>? configure = null)
        {
            builder.Services.AddKeyedSingleton<IStreamProvider>(name, (provider, _) => new MemoryStreamProvider(
                name, provider.GetRequiredService<Catalog>(),
                provider.GetRequiredService<IOptionsMonitor<StreamPullingAgentOptions>>().Get(name)));
            configure?.Invoke(new Configurator(name, builder.Services));
            return builder;
        }

        /// <summary>Sets how events reach subscribers.</summary>
        public static void ConfigurePullingAgent(
            this ISiloMemoryStreamConfigurator configurator,
            Action<OptionsBuilder<StreamPullingAgentOptions>>? configureOptions = null) =>
            configurator.Configure(
                services => configureOptions?.Invoke(services.AddOptions<StreamPullingAgentOptions>(configurator.Name)));

        private sealed class Configurator(string name, IServiceCollection services) : ISiloMemoryStreamConfigurator
        {
            public string Name => name;

            public void Configure(Action<IServiceCollection> configure) => configure(services);
        }
    }
}

namespace Orleans
{
    /// <summary>Finds providers of streams.</summary>
    public static class GrainStreamingExtensions
    {
        /// <summary>A provider by its name.</summary>
        public static IStreamProvider GetStreamProvider(this Grain grain, string name) =>
            grain.Runtime.ServiceProvider.FindStreamProvider(name);

        /// <summary>A provider by its name.</summary>
        public static IStreamProvider GetStreamProvider(this IGrainBase grain, string name) =>
            ((Activation)grain.GrainContext).Catalog.Services.FindStreamProvider(name);

        internal static IStreamProvider FindStreamProvider(this IServiceProvider services, string name) =>
            services.GetKeyedService<IStreamProvider>(name)
                ?? throw new KeyNotFoundException($"There is no stream provider named \"{name}\".");
    }

    /// <summary>Finds providers of streams.</summary>
    public static class ClientStreamingExtensions
    {
        /// <summary>A provider by its name.</summary>
        public static IStreamProvider GetStreamProvider(this IClusterClient client, string name) =>
            client.ServiceProvider.FindStreamProvider(name);
    }
}
