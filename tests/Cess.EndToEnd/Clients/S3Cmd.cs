using Cess.TestNetwork;

namespace Cess.EndToEnd.Clients;

/// <summary>s3cmd, with a configuration file of its own.</summary>
internal sealed class S3Cmd : IStorageClient
{
    private readonly string _configuration;

    public S3Cmd(NodeProcess node, TemporaryFolder folder)
    {
        _configuration = folder["s3cfg"];
        File.WriteAllText(_configuration, $"""
            [default]
            access_key = {node.Info.AccessKeyId}
            secret_key = {node.Info.SecretAccessKey}
            host_base = {node.Info.S3.Authority}
            host_bucket = {node.Info.S3.Authority}
            use_https = False
            bucket_location = {S3Signer.Region}
            max_retries = 1
            progress_meter = False
            multipart_chunk_size_mb = 5

            """);
    }

    public Task MakeBucketAsync(string bucket) => SucceedAsync(["mb", $"s3://{bucket}"]);

    public Task PutAsync(string bucket, string key, string file, TimeSpan? limit = null) =>
        SucceedAsync(["put", file, $"s3://{bucket}/{key}"], limit);

    public Task GetAsync(string bucket, string key, string file, TimeSpan? limit = null) =>
        SucceedAsync(["get", "--force", $"s3://{bucket}/{key}", file], limit);

    public async Task<IReadOnlyCollection<string>> ListAsync(string bucket, string prefix = "")
    {
        var place = $"s3://{bucket}/";
        var run = await SucceedAsync(["ls", "--recursive", place + prefix]);
        return [.. run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line[(line.IndexOf(place, StringComparison.Ordinal) + place.Length)..])];
    }

    public Task DeleteAsync(string bucket, string key) => SucceedAsync(["del", $"s3://{bucket}/{key}"]);

    /// <summary>Runs <c>s3cmd</c> with these arguments and this node's address and credentials.</summary>
    public Task<ClientRun> RunAsync(IReadOnlyList<string> arguments, TimeSpan? limit = null) =>
        ClientProgram.RunAsync("s3cmd", ["--config", _configuration, .. arguments], limit: limit);

    /// <summary>As <see cref="RunAsync"/>, and fails when the client does.</summary>
    public async Task<ClientRun> SucceedAsync(IReadOnlyList<string> arguments, TimeSpan? limit = null) =>
        (await RunAsync(arguments, limit)).Succeeded();
}
