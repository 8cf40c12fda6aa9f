using System.Text.Json;
using Cess.TestNetwork;

namespace Cess.EndToEnd.Clients;

/// <summary>The AWS command line, version 1 or 2, whichever <c>aws</c> is.</summary>
internal sealed class AwsCli(NodeProcess node) : IStorageClient
{
    private readonly Dictionary<string, string> _environment = new()
    {
        ["AWS_ACCESS_KEY_ID"] = node.Info.AccessKeyId,
        ["AWS_SECRET_ACCESS_KEY"] = node.Info.SecretAccessKey,
        ["AWS_DEFAULT_REGION"] = S3Signer.Region,
        ["AWS_CONFIG_FILE"] = "/dev/null",
        ["AWS_SHARED_CREDENTIALS_FILE"] = "/dev/null",
        ["AWS_EC2_METADATA_DISABLED"] = "true",
        ["AWS_MAX_ATTEMPTS"] = "1",
        ["AWS_PAGER"] = "",
    };

    public Task MakeBucketAsync(string bucket) => SucceedAsync(["s3", "mb", $"s3://{bucket}"]);

    public Task PutAsync(string bucket, string key, string file, TimeSpan? limit = null) =>
        SucceedAsync(["s3", "cp", "--no-progress", file, $"s3://{bucket}/{key}"], limit);

    public Task GetAsync(string bucket, string key, string file, TimeSpan? limit = null) =>
        SucceedAsync(["s3", "cp", "--no-progress", $"s3://{bucket}/{key}", file], limit);

    public async Task<IReadOnlyCollection<string>> ListAsync(string bucket, string prefix = "")
    {
        var run = await SucceedAsync(["s3api", "list-objects-v2", "--bucket", bucket, "--prefix", prefix, "--output", "json"]);
        if (string.IsNullOrWhiteSpace(run.Output))
        {
            return [];
        }

        using var answer = JsonDocument.Parse(run.Output);
        return answer.RootElement.TryGetProperty("Contents", out var contents)
            ? [.. contents.EnumerateArray().Select(entry => entry.GetProperty("Key").GetString()!)]
            : [];
    }

    public Task DeleteAsync(string bucket, string key) => SucceedAsync(["s3", "rm", $"s3://{bucket}/{key}"]);

    /// <summary>Runs <c>aws</c> with these arguments and this node's address and credentials.</summary>
    public Task<ClientRun> RunAsync(IReadOnlyList<string> arguments, TimeSpan? limit = null) =>
        ClientProgram.RunAsync("aws", ["--endpoint-url", $"{node.Info.S3}", .. arguments], _environment, limit);

    /// <summary>As <see cref="RunAsync"/>, and fails when the client does.</summary>
    public async Task<ClientRun> SucceedAsync(IReadOnlyList<string> arguments, TimeSpan? limit = null) =>
        (await RunAsync(arguments, limit)).Succeeded();
}
