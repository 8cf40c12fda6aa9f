using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Xml.Linq;
using Cess.Client;
using Cess.Primitives;
using Cess.RealFaults.Rounds;

namespace Cess.RealFaults.Load;

/// <summary>A node's data folder, and what its clients remember of it from round to round.</summary>
internal sealed class Installation : IDisposable
{
    public const string Bucket = "faults";

    public static readonly XNamespace S3 = "http://s3.amazonaws.com/doc/2006-03-01/";

    private const int PayerTokens = 100_000;

    private readonly HttpClient _http = new() { Timeout = FaultLimits.Request };

    /// <summary>What remembers objects and payments, for a copy.</summary>
    private Installation? _original;

    private Installation(string data, NodeOptions options) => (Data, Options) = (data, options);

    public string Data { get; }

    public NodeOptions Options { get; }

    public ExpectedObjects Objects { get; } = new();

    public ExpectedTransfers Transfers { get; } = new();

    /// <summary>Pays in the load; apart from the node's own account, which has nonces to itself.</summary>
    public PrivateKey Payer { get; } = PrivateKey.Generate();

    /// <summary>Is paid.</summary>
    public AccountId Payee { get; } = MakeAccount();

    /// <summary>The newest final block that anybody was shown.</summary>
    public (ulong Height, string Hash) Mark { get; private set; } = (0, "");

    /// <summary>Makes one: a node starts, gets a bucket and an account that pays, and is stopped.</summary>
    public static async Task<Installation> MakeAsync(string data, NodeOptions options)
    {
        var installation = new Installation(data, options);
        await using NodeProcess node = await NodeProcess.StartAsync(data, options);
        using var s3 = new S3HttpClient(node.Info, limit: FaultLimits.Request);
        await s3.MakeBucketAsync(Bucket);
        using PrivateKey owner = OpenKey(data, "owner");
        using var client = new CessClient(node.Info.Http, owner);
        await client.TransferAsync(installation.Payer.PublicKey.ToAccountId(), Balance.Parse(PayerTokens.ToString(CultureInfo.InvariantCulture)));
        await installation.LookAtHeightAsync(node.Info);
        await node.StopAsync();
        return installation;
    }

    /// <summary>The same folder elsewhere: the copy of a node that is stopped, with what is remembered of it.</summary>
    public Installation CopyTo(string data)
    {
        CopyFolder(Data, data);
        return new Installation(data, Options) { Mark = Mark, _original = this };
    }

    /// <summary>Looks at the height, which never goes back.</summary>
    public async Task LookAtHeightAsync(NodeInfo node)
    {
        JsonElement chain = (await GetJsonAsync(node, "/v1/status")).GetProperty("chain");
        (ulong height, string hash) = (chain.GetProperty("height").GetUInt64(), chain.GetProperty("hash").GetString()!);
        BrokenPromiseException.Unless(height >= Mark.Height, $"The chain is at height {height} and was at {Mark.Height}.");
        Mark = (height, hash);
    }

    /// <summary>Whether the node says of itself that it is well.</summary>
    public async Task<bool> IsHealthyAsync(NodeInfo node)
    {
        JsonElement status = await GetJsonAsync(node, "/v1/status");
        JsonElement miners = status.GetProperty("miners");
        return miners.GetProperty("healthy").GetInt32() == miners.GetProperty("total").GetInt32()
            && status.GetProperty("abstaining").GetArrayLength() == 0;
    }

    /// <summary>Everything that a node must be after a fault: nothing lost, nothing mixed, and it works.</summary>
    public async Task InspectAsync(NodeProcess node)
    {
        await InspectChainAsync(node.Info);
        using var s3 = new S3HttpClient(node.Info, limit: FaultLimits.Request);
        HashSet<string> listed = await ListAsync(s3);
        foreach (string key in Remembered.Objects.Keys)
        {
            byte[]? actual = await s3.GetAsync(Bucket, key);
            bool isListed = listed.Remove(key);
            if (isListed != actual is not null)
            {
                // What was under way when the node died, and nobody was told of, may have become final between the two: once.
                isListed = (await ListAsync(s3)).Contains(key);
                actual = await s3.GetAsync(Bucket, key);
            }

            BrokenPromiseException.Unless(isListed == actual is not null, $"The listing and a read disagree about {key}.");
            if (Remembered.Objects.Settle(key, actual) is { } wrong)
                throw new BrokenPromiseException(wrong);
        }

        BrokenPromiseException.Unless(listed.Count == 0, $"There are objects that nobody stored: {string.Join(' ', listed)}.");
        if (Remembered.Transfers.Settle(await BalanceOfPayeeAsync(node.Info)) is { } lost)
            throw new BrokenPromiseException(lost);
        await WorksAsync(s3);
    }

    /// <summary>
    /// The same where a disk has lost what it had confirmed, in a place that can't be told from a write that a crash cut off: everything
    /// is some version that was there once, never anything else, or not readable, and told so; and it works.
    /// </summary>
    /// <returns>Objects that could not be read.</returns>
    public async Task<int> InspectLooselyAsync(NodeProcess node)
    {
        int refused = 0;
        using var s3 = new S3HttpClient(node.Info, limit: FaultLimits.Request);
        foreach (string key in Remembered.Objects.Keys)
        {
            byte[]? actual;
            try
            {
                actual = await s3.GetAsync(Bucket, key);
            }
            catch (HttpRequestException)
            {
                refused++;
                continue;
            }

            BrokenPromiseException.Unless(Remembered.Objects.WasEver(key, actual), $"{key} holds what nobody ever stored.");
        }

        await WorksAsync(s3);
        return refused;
    }

    /// <summary>A new object can be stored, read and deleted.</summary>
    public static async Task WorksAsync(S3HttpClient s3)
    {
        var content = new PseudoRandomContent(77, 50_000);
        await s3.PutAsync(Bucket, "works", content.ToArray());
        byte[]? back = await s3.GetAsync(Bucket, "works");
        BrokenPromiseException.Unless(
            back is not null && content.DifferenceTo(new MemoryStream(back)) is null, "An object that was just stored does not come back.");
        await s3.DeleteAsync(Bucket, "works");
    }

    public void Dispose() => _http.Dispose();

    /// <summary>Copies a folder with everything in it.</summary>
    public static void CopyFolder(string from, string to)
    {
        foreach (string folder in Directory.EnumerateDirectories(from, "*", SearchOption.AllDirectories).Prepend(from))
            Directory.CreateDirectory(Path.Combine(to, Path.GetRelativePath(from, folder)));
        foreach (string file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
            File.Copy(file, Path.Combine(to, Path.GetRelativePath(from, file)));
    }

    private Installation Remembered => _original ?? this;

    private async Task InspectChainAsync(NodeInfo node)
    {
        (ulong height, string hash) = Mark;
        await LookAtHeightAsync(node);
        if (height > 0)
        {
            string now = (await GetJsonAsync(node, $"/v1/blocks/{height}")).GetProperty("hash").GetString()!;
            BrokenPromiseException.Unless(now == hash, $"Block {height} is another one: {now}, and was {hash}.");
        }

        BrokenPromiseException.Unless(await IsHealthyAsync(node), $"The node is not healthy: {await GetJsonAsync(node, "/v1/status")}");
    }

    private async Task<int> BalanceOfPayeeAsync(NodeInfo node)
    {
        using HttpResponseMessage response = await _http.GetAsync(new Uri(node.Http, $"/v1/accounts/{Remembered.Payee}"));
        if (response.StatusCode == HttpStatusCode.NotFound)
            return 0;
        response.EnsureSuccessStatusCode();
        JsonElement account = JsonSerializer.Deserialize<JsonElement>(await response.Content.ReadAsStringAsync());
        return (int)decimal.Parse(account.GetProperty("free").GetString()!, CultureInfo.InvariantCulture);
    }

    private async Task<JsonElement> GetJsonAsync(NodeInfo node, string path) =>
        JsonSerializer.Deserialize<JsonElement>(await _http.GetStringAsync(new Uri(node.Http, path)));

    private static async Task<HashSet<string>> ListAsync(S3HttpClient s3)
    {
        using HttpResponseMessage response = await s3.SendAsync(HttpMethod.Get, Bucket, query: "list-type=2");
        response.EnsureSuccessStatusCode();
        XElement page = XElement.Parse(await response.Content.ReadAsStringAsync());
        BrokenPromiseException.Unless((string?)page.Element(S3 + "IsTruncated") == "false", "The listing has more than one page.");
        return [.. page.Elements(S3 + "Contents").Select(item => (string)item.Element(S3 + "Key")!)];
    }

    private static PrivateKey OpenKey(string data, string name) => PrivateKey.ImportEncryptedPem(
        File.ReadAllText(Path.Combine(data, "keys", $"{name}.pem")), File.ReadAllText(Path.Combine(data, "keys", "passphrase")).Trim());

    private static AccountId MakeAccount()
    {
        using PrivateKey key = PrivateKey.Generate();
        return key.PublicKey.ToAccountId();
    }
}
