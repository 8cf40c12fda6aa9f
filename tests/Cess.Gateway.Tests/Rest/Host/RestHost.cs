using Cess.Gateway.Rest;
using Cess.Gateway.Rest.Chain.History;
using Cess.Gateway.Rest.Uploads;
using Cess.Grains;
using Cess.Primitives;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Cess.TestHost;

/// <summary>The REST door on a real Kestrel, over a chain and segments in memory.</summary>
internal sealed class RestHost : IAsyncDisposable
{
    private readonly WebApplication _application;

    private RestHost(WebApplication application, ManualTime time, TestChain chain, TestSegments segments, Faults faults)
    {
        _application = application;
        Time = time;
        Chain = chain;
        Segments = segments;
        Faults = faults;
        Endpoint = new Uri(application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
    }

    public ManualTime Time { get; }

    public TestChain Chain { get; }

    public TestSegments Segments { get; }

    /// <summary>What goes wrong between the clients and the door.</summary>
    public Faults Faults { get; }

    public Uri Endpoint { get; }

    /// <summary>What the door is made of.</summary>
    public IServiceProvider Services => _application.Services;

    public static async Task<RestHost> StartAsync(int miners = 12, string? historyFolder = null)
    {
        ManualTime time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        TestChain chain = new(time, miners);
        TestSegments segments = new(chain);
        Faults faults = new();
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = null);
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton<TimeProvider>(time);
        builder.Services.AddSingleton<ILedgerReader>(chain);
        builder.Services.AddSingleton<IBlockArchive>(chain);
        builder.Services.AddSingleton<INodeGrains>(chain);
        builder.Services.AddSingleton<ISegmentStore>(segments);
        builder.Services.AddRestDoor(new RestOptions { ChainName = "test", DefaultPolicy = "4+8", Genesis = Scale.Encode(chain.Genesis), HistoryFolder = historyFolder });
        WebApplication application = builder.Build();
        application.Use(faults.InvokeAsync);
        application.UseRestDoor();
        await application.StartAsync();
        return new RestHost(application, time, chain, segments, faults);
    }

    public async ValueTask DisposeAsync()
    {
        await _application.DisposeAsync();
        Segments.Dispose();
        Chain.Dispose();
    }
}
