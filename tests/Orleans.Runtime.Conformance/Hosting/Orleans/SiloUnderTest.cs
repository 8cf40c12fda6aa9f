using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Orleans.Runtime.Conformance;

/// <summary>A silo of Microsoft Orleans for the tests: a cluster of one on free ports of this machine.</summary>
public sealed class SiloUnderTest : IAsyncDisposable
{
    public const string RuntimeName = "Orleans";

    private readonly IHost _host;

    private SiloUnderTest(IHost host) => _host = host;

    public IClusterClient Client => _host.Services.GetRequiredService<IClusterClient>();

    public IServiceProvider Services => _host.Services;

    public static async Task<SiloUnderTest> StartAsync(Action<ISiloBuilder> configure)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.UseOrleans(silo =>
        {
            silo.UseLocalhostClustering(FreePort(), FreePort());
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

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
