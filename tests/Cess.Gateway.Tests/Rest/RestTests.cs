using Cess.TestHost;

namespace Cess.Gateway.Tests.Rest;

/// <summary>Tests that speak to the door over HTTP; each has a host of its own.</summary>
public abstract class RestTests : IAsyncLifetime
{
    private protected RestHost Host { get; private set; } = null!;

    private protected RestTester Tester { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Host = await RestHost.StartAsync();
        Tester = new RestTester(Host);
    }

    public async Task DisposeAsync() => await Host.DisposeAsync();
}
