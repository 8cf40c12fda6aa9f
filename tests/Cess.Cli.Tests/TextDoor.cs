using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Cess.Cli.Tests;

/// <summary>A node whose feed is a text that a test has written.</summary>
internal sealed class TextDoor(WebApplication application) : IAsyncDisposable
{
    public string Endpoint => application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();

    public static async Task<TextDoor> StartAsync(string feed)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        WebApplication application = builder.Build();
        application.MapGet("/v1/events", () => Results.Text(feed, "text/event-stream"));
        await application.StartAsync();
        return new TextDoor(application);
    }

    public ValueTask DisposeAsync() => application.DisposeAsync();
}
