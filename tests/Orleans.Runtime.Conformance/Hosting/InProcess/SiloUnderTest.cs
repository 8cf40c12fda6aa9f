using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Orleans.Runtime.Conformance;

/// <summary>A silo of this process for the tests.</summary>
public sealed class SiloUnderTest : IAsyncDisposable
{
    public const string RuntimeName = "InProcess";

    private readonly IHost _host;

    private SiloUnderTest(IHost host) => _host = host;

    public IClusterClient Client => _host.Services.GetRequiredService<IClusterClient>();

    public IServiceProvider Services => _host.Services;

    public static async Task<SiloUnderTest> StartAsync(Action<ISiloBuilder> configure)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.UseOrleans(silo =>
        {
            silo.UseLocalhostClustering();
            configure(silo);
        });
        var host = builder.Build();
        await host.StartAsync();
        return new SiloUnderTest(host);
    }

    /// <summary>Stops the silo, giving its grains that long to end.</summary>
    public async Task StopAsync(TimeSpan limit)
    {
        using var cancellation = new CancellationTokenSource(limit);
        await _host.StopAsync(cancellation.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }
}
