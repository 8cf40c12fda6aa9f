using Microsoft.Extensions.Logging;

namespace Orleans.Runtime.Conformance;

/// <summary>The silo that most tests share: every test uses grains of its own.</summary>
public sealed class SharedSilo : IAsyncLifetime
{
    public const string Name = "shared silo";
    public const string Store = "store";
    public const string Streams = "streams";

    private SiloUnderTest? _silo;

    public IClusterClient Client => _silo!.Client;

    public async Task InitializeAsync() => _silo = await SiloUnderTest.StartAsync(silo =>
    {
        silo.AddMemoryGrainStorageAsDefault();
        silo.AddMemoryGrainStorage(Store);
        silo.AddMemoryGrainStorage("PubSubStore");
        silo.AddMemoryStreams(Streams);
    });

    public async Task DisposeAsync() => await _silo!.DisposeAsync();
}

[CollectionDefinition(SharedSilo.Name)]
public sealed class SharedSiloCollection : ICollectionFixture<SharedSilo>;
