using System.Diagnostics.Metrics;
using Cess.Gateway.Objects;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Cess.Gateway.S3;

/// <summary>Puts the S3 door into an ASP.NET Core application.</summary>
public static class S3DoorExtensions
{
    /// <summary>
    /// Answers the requests of <see cref="S3Options.Port"/>, or all, as S3; nothing behind it sees them. Needs
    /// <see cref="IObjectStore"/> and <see cref="ICredentialStore"/> among the services, and takes <see cref="TimeProvider"/>
    /// and <see cref="IMeterFactory"/> from there when they are there.
    /// </summary>
    public static IApplicationBuilder UseS3Door(this IApplicationBuilder application, S3Options options)
    {
        IServiceProvider services = application.ApplicationServices;
        S3Door door = new(
            options,
            services.GetRequiredService<IObjectStore>(),
            services.GetRequiredService<ICredentialStore>(),
            services.GetService<TimeProvider>() ?? TimeProvider.System,
            services.GetService<WholeBodies>() ?? new WholeBodies(services.GetService<TimeProvider>() ?? TimeProvider.System),
            new S3Metrics(services.GetService<IMeterFactory>()),
            services.GetRequiredService<ILoggerFactory>().CreateLogger("Cess.Gateway.S3"));
        if (options.Port is not { } port)
        {
            application.Run(door.InvokeAsync);
            return application;
        }

        return application.MapWhen(http => http.Connection.LocalPort == port, branch => branch.Run(door.InvokeAsync));
    }

    /// <summary>Gives the connections of the application's server blocks of 64 KiB; not needed, but twice as fast.</summary>
    public static IServiceCollection AddS3Transport(this IServiceCollection services) =>
        services.AddSingleton<IMemoryPoolFactory<byte>, TransportBlocks>();

    /// <summary>
    /// Sets Kestrel's limits to those that S3 needs: long targets, bodies of any length (the door has a bound for each), and
    /// buffers that keep a fast connection busy. Each address that it listens on takes a bounded number of connections. Headers over
    /// Kestrel's own bound get 431 before the door sees them.
    /// </summary>
    public static KestrelServerOptions UseS3Limits(this KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        kestrel.AllowSynchronousIO = false;
        kestrel.Limits.MaxConcurrentConnections = S3Limits.ConnectionsMax;
        kestrel.Limits.MaxRequestLineSize = S3Limits.RequestLineBytesMax;
        kestrel.Limits.MaxRequestBodySize = null;
        kestrel.Limits.MaxRequestBufferSize = S3Limits.ConnectionBufferBytes;
        kestrel.Limits.MaxResponseBufferSize = S3Limits.ConnectionBufferBytes;
        return kestrel;
    }
}
