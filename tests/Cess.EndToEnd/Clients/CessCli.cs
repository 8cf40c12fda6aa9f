using System.Text.Json;
using Cess.TestNetwork;

namespace Cess.EndToEnd.Clients;

/// <summary>The product's own command line: encrypts and signs before anything leaves it.</summary>
internal sealed class CessCli(NodeProcess node) : IStorageClient
{
    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, "cess");

    public Task MakeBucketAsync(string bucket) => SucceedAsync(["mb", $"cess://{bucket}"]);

    public Task PutAsync(string bucket, string key, string file, TimeSpan? limit = null) =>
        SucceedAsync(["put", file, $"cess://{bucket}/{key}"], limit);

    public Task GetAsync(string bucket, string key, string file, TimeSpan? limit = null) =>
        SucceedAsync(["get", $"cess://{bucket}/{key}", file], limit);

    public async Task<IReadOnlyCollection<string>> ListAsync(string bucket, string prefix = "")
    {
        using var listing = await JsonAsync(["ls", "--recursive", $"cess://{bucket}/{prefix}"]);
        return [.. listing.RootElement.GetProperty("objects").EnumerateArray().Select(entry => entry.GetProperty("name").GetString()!)];
    }

    public Task DeleteAsync(string bucket, string key) => SucceedAsync(["rm", $"cess://{bucket}/{key}"]);

    /// <summary>Runs <c>cess</c> on this node's data folder.</summary>
    public Task<ClientRun> RunAsync(IReadOnlyList<string> arguments, TimeSpan? limit = null) =>
        ClientProgram.RunAsync(Program, [.. arguments, "--data", node.DataFolder], limit: limit);

    /// <summary>As <see cref="RunAsync"/>, and fails when the client does.</summary>
    public async Task<ClientRun> SucceedAsync(IReadOnlyList<string> arguments, TimeSpan? limit = null) =>
        (await RunAsync(arguments, limit)).Succeeded();

    /// <summary>Runs it with <c>--json</c> and reads what it says.</summary>
    public async Task<JsonDocument> JsonAsync(IReadOnlyList<string> arguments) =>
        JsonDocument.Parse((await SucceedAsync([.. arguments, "--json"])).Output);
}
