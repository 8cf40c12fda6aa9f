using System.Diagnostics.Metrics;
using System.Net;
using System.Security.Cryptography;
using Cess.Primitives;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Cess.Peers.Tests;

/// <summary>A node's links and door, on a real server on this machine.</summary>
internal sealed class TestNode : IAsyncDisposable
{
    private readonly WebApplication _app;

    private TestNode(WebApplication app, TestValidator[] validators, NodeCertificate certificate, Inbox inbox, TestPeerChain chain)
    {
        _app = app;
        Validators = validators;
        Certificate = certificate;
        Inbox = inbox;
        Chain = chain;
        Counts = new Counts(app.Services.GetRequiredService<IMeterFactory>());
    }

    public TestValidator[] Validators { get; }

    public AccountId Validator => Validators[0].Account;

    public NodeCertificate Certificate { get; }

    public PublicKey Key => Certificate.Node;

    public Inbox Inbox { get; }

    public TestPeerChain Chain { get; }

    public Counts Counts { get; }

    public PeerLinks Links => _app.Services.GetRequiredService<PeerLinks>();

    public PeerBook Book => _app.Services.GetRequiredService<PeerBook>();

    public string Url => _app.Services.GetRequiredService<PeerListener>().Url;

    public int Port => new Uri(Url).Port;

    public PeerEndpoint Endpoint => new(Key, Url);

    public static NodeCertificate NewCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return NodeCertificate.Create(key, TimeProvider.System);
    }

    public static async Task<TestNode> StartAsync(
        TestChain chain, TestValidator[] validators, string[]? join = null, NodeCertificate? certificate = null, IPeerStore? store = null,
        int port = 0, IPAddress? address = null, TimeProvider? time = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(time ?? TimeProvider.System);
        NodeCertificate shown = certificate ?? NewCertificate();
        builder.Services.AddPeers(new PeerOptions
        {
            Genesis = chain.Genesis, Certificate = shown, Join = [.. join ?? []], Store = store ?? new NoPeerStore(),
        });
        Inbox inbox = new();
        TestPeerChain served = new();
        builder.Services.AddSingleton<IPeerValidators>(new TestValidators(chain, validators));
        builder.Services.AddSingleton<IPeerReceiver>(inbox);
        builder.Services.AddSingleton<IPeerChain>(served);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenPeers(address ?? IPAddress.Loopback, port));
        WebApplication app = builder.Build();
        app.MapPeerDoor();
        app.Run(http =>
        {
            http.Response.StatusCode = StatusCodes.Status418ImATeapot;
            return Task.CompletedTask;
        });
        TestNode node = new(app, validators, shown, inbox, served);
        await app.StartAsync();
        return node;
    }

    /// <summary>Both nodes have each other's records and a link.</summary>
    public static Task AreLinkedAsync(params TestNode[] nodes) => Eventually.IsSoAsync(
        $"links between {nodes.Length} nodes",
        () => nodes.All(node => node.Links.Peers.Count(peer => peer.IsUp) == nodes.Length - 1));

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        Counts.Dispose();
    }
}
