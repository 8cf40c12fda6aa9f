using System.Net;
using System.Text.Json;
using Cess.TestNetwork;

namespace Cess.LightClient.Tests.Network;

/// <summary>
/// A real node whose eras are short. A node makes keys and genesis when it starts first, with eras of hours; so the first start is cut off
/// when the genesis is there, and the genesis is changed before the chain begins.
/// </summary>
public sealed class RunningNode : IAsyncLifetime, IDisposable
{
    /// <summary>An era's length.</summary>
    public const uint EraBlocks = 8;

    private const string GenesisFile = "genesis.scale";

    private static readonly NodeOptions s_options = new() { Miners = 3, Policy = "2+1", QuotaPerMiner = 1 << 26 };

    private readonly TemporaryFolder _folder = new();
    private readonly HttpClient _http = new();
    private NodeProcess? _node;

    /// <summary>The hash that the operator of the network makes known.</summary>
    internal Bytes32 GenesisHash { get; private set; } = null!;

    /// <summary>What it says of itself.</summary>
    public NodeInfo Info => _node!.Info;

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        string data = _folder["data"];
        await using (NodeProcess first = NodeProcess.Launch(data, s_options))
        {
            await Eventually.SeeAsync(GenesisFile, TestLimits.Ready, () => first.IsRunning
                ? Task.FromResult(File.Exists(Path.Combine(data, GenesisFile)) ? data : null)
                : throw new InvalidOperationException($"The node ended before it made a genesis.\n{first.Output}"));
            await first.KillAsync();
        }

        foreach (string name in Directory.GetFileSystemEntries(data).Where(name => Path.GetFileName(name) is not ("keys" or GenesisFile)))
        {
            if (Directory.Exists(name))
                Directory.Delete(name, recursive: true);
            else
                File.Delete(name);
        }

        byte[] genesis = ShortenEras(await File.ReadAllBytesAsync(Path.Combine(data, GenesisFile)));
        await File.WriteAllBytesAsync(Path.Combine(data, GenesisFile), genesis);
        GenesisHash = Bytes32.Sha256(genesis);
        _node = await NodeProcess.StartAsync(data, s_options);
    }

    /// <summary>Stops the node, forgets all that its grains have kept besides the chain, and starts it again.</summary>
    public async Task RestartWithoutGrainStateAsync()
    {
        await _node!.StopAsync();
        await _node.DisposeAsync();
        string[] databases = Directory.GetFiles(_folder["data"], "state.db*");
        Assert.NotEmpty(databases);
        foreach (string database in databases)
            File.Delete(database);
        _node = await NodeProcess.StartAsync(_folder["data"], s_options);
    }

    /// <summary>Bytes of a path of REST.</summary>
    public async Task<byte[]> GetAsync(string path) =>
        await TryGetAsync(path) ?? throw new InvalidOperationException($"{path} is not there.");

    /// <summary>Bytes of a path of REST; null if that is not there.</summary>
    public async Task<byte[]?> TryGetAsync(string path)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, new Uri(Info.Http, path));
        using HttpResponseMessage answer = await _http.SendAsync(request);
        if (answer.StatusCode == HttpStatusCode.NotFound)
            return null;
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        return await answer.Content.ReadAsByteArrayAsync();
    }

    /// <summary>JSON of a path of REST.</summary>
    public async Task<JsonElement> GetJsonAsync(string path) => JsonDocument.Parse(await GetAsync(path)).RootElement;

    /// <summary>Height of the head, as the node says.</summary>
    public async Task<ulong> HeightAsync() => (await GetJsonAsync("/v1/status")).GetProperty("chain").GetProperty("height").GetUInt64();

    /// <summary>A client that has followed the chain from its genesis to the newest era, and what it was given on the way.</summary>
    internal async Task<IndependentLightClient> FollowAsync(Bytes32? genesis = null)
    {
        IndependentLightClient client = IndependentLightClient.Start(await GetAsync("/v1/genesis"), genesis ?? GenesisHash);
        ulong height = await HeightAsync();
        while (client.Era.End <= height)
        {
            string path = $"/v1/eras/{client.Era.Index}/handover";
            client.Advance(await Eventually.SeeAsync(path, TestLimits.Ready, () => TryGetAsync(path)));
        }

        return client;
    }

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        if (_node is not null)
            await _node.DisposeAsync();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _http.Dispose();
        _folder.Dispose();
    }

    /// <summary>Writes another length of eras into a genesis: the field behind name, time, and the parameters before it.</summary>
    private static byte[] ShortenEras(byte[] genesis)
    {
        ScaleInput input = new(genesis);
        input.Text(64);
        input.Uint();
        for (int fee = 0; fee < 3; fee++)
            input.Amount();
        input.Uint();
        input.Hash();
        input.Amount();
        input.Uint();
        input.Uint();
        int start = input.Offset;
        input.Uint();
        byte[] shortened = [.. genesis[..start], .. new ScaleOutput().Compact(EraBlocks).ToArray(), .. genesis[input.Offset..]];
        Assert.Equal(EraBlocks, ChainGenesis.Decode(shortened).EraBlocks);
        return shortened;
    }
}
