using System.Text.Json;
using Cess.TestNetwork;

namespace Cess.EndToEnd.Clients;

/// <summary><c>@aws-sdk/client-s3</c> and <c>lib-storage</c> under Node.js, through the script <c>tests/clients/s3.mjs</c>.</summary>
internal sealed class JavaScriptSdk(NodeProcess node) : IStorageClient
{
    private readonly Dictionary<string, string> _environment = new()
    {
        ["AWS_ENDPOINT_URL"] = $"{node.Info.S3}",
        ["AWS_ACCESS_KEY_ID"] = node.Info.AccessKeyId,
        ["AWS_SECRET_ACCESS_KEY"] = node.Info.SecretAccessKey,
        ["AWS_REGION"] = S3Signer.Region,
        ["AWS_MAX_ATTEMPTS"] = "1",
    };

    public Task MakeBucketAsync(string bucket) => SucceedAsync(["make-bucket", bucket]);

    public Task PutAsync(string bucket, string key, string file, TimeSpan? limit = null) =>
        SucceedAsync(["put", bucket, key, file], limit);

    public Task GetAsync(string bucket, string key, string file, TimeSpan? limit = null) =>
        SucceedAsync(["get", bucket, key, file], limit);

    public async Task<IReadOnlyCollection<string>> ListAsync(string bucket, string prefix = "") =>
        JsonSerializer.Deserialize<string[]>((await SucceedAsync(["list", bucket, prefix])).Output)!;

    public Task DeleteAsync(string bucket, string key) => SucceedAsync(["delete", bucket, key]);

    /// <summary>Runs a command of the script.</summary>
    public async Task<ClientRun> SucceedAsync(IReadOnlyList<string> arguments, TimeSpan? limit = null) =>
        (await ClientProgram.RunAsync("node", [TestClients.Script, .. arguments], _environment, limit)).Succeeded();
}
