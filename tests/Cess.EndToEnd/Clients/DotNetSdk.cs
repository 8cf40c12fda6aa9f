using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using Amazon.S3.Transfer;
using Cess.TestNetwork;

namespace Cess.EndToEnd.Clients;

/// <summary>AWSSDK.S3 with its defaults: checksums on every upload, signed chunks with trailers.</summary>
internal sealed class DotNetSdk(NodeProcess node) : IStorageClient, IDisposable
{
    /// <summary>The client itself.</summary>
    public AmazonS3Client S3 { get; } = Connect(node.Info);

    /// <summary>Opens a client on a node, without retries, so that a test sees every failure.</summary>
    public static AmazonS3Client Connect(NodeInfo node) => new(
        new BasicAWSCredentials(node.AccessKeyId, node.SecretAccessKey),
        new AmazonS3Config
        {
            ServiceURL = $"{node.S3}",
            AuthenticationRegion = S3Signer.Region,
            ForcePathStyle = true,
            MaxErrorRetry = 0,
        });

    public Task MakeBucketAsync(string bucket) => S3.PutBucketAsync(bucket);

    public async Task PutAsync(string bucket, string key, string file, TimeSpan? limit = null)
    {
        using var transfer = new TransferUtility(S3);
        await transfer.UploadAsync(file, bucket, key);
    }

    public async Task GetAsync(string bucket, string key, string file, TimeSpan? limit = null)
    {
        using var answer = await S3.GetObjectAsync(bucket, key);
        await answer.WriteResponseStreamToFileAsync(file, append: false, CancellationToken.None);
    }

    public async Task<IReadOnlyCollection<string>> ListAsync(string bucket, string prefix = "")
    {
        var keys = new List<string>();
        var pages = S3.Paginators.ListObjectsV2(new ListObjectsV2Request { BucketName = bucket, Prefix = prefix });
        await foreach (var entry in pages.S3Objects)
        {
            keys.Add(entry.Key);
        }

        return keys;
    }

    public Task DeleteAsync(string bucket, string key) => S3.DeleteObjectAsync(bucket, key);

    public void Dispose() => S3.Dispose();
}
