using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Cess.Client;
using Cess.Grains;
using Cess.Ledger.Modules;
using Cess.Ledger.Modules.Staking;
using Cess.Ledger.Modules.Staking.Selection;
using Cess.Ledger.Transactions;
using Cess.Primitives;
using Cess.TestNetwork;

namespace Cess.EndToEnd.Validators;

/// <summary>A network of several operators: each validator is a process of its own, with its own data folder.</summary>
internal sealed class ValidatorNetwork : IAsyncDisposable
{
    /// <summary>Δ of the validators: short, so that a leader that is down costs little.</summary>
    private const int MessageDelayMs = 300;

    private const ulong ValidFor = 1_000_000;

    private static readonly string[] s_nonceLost = [TransactionErrors.NonceUsed, TransactionErrors.Replaced, TransactionErrors.Dropped];

    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web);

    private readonly TemporaryFolder _folder = new();
    private readonly HttpClient _http = new();
    private readonly Dictionary<string, NodeProcess> _running = [];

    /// <summary>A node that comes back is where it was.</summary>
    private readonly ConcurrentDictionary<string, int> _ports = [];
    private readonly string _first;
    private readonly string[] _more;

    private ValidatorNetwork(string first, string[] more) => (_first, _more) = (first, more);

    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Founds a network of validators with these names and starts all of them.</summary>
    /// <param name="names">The founders.</param>
    /// <param name="parameters">Of the chain.</param>
    /// <param name="more">Further arguments of every node.</param>
    public static async Task<ValidatorNetwork> StartAsync(string[] names, object? parameters = null, params string[] more)
    {
        var network = new ValidatorNetwork(names[0], more);
        try
        {
            var keys = new List<string>();
            foreach (var name in names)
                keys.Add(await network.MakeKeysAsync(name));
            var genesis = JsonSerializer.SerializeToNode(parameters ?? new { }, s_json)!.AsObject();
            genesis["chainName"] = "operators";
            genesis["time"] = "2026-01-01T00:00:00Z";
            genesis["validators"] = JsonSerializer.SerializeToNode(keys);
            genesis["accounts"] = JsonSerializer.SerializeToNode(keys.Select(key => new { key, tokens = "1000000" }));
            await File.WriteAllTextAsync(network.GenesisFile, genesis.ToJsonString());
            await Task.WhenAll(names.Select(name => network.StartNodeAsync(name)));
            return network;
        }
        catch
        {
            await network.DisposeAsync();
            throw;
        }
    }

    public string GenesisFile => _folder["genesis.json"];

    public string DataOf(string name) => _folder[name];

    public string Output(string name) => _running[name].Output;

    /// <summary>Starts a node: a founder, or with no genesis of its own one that joins.</summary>
    public async Task StartNodeAsync(string name, bool isFounder = true, string? through = null)
    {
        var node = await NodeProcess.StartAsync(DataOf(name), OptionsOf(name, isFounder, through));
        lock (_running)
            _running[name] = node;
    }

    /// <summary>The same, and it is killed when something is there in its data folder.</summary>
    public async Task StartAndKillAsync(string name, string awaited, Func<string, bool> look, bool isFounder = true)
    {
        await using var node = NodeProcess.Launch(DataOf(name), OptionsOf(name, isFounder));
        await Eventually.SeeAsync(awaited, Patience, () => Task.FromResult(look(DataOf(name)) || !node.IsRunning ? awaited : null));
        await node.KillAsync();
    }

    private NodeOptions OptionsOf(string name, bool isFounder, string? through = null)
    {
        string[] genesis = isFounder ? ["--genesis", GenesisFile] : [];
        string[] join = name == _first ? [] : ["--join", $"https://127.0.0.1:{PortOf(through ?? _first)}"];
        return new NodeOptions
        {
            Miners = 0,
            More = [.. genesis, .. join, "--peer-port", $"{PortOf(name)}", "--message-delay", $"{MessageDelayMs}", .. _more],
        };
    }

    public async Task KillAsync(string name)
    {
        await _running[name].DisposeAsync();
        _running.Remove(name);
    }

    /// <summary>Lets somebody who has a founder's key speak in its place.</summary>
    public async Task<TwoFacedValidator> StartLiarAsync(string validator, string[] founders)
    {
        var status = await GetAsync(_first, "/v1/status");
        return await TwoFacedValidator.StartAsync(
            Hash256.Parse(status.GetProperty("chain").GetProperty("genesis").GetString()),
            KeyOf(validator),
            [.. founders.Select(founder => KeyOf(founder).PublicKey)],
            $"https://127.0.0.1:{PortOf(_first)}");
    }

    /// <summary>Newest final height of a node.</summary>
    public async Task<ulong> HeightAsync(string name) =>
        (await GetAsync(name, "/v1/status")).GetProperty("chain").GetProperty("height").GetUInt64();

    /// <summary>The SDK, for a key at a node. It does not dispose the key.</summary>
    public CessClient Connect(string name, PrivateKey key) => new(_running[name].Info.Http, key);

    /// <summary>Validators of a node that don't vote, as its status says.</summary>
    public async Task<string[]> AbstainingAsync(string name) =>
        [.. (await GetAsync(name, "/v1/status")).GetProperty("abstaining").EnumerateArray().Select(validator => validator.GetString()!)];

    /// <summary>Hash of a final block as a node has it.</summary>
    public async Task<string> BlockHashAsync(string name, ulong height) =>
        (await GetAsync(name, $"/v1/blocks/{height}")).GetProperty("hash").GetString()!;

    /// <summary>Waits until a node has a block that is so far above a height.</summary>
    public Task SeesAsync(string name, ulong height) => Eventually.SeeAsync(
        $"block {height} at {name}", Patience, async () => await HeightAsync(name) >= height ? name : null);

    /// <summary>Whether these nodes have the same blocks, as far as all of them have any.</summary>
    public Task AgreeAsync(params string[] names) => AgreeFromAsync(1, names);

    /// <summary>The same from a height on.</summary>
    public async Task AgreeFromAsync(ulong first, params string[] names)
    {
        var heights = await Task.WhenAll(names.Select(HeightAsync));
        for (ulong height = first; height <= heights.Min(); height++)
        {
            var hashes = await Task.WhenAll(names.Select(name => BlockHashAsync(name, height)));
            Assert.True(hashes.Distinct().Count() == 1, $"Block {height} differs: {string.Join(' ', hashes)}");
        }
    }

    /// <summary>Reserved tokens of a validator's account, as a node has it.</summary>
    public async Task<Balance> ReservedAsync(string name, string validator) => Balance.Parse(
        (await GetAsync(name, $"/v1/accounts/{KeyOf(validator).PublicKey.ToAccountId()}")).GetProperty("reserved").GetString());

    public async Task<JsonElement> GetAsync(string name, string path) => JsonSerializer.Deserialize<JsonElement>(await GetBytesAsync(name, path));

    public Task<byte[]> GetBytesAsync(string name, string path) => _http.GetByteArrayAsync(new Uri(_running[name].Info.Http, path));

    /// <summary>The status and the code of a refusal.</summary>
    public async Task<(int Status, string? Code)> GetRefusalAsync(string name, string path)
    {
        using var response = await _http.GetAsync(new Uri(_running[name].Info.Http, path));
        var answer = JsonSerializer.Deserialize<JsonElement>(await response.Content.ReadAsByteArrayAsync());
        return ((int)response.StatusCode, answer.TryGetProperty("error", out var error) ? error.GetProperty("code").GetString() : null);
    }

    /// <summary>The call that makes a validator a candidate, with the hash chain that its node keeps.</summary>
    public Validate ValidateWith(string validator)
    {
        var file = File.ReadAllBytes(Path.Combine(DataOf(validator), "keys", "validator-01.chain"));
        var secret = HashChainSecret.Parse(file)!;
        using var chain = secret.Compute(position: 0);
        return new Validate(0, chain.Commitment.Value, (uint)secret.Length);
    }

    /// <summary>How often each validator's account has revealed in each era, as the blocks of a node say; all of it has to have succeeded.</summary>
    public async Task<Dictionary<(AccountId Validator, ulong Era), int>> RevealsAsync(string name, ulong eraBlocks)
    {
        var reveals = new Dictionary<(AccountId, ulong), int>();
        var newest = await HeightAsync(name);
        for (ulong height = 1; height <= newest; height++)
        {
            var block = await GetAsync(name, $"/v1/blocks/{height}");
            foreach (var transaction in block.GetProperty("transactions").EnumerateArray())
            {
                if (transaction.GetProperty("call").GetString() != "Staking.Reveal")
                    continue;
                Assert.Equal("finalised", transaction.GetProperty("status").GetString());
                (AccountId, ulong) place = (AccountId.Parse(transaction.GetProperty("account").GetString()), height / eraBlocks);
                reveals[place] = reveals.GetValueOrDefault(place) + 1;
            }
        }

        return reveals;
    }

    /// <summary>Submits calls of a validator's account to a node, and answers once they are final.</summary>
    public Task ExecuteAsync(string name, string validator, params Call[] calls) => Eventually.SeeAsync(
        $"{calls[0]} of {validator} through {name}", Patience, async () =>
        {
            var answer = await SubmitAsync(name, validator, calls);
            // A validator that reveals, or reports another's offence, uses nonces of its own account.
            if (s_nonceLost.Any(code => answer.Contains(code, StringComparison.Ordinal)))
                return null;
            Assert.True(answer.Split("\"finalised\"").Length - 1 == calls.Length, answer);
            return answer;
        });

    public PrivateKey KeyOf(string validator) => PrivateKey.ImportEncryptedPem(
        File.ReadAllText(Path.Combine(DataOf(validator), "keys", "validator-01.pem")),
        File.ReadAllText(Path.Combine(DataOf(validator), "keys", "passphrase")).Trim());

    private async Task<string> SubmitAsync(string name, string validator, Call[] calls)
    {
        var key = KeyOf(validator);
        var account = key.PublicKey.ToAccountId();
        var status = await GetAsync(name, "/v1/status");
        var genesis = Hash256.Parse(status.GetProperty("chain").GetProperty("genesis").GetString());
        var nonce = (await GetAsync(name, $"/v1/accounts/{account}")).GetProperty("nonce").GetUInt64();
        using var writer = new ScaleWriter();
        writer.WriteCount(calls.Length);
        foreach (var call in calls)
        {
            writer.WriteBytes(SignedTransaction.Sign(
                new UnsignedTransaction(genesis, account, nonce++, ValidFor, Balance.Zero, call), key, SignatureKind.RevealedKey).Bytes.Span);
        }

        using var content = new ByteArrayContent(writer.ToArray());
        content.Headers.ContentType = new("application/octet-stream");
        using var response = await _http.PostAsync(new Uri(_running[name].Info.Http, "/v1/transactions?wait=final"), content);
        return await response.Content.ReadAsStringAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _running.Values)
            await node.DisposeAsync();
        _http.Dispose();
        _folder.Dispose();
    }

    /// <summary>The public key that a founder tells the others.</summary>
    private async Task<string> MakeKeysAsync(string name)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "Cess.Node")) { RedirectStandardOutput = true };
        foreach (var argument in (string[])["keys", "--data", DataOf(name)])
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var printed = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
        return JsonSerializer.Deserialize<JsonElement>(printed).GetProperty("validators")[0].GetProperty("key").GetString()!;
    }

    private int PortOf(string name) => _ports.GetOrAdd(name, _ => FreePort());

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
