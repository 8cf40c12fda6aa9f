using System.Diagnostics.Metrics;
using System.Net;
using System.Security.Authentication;
using Cess.Coding;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Cess.Peers;

/// <summary>Puts the links between nodes into an ASP.NET Core application: services, listener, door.</summary>
public static class PeerExtensions
{
    /// <summary>
    /// Adds <see cref="PeerLinks"/> and <see cref="PeerBook"/>, and the door behind <see cref="ListenPeers"/>. Besides, there must be
    /// an <see cref="IPeerValidators"/>, an <see cref="IPeerReceiver"/> (which may itself need the links) and an
    /// <see cref="IPeerChain"/>; <see cref="TimeProvider"/> and <see cref="IRandomSource"/> are the system's unless there are others.
    /// </summary>
    public static IServiceCollection AddPeers(this IServiceCollection services, PeerOptions options)
    {
        services.AddMetrics();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<IRandomSource>(SystemRandom.Instance);
        services.AddSingleton(options);
        services.AddSingleton(provider => new PeerMetrics(provider.GetRequiredService<IMeterFactory>()));
        services.AddSingleton(provider => new PeerBook(options.Genesis, provider.GetRequiredService<IPeerValidators>()));
        services.AddSingleton(provider => new Lazy<IPeerReceiver>(provider.GetRequiredService<IPeerReceiver>));
        services.AddSingleton<PeerListener>();
        services.AddSingleton<PeerConnections>();
        services.AddSingleton<RequestBudgets>();
        services.AddSingleton<MessageEndpoint>();
        services.AddSingleton<RecordEndpoints>();
        services.AddSingleton<TransactionEndpoint>();
        services.AddSingleton<ChainEndpoints>();
        services.AddSingleton<PeerDoor>();
        services.AddSingleton<OwnRecords>();
        services.AddSingleton(provider => new RecordExchange(
            provider.GetRequiredService<PeerBook>(), provider.GetRequiredService<IPeerValidators>(), options.Certificate.Node));
        services.AddSingleton(provider => new PeerLinks(
            options,
            provider.GetRequiredService<PeerBook>(),
            provider.GetRequiredService<IPeerValidators>(),
            provider.GetRequiredService<OwnRecords>(),
            provider.GetRequiredService<PeerListener>(),
            new LinkParts(
                options.Certificate,
                provider.GetRequiredService<RecordExchange>(),
                provider.GetRequiredService<PeerMetrics>(),
                provider.GetRequiredService<IRandomSource>(),
                provider.GetRequiredService<TimeProvider>(),
                provider.GetRequiredService<ILoggerFactory>().CreateLogger<PeerLinks>()),
            provider.GetRequiredService<Lazy<IPeerReceiver>>(),
            provider.GetRequiredService<IHostApplicationLifetime>()));
        services.AddSingleton<IHostedService>(provider => provider.GetRequiredService<PeerLinks>());
        return services;
    }

    /// <summary>
    /// Listens for other nodes: HTTP/2 over TLS 1.3, both ends with a certificate. Sets Kestrel's limits for HTTP/2, which are common
    /// to all listeners.
    /// </summary>
    /// <param name="kestrel">The server.</param>
    /// <param name="address">Where; if it is all addresses, <see cref="PeerOptions.PublicUrl"/> has to be given.</param>
    /// <param name="port">The port; 0 takes a free one.</param>
    public static void ListenPeers(this KestrelServerOptions kestrel, IPAddress address, int port)
    {
        IServiceProvider services = kestrel.ApplicationServices;
        PeerConnections connections = services.GetRequiredService<PeerConnections>();
        PeerOptions options = services.GetRequiredService<PeerOptions>();
        kestrel.Limits.Http2.MaxStreamsPerConnection = PeerLimits.RequestsPerConnectionMax;
        kestrel.Limits.Http2.KeepAlivePingDelay = PeerLimits.PingInterval;
        kestrel.Limits.Http2.KeepAlivePingTimeout = PeerLimits.PingTimeout;
        kestrel.Listen(address, port, listen =>
        {
            services.GetRequiredService<PeerListener>().Attach(listen);
            listen.Protocols = HttpProtocols.Http2;
            listen.Use(connections.Admit);
            listen.UseHttps(new HttpsConnectionAdapterOptions
            {
                ServerCertificate = options.Certificate.Context.TargetCertificate,
                SslProtocols = SslProtocols.Tls13,
                HandshakeTimeout = PeerLimits.ConnectTimeout,
                ClientCertificateMode = ClientCertificateMode.RequireCertificate,
                ClientCertificateValidation = (certificate, _, _) => NodeCertificate.TryReadKey(certificate, out _),
                OnAuthenticate = (_, ssl) =>
                {
                    ssl.AllowTlsResume = false;
                    ssl.CertificateChainPolicy = NodeCertificate.NoChain();
                    ssl.ServerCertificate = null;
                    ssl.ServerCertificateContext = options.Certificate.Context;
                },
            });
            listen.Use(connections.Identify);
        });
    }

    /// <summary>Answers every request that came through <see cref="ListenPeers"/>; nothing behind it sees one.</summary>
    public static IApplicationBuilder MapPeerDoor(this IApplicationBuilder application) => application.MapWhen(
        http => PeerDoor.NodeOf(http) is not null,
        peers => peers.Run(http => http.RequestServices.GetRequiredService<PeerDoor>().InvokeAsync(http)));
}
