using Amazon.S3;
using Amazon.S3.Model;
using Cess.EndToEnd.Network;
using Cess.TestNetwork;

namespace Cess.EndToEnd.Clients;

/// <summary>The battery through the AWS command line, and what only it does.</summary>
[Needs(Needs.Aws)]
public sealed class AwsCliTests(NetworkFixture network) : ClientBattery(network)
{
    [ClientFact]
    public async Task Sync_brings_a_folder_there_and_back()
    {
        var aws = (AwsCli)Client;
        var tree = FileTree.Create(this["tree"]);
        await aws.SucceedAsync(["s3", "sync", "--no-progress", tree.Root, $"s3://{Bucket}/tree"]);
        await aws.SucceedAsync(["s3", "sync", "--no-progress", $"s3://{Bucket}/tree", this["back"]]);
        tree.AssertSameAs(this["back"]);
    }

    [ClientFact]
    public async Task The_error_of_a_missing_object_is_named()
    {
        var run = await ((AwsCli)Client).RunAsync(["s3api", "get-object", "--bucket", Bucket, "--key", "nothing", this["never"]]);
        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains("NoSuchKey", run.Errors, StringComparison.Ordinal);
    }

    internal override IStorageClient Connect(NodeProcess node, TemporaryFolder folder) => new AwsCli(node);
}

/// <summary>The battery through rclone, and what only it does.</summary>
[Needs(Needs.Rclone)]
public sealed class RcloneTests(NetworkFixture network) : ClientBattery(network)
{
    [ClientFact]
    public async Task Sync_makes_both_sides_the_same_and_check_agrees()
    {
        var rclone = (Rclone)Client;
        var (tree, remote) = (FileTree.Create(this["tree"]), Rclone.Remote(Bucket, "tree"));
        await rclone.SucceedAsync(["sync", tree.Root, remote]);
        await rclone.SucceedAsync(["check", "--download", tree.Root, remote]);

        tree.DeleteOne();
        await rclone.SucceedAsync(["sync", tree.Root, remote]);
        await rclone.SucceedAsync(["check", tree.Root, remote]);

        await rclone.SucceedAsync(["sync", remote, this["back"]]);
        tree.AssertSameAs(this["back"]);
    }

    [ClientFact]
    public async Task A_second_sync_finds_nothing_to_transfer()
    {
        var rclone = (Rclone)Client;
        var (tree, remote) = (FileTree.Create(this["tree"]), Rclone.Remote(Bucket, "tree"));
        await rclone.SucceedAsync(["sync", tree.Root, remote]);
        var second = await rclone.SucceedAsync(["sync", "-v", tree.Root, remote]);
        Assert.DoesNotContain("Copied", second.Errors, StringComparison.Ordinal);
    }

    internal override IStorageClient Connect(NodeProcess node, TemporaryFolder folder) => new Rclone(node);
}

/// <summary>The battery through s3cmd, and what only it does.</summary>
[Needs(Needs.S3Cmd)]
public sealed class S3CmdTests(NetworkFixture network) : ClientBattery(network)
{
    [ClientFact]
    public async Task Sync_brings_a_folder_there_and_back()
    {
        var s3cmd = (S3Cmd)Client;
        var tree = FileTree.Create(this["tree"]);
        Directory.CreateDirectory(this["back"]);
        await s3cmd.SucceedAsync(["sync", tree.Root + "/", $"s3://{Bucket}/tree/"]);
        await s3cmd.SucceedAsync(["sync", $"s3://{Bucket}/tree/", this["back"] + "/"]);
        tree.AssertSameAs(this["back"]);
    }

    internal override IStorageClient Connect(NodeProcess node, TemporaryFolder folder) => new S3Cmd(node, folder);
}

/// <summary>The battery through the AWS SDK for JavaScript.</summary>
[Needs(Needs.JavaScript)]
public sealed class JavaScriptSdkTests(NetworkFixture network) : ClientBattery(network)
{
    internal override IStorageClient Connect(NodeProcess node, TemporaryFolder folder) => new JavaScriptSdk(node);
}

/// <summary>The battery through the AWS SDK for .NET, and what only it does.</summary>
public sealed class DotNetSdkTests(NetworkFixture network) : ClientBattery(network)
{
    private AmazonS3Client S3 => ((DotNetSdk)Client).S3;

    [Theory]
    [InlineData("CRC32")]
    [InlineData("SHA1")]
    [InlineData("SHA256")]
    public async Task An_upload_is_checked_with_the_checksum_that_the_client_chose(string algorithm)
    {
        var content = new PseudoRandomContent(1, 200_000);
        await S3.PutObjectAsync(new PutObjectRequest
        {
            BucketName = Bucket,
            Key = "checked",
            InputStream = content.OpenRead(),
            ChecksumAlgorithm = ChecksumAlgorithm.FindValue(algorithm),
        });
        using var back = await S3.GetObjectAsync(Bucket, "checked");
        Assert.Null(content.DifferenceTo(back.ResponseStream));
    }

    [Fact]
    public async Task Metadata_and_headers_come_back_as_given()
    {
        var put = new PutObjectRequest { BucketName = Bucket, Key = "described", ContentBody = "text", ContentType = "text/x-test" };
        put.Metadata["colour"] = "blue green";
        put.Headers.CacheControl = "max-age=60";
        await S3.PutObjectAsync(put);

        var facts = await S3.GetObjectMetadataAsync(Bucket, "described");
        Assert.Equal("blue green", facts.Metadata["colour"]);
        Assert.Equal("text/x-test", facts.Headers.ContentType);
        Assert.Equal("max-age=60", facts.Headers.CacheControl);
        Assert.Equal(4, facts.ContentLength);
    }

    [Fact]
    public async Task An_aborted_multipart_upload_leaves_nothing()
    {
        var begun = await S3.InitiateMultipartUploadAsync(Bucket, "aborted");
        await S3.UploadPartAsync(new UploadPartRequest
        {
            BucketName = Bucket,
            Key = "aborted",
            UploadId = begun.UploadId,
            PartNumber = 1,
            InputStream = new PseudoRandomContent(2, 5 << 20).OpenRead(),
        });
        await S3.AbortMultipartUploadAsync(Bucket, "aborted", begun.UploadId);

        Assert.Empty(await Client.ListAsync(Bucket));
        var left = await S3.ListMultipartUploadsAsync(Bucket);
        Assert.Empty(left.MultipartUploads ?? []);
    }

    [Fact]
    public async Task A_delimiter_rolls_keys_up_into_folders()
    {
        foreach (var key in (string[])["top", "a/1", "a/b/2", "c/3"])
        {
            await Network.S3.PutAsync(Bucket, key, new byte[] { 1 });
        }

        var page = await S3.ListObjectsV2Async(new ListObjectsV2Request { BucketName = Bucket, Delimiter = "/" });
        Assert.Equal(["top"], page.S3Objects.Select(entry => entry.Key));
        Assert.Equal(["a/", "c/"], page.CommonPrefixes);
    }

    [Fact]
    public async Task Buckets_are_listed_and_only_empty_ones_can_be_deleted()
    {
        await Network.S3.PutAsync(Bucket, "in-the-way", new byte[] { 1 });
        Assert.Contains((await S3.ListBucketsAsync()).Buckets, bucket => bucket.BucketName == Bucket);
        var refused = await Assert.ThrowsAsync<AmazonS3Exception>(() => S3.DeleteBucketAsync(Bucket));
        Assert.Equal("BucketNotEmpty", refused.ErrorCode);

        await S3.DeleteObjectAsync(Bucket, "in-the-way");
        await S3.DeleteBucketAsync(Bucket);
        Assert.DoesNotContain((await S3.ListBucketsAsync()).Buckets ?? [], bucket => bucket.BucketName == Bucket);
    }

    internal override IStorageClient Connect(NodeProcess node, TemporaryFolder folder) => new DotNetSdk(node);
}
