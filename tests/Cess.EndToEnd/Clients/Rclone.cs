using Cess.TestNetwork;

namespace Cess.EndToEnd.Clients;

/// <summary>rclone's S3 backend, configured by environment alone.</summary>
internal sealed class Rclone(NodeProcess node) : IStorageClient
{
    private readonly Dictionary<string, string> _environment = new()
    {
        ["RCLONE_CONFIG"] = "/dev/null",
        ["RCLONE_CONFIG_CESS_TYPE"] = "s3",
        ["RCLONE_CONFIG_CESS_PROVIDER"] = "Other",
        ["RCLONE_CONFIG_CESS_ENDPOINT"] = $"{node.Info.S3}",
        ["RCLONE_CONFIG_CESS_REGION"] = S3Signer.Region,
        ["RCLONE_CONFIG_CESS_ACCESS_KEY_ID"] = node.Info.AccessKeyId,
        ["RCLONE_CONFIG_CESS_SECRET_ACCESS_KEY"] = node.Info.SecretAccessKey,
        ["RCLONE_RETRIES"] = "1",
        ["RCLONE_LOW_LEVEL_RETRIES"] = "1",
    };

    public Task MakeBucketAsync(string bucket) => SucceedAsync(["mkdir", Remote(bucket)]);

    public Task PutAsync(string bucket, string key, string file, TimeSpan? limit = null) =>
        SucceedAsync(["copyto", file, Remote(bucket, key)], limit);

    public Task GetAsync(string bucket, string key, string file, TimeSpan? limit = null) =>
        SucceedAsync(["copyto", Remote(bucket, key), file], limit);

    public async Task<IReadOnlyCollection<string>> ListAsync(string bucket, string prefix = "")
    {
        var run = await SucceedAsync(["lsf", "--recursive", "--files-only", Remote(bucket)]);
        return [.. run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(key => key.StartsWith(prefix, StringComparison.Ordinal))];
    }

    public Task DeleteAsync(string bucket, string key) => SucceedAsync(["deletefile", Remote(bucket, key)]);

    /// <summary>How rclone names a place in this node.</summary>
    public static string Remote(string bucket, string key = "") => $"cess:{bucket}/{key}";

    /// <summary>Runs <c>rclone</c> with these arguments and this node's address and credentials.</summary>
    public Task<ClientRun> RunAsync(IReadOnlyList<string> arguments, TimeSpan? limit = null) =>
        ClientProgram.RunAsync("rclone", arguments, _environment, limit);

    /// <summary>As <see cref="RunAsync"/>, and fails when the client does.</summary>
    public async Task<ClientRun> SucceedAsync(IReadOnlyList<string> arguments, TimeSpan? limit = null) =>
        (await RunAsync(arguments, limit)).Succeeded();
}
