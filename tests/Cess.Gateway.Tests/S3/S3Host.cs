using System.Net;
using System.Text;
using Amazon.Runtime;
using Amazon.S3;
using Cess.Gateway.Objects;
using Cess.Gateway.S3;
using Cess.Primitives;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Cess.Gateway.Tests.S3;

/// <summary>The S3 door on a free loopback port, over an object store in memory.</summary>
internal sealed class S3Host : IAsyncDisposable
{
    public const string AccessKeyId = "AKIAIOSFODNN7EXAMPLE";
    public const string SecretKey = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
    public const string OtherAccessKeyId = "AKIAOTHEROTHEROTHER1";

    /// <summary>The time of the examples in AWS's documentation.</summary>
    public static readonly DateTimeOffset ExampleTime = new(2013, 5, 24, 0, 0, 0, TimeSpan.Zero);

    private readonly WebApplication _application;

    private S3Host(WebApplication application, InMemoryObjectStore store, TestClock clock)
    {
        _application = application;
        Store = store;
        Clock = clock;
        string address = application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        Address = new Uri(address);
        Http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = Address };
    }

    public Uri Address { get; }

    public InMemoryObjectStore Store { get; }

    public TestClock Clock { get; }

    /// <summary>The memory for small bodies.</summary>
    public WholeBodies Bodies => _application.Services.GetRequiredService<WholeBodies>();

    public HttpClient Http { get; }

    public SigV4TestSigner Signer => new(AccessKeyId, SecretKey, Clock);

    public static async Task<S3Host> StartAsync(S3Options? options = null, bool realTime = false, int port = 0)
    {
        TestClock clock = new(realTime ? null : ExampleTime);
        InMemoryObjectStore store = new(clock);
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddMetrics();
        builder.Services.AddS3Transport();
        builder.Services.AddSingleton<TimeProvider>(clock);
        builder.Services.AddSingleton<WholeBodies>();
        builder.Services.AddSingleton<IObjectStore>(store);
        builder.Services.AddSingleton<ICredentialStore>(new Credentials());
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.UseS3Limits().Listen(IPAddress.Loopback, port));
        WebApplication application = builder.Build();
        application.UseS3Door(options ?? new S3Options());
        await application.StartAsync();
        return new S3Host(application, store, clock);
    }

    /// <summary>A host for clients that sign with the machine's own clock.</summary>
    public static async Task<(S3Host Host, AmazonS3Client Client)> StartWithSdkAsync(Action<AmazonS3Config>? configure = null)
    {
        S3Host host = await StartAsync(realTime: true);
        AmazonS3Config config = new()
        {
            ServiceURL = host.Address.ToString(), ForcePathStyle = true, AuthenticationRegion = "us-east-1", MaxErrorRetry = 0,
        };
        configure?.Invoke(config);
        return (host, new AmazonS3Client(new BasicAWSCredentials(AccessKeyId, SecretKey), config));
    }

    /// <summary>Makes a bucket without going through the door.</summary>
    public async Task<S3Host> WithBucketAsync(string bucket)
    {
        await Store.CreateBucketAsync(new Caller(AccountOf(AccessKeyId)), bucket, CancellationToken.None);
        return this;
    }

    /// <summary>Signs a request with the example credential and sends it.</summary>
    public Task<HttpResponseMessage> SendAsync(
        HttpMethod method, string pathAndQuery, byte[]? body = null, params (string Name, string Value)[] headers) =>
        Http.SendAsync(Signer.Sign(Address, method, pathAndQuery, body, headers));

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _application.StopAsync();
        await _application.DisposeAsync();
    }

    public static AccountId AccountOf(string accessKeyId) => new(Hash256.Sha256(Encoding.UTF8.GetBytes(accessKeyId)));

    private sealed class Credentials : ICredentialStore
    {
        public ValueTask<Credential?> FindAsync(string accessKeyId, CancellationToken cancellation) => new(
            accessKeyId is AccessKeyId or OtherAccessKeyId
                ? new Credential(accessKeyId, Encoding.UTF8.GetBytes(SecretKey), AccountOf(accessKeyId))
                : null);
    }
}

/// <summary>A clock that stands still until it is moved; or the machine's, for clients that cannot be given another.</summary>
internal sealed class TestClock(DateTimeOffset? start) : TimeProvider
{
    private DateTimeOffset? _now = start;

    public override DateTimeOffset GetUtcNow() => _now ?? System.GetUtcNow();

    public void Advance(TimeSpan by) => _now += by;
}
