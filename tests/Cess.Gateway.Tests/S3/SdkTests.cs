using System.Net;
using System.Security.Cryptography;
using Amazon.S3;
using Amazon.S3.Model;
using Amazon.S3.Transfer;

namespace Cess.Gateway.Tests.S3;

/// <summary>What Amazon's own .NET SDK, with its defaults, finds behind the door.</summary>
public sealed class SdkTests : IAsyncLifetime
{
    private const string Bucket = "sdk-bucket";

    private S3Host _host = null!;
    private AmazonS3Client _client = null!;

    public async Task InitializeAsync()
    {
        (_host, _client) = await S3Host.StartWithSdkAsync();
        await _client.PutBucketAsync(Bucket);
    }

    public async Task DisposeAsync()
    {
        _client.Dispose();
        await _host.DisposeAsync();
    }

    [Fact]
    public async Task An_object_comes_back_with_its_bytes_headers_and_metadata()
    {
        byte[] content = RandomNumberGenerator.GetBytes(1_234_567);
        PutObjectRequest put = new()
        {
            BucketName = Bucket, Key = "dir/a b+ü.bin", InputStream = new MemoryStream(content), ContentType = "image/x-test",
            Metadata = { ["colour"] = "blue" }, Headers = { CacheControl = "max-age=5", ContentDisposition = "inline", ContentEncoding = "br" },
        };
        PutObjectResponse stored = await _client.PutObjectAsync(put);
        using GetObjectResponse got = await _client.GetObjectAsync(Bucket, "dir/a b+ü.bin");
        Assert.Equal(content, await ReadAsync(got));
        Assert.Equal(stored.ETag, got.ETag);
        Assert.Equal("image/x-test", got.Headers.ContentType);
        Assert.Equal("max-age=5", got.Headers.CacheControl);
        Assert.Equal("inline", got.Headers.ContentDisposition);
        Assert.Equal("br", got.Headers.ContentEncoding);
        Assert.Equal("blue", got.Metadata["colour"]);
        Assert.Equal(ServerSideEncryptionMethod.AES256, got.ServerSideEncryptionMethod);
    }

    [Theory]
    [InlineData("CRC32")]
    [InlineData("SHA1")]
    [InlineData("SHA256")]
    public async Task A_trailing_checksum_is_echoed_and_given_back(string algorithm)
    {
        PutObjectResponse stored = await _client.PutObjectAsync(new PutObjectRequest
        {
            BucketName = Bucket, Key = "k", InputStream = new MemoryStream(new byte[300_000]), ChecksumAlgorithm = new ChecksumAlgorithm(algorithm),
        });
        GetObjectMetadataResponse head = await _client.GetObjectMetadataAsync(new GetObjectMetadataRequest
        {
            BucketName = Bucket, Key = "k", ChecksumMode = ChecksumMode.ENABLED,
        });
        string Of(string? crc32, string? sha1, string? sha256) =>
            (algorithm == "CRC32" ? crc32 : algorithm == "SHA1" ? sha1 : sha256)!;
        string echoed = Of(stored.ChecksumCRC32, stored.ChecksumSHA1, stored.ChecksumSHA256);
        Assert.NotEmpty(echoed);
        Assert.Equal(echoed, Of(head.ChecksumCRC32, head.ChecksumSHA1, head.ChecksumSHA256));
        Assert.Equal(ChecksumType.FULL_OBJECT, head.ChecksumType);
    }

    [Theory]
    [InlineData("../x")]
    [InlineData("a/../../b")]
    [InlineData("./a")]
    [InlineData("a//b/")]
    [InlineData(" ")]
    [InlineData("%2e%2e/%41")]
    [InlineData("a+b c&d=e?f#g;h")]
    [InlineData("tab\tand\u0001control")]
    [InlineData("ünï/コード/😀")]
    [InlineData("<&>\"'")]
    public async Task A_key_is_kept_byte_for_byte(string key)
    {
        await _client.PutObjectAsync(new PutObjectRequest { BucketName = Bucket, Key = key, ContentBody = key });
        using GetObjectResponse got = await _client.GetObjectAsync(Bucket, key);
        Assert.Equal(key, System.Text.Encoding.UTF8.GetString(await ReadAsync(got)));
        ListObjectsV2Response listed = await _client.ListObjectsV2Async(
            new ListObjectsV2Request { BucketName = Bucket, Encoding = EncodingType.Url });
        Assert.Equal(
            key, Assert.Single(listed.S3Objects).Key is { } encoded && encoded != key ? Uri.UnescapeDataString(encoded) : key);
        await _client.DeleteObjectAsync(Bucket, key);
        Assert.Equal(0, _host.Store.ObjectCount);
    }

    [Fact]
    public async Task A_large_file_goes_up_in_parts_and_comes_down_again()
    {
        byte[] content = RandomNumberGenerator.GetBytes(17 << 20);
        using TransferUtility transfer = new(_client);
        await transfer.UploadAsync(new TransferUtilityUploadRequest
        {
            BucketName = Bucket, Key = "big", InputStream = new MemoryStream(content), PartSize = 5 << 20,
        });
        using GetObjectResponse got = await _client.GetObjectAsync(Bucket, "big");
        Assert.Equal(content, await ReadAsync(got));
        Assert.EndsWith("-4\"", got.ETag, StringComparison.Ordinal);

        using GetObjectResponse part = await _client.GetObjectAsync(
            new GetObjectRequest { BucketName = Bucket, Key = "big", PartNumber = 4 });
        Assert.Equal(content[(15 << 20)..], await ReadAsync(part));
        Assert.Equal(4, part.PartsCount);
    }

    [Fact]
    public async Task Listings_page_roll_up_and_start_where_asked()
    {
        foreach (string key in new[] { "a", "b/1", "b/2", "b/3", "c", "d/1", "e" })
            await _client.PutObjectAsync(new PutObjectRequest { BucketName = Bucket, Key = key, ContentBody = key });
        List<string> names = [];
        ListObjectsV2Request request = new() { BucketName = Bucket, Delimiter = "/", MaxKeys = 2 };
        ListObjectsV2Response page;
        do
        {
            page = await _client.ListObjectsV2Async(request);
            Assert.True(page.KeyCount <= 2);
            names.AddRange((page.S3Objects ?? []).Select(entry => entry.Key));
            names.AddRange(page.CommonPrefixes ?? []);
            request.ContinuationToken = page.NextContinuationToken;
        }
        while (page.IsTruncated == true);
        Assert.Equal(["a", "b/", "c", "d/", "e"], names);

        ListObjectsV2Response after = await _client.ListObjectsV2Async(new ListObjectsV2Request
        {
            BucketName = Bucket, StartAfter = "b/2", Prefix = "b/", FetchOwner = true,
        });
        Assert.Equal("b/3", Assert.Single(after.S3Objects).Key);
        Assert.Equal(S3Host.AccountOf(S3Host.AccessKeyId).ToString(), after.S3Objects[0].Owner.Id);

        ListObjectsResponse first = await _client.ListObjectsAsync(
            new ListObjectsRequest { BucketName = Bucket, Delimiter = "/", MaxKeys = 2 });
        Assert.Equal("b/", first.NextMarker);
        ListObjectsResponse second = await _client.ListObjectsAsync(
            new ListObjectsRequest { BucketName = Bucket, Delimiter = "/", MaxKeys = 2, Marker = first.NextMarker });
        Assert.Equal("c", Assert.Single(second.S3Objects).Key);
        Assert.Equal("d/", Assert.Single(second.CommonPrefixes));
    }

    [Fact]
    public async Task A_batch_delete_tells_what_it_deleted()
    {
        await _client.PutObjectAsync(new PutObjectRequest { BucketName = Bucket, Key = "there", ContentBody = "x" });
        DeleteObjectsResponse deleted = await _client.DeleteObjectsAsync(new DeleteObjectsRequest
        {
            BucketName = Bucket, Objects = [new() { Key = "there" }, new() { Key = "not there" }],
        });
        Assert.Equal(["there", "not there"], deleted.DeletedObjects.Select(entry => entry.Key));
        Assert.Equal(0, _host.Store.ObjectCount);
    }

    [Fact]
    public async Task A_copy_has_the_sources_metadata_or_its_own()
    {
        await _client.PutObjectAsync(new PutObjectRequest
        {
            BucketName = Bucket, Key = "source +ü", ContentBody = "body", ContentType = "text/x", Metadata = { ["a"] = "1" },
        });
        CopyObjectResponse copied = await _client.CopyObjectAsync(Bucket, "source +ü", Bucket, "copy");
        GetObjectMetadataResponse copy = await _client.GetObjectMetadataAsync(Bucket, "copy");
        Assert.Equal(copy.ETag, copied.ETag);
        Assert.Equal("1", copy.Metadata["a"]);
        Assert.Equal("text/x", copy.Headers.ContentType);

        await _client.CopyObjectAsync(new CopyObjectRequest
        {
            SourceBucket = Bucket, SourceKey = "copy", DestinationBucket = Bucket, DestinationKey = "copy",
            MetadataDirective = S3MetadataDirective.REPLACE, ContentType = "text/y", Metadata = { ["b"] = "2" },
        });
        GetObjectMetadataResponse replaced = await _client.GetObjectMetadataAsync(Bucket, "copy");
        Assert.Equal(["x-amz-meta-b"], replaced.Metadata.Keys);
        Assert.Equal("text/y", replaced.Headers.ContentType);

        AmazonS3Exception refused = await Assert.ThrowsAsync<AmazonS3Exception>(() =>
            _client.CopyObjectAsync(Bucket, "copy", Bucket, "copy"));
        Assert.Equal("InvalidRequest", refused.ErrorCode);
    }

    [Fact]
    public async Task Parts_can_be_copied_listed_aborted_and_completed_twice()
    {
        byte[] content = RandomNumberGenerator.GetBytes(6 << 20);
        await _client.PutObjectAsync(
            new PutObjectRequest { BucketName = Bucket, Key = "source", InputStream = new MemoryStream(content) });
        string uploadId = (await _client.InitiateMultipartUploadAsync(Bucket, "target")).UploadId;
        CopyPartResponse first = await _client.CopyPartAsync(new CopyPartRequest
        {
            SourceBucket = Bucket, SourceKey = "source", DestinationBucket = Bucket, DestinationKey = "target", UploadId = uploadId,
            PartNumber = 1,
        });
        CopyPartResponse second = await _client.CopyPartAsync(new CopyPartRequest
        {
            SourceBucket = Bucket, SourceKey = "source", DestinationBucket = Bucket, DestinationKey = "target", UploadId = uploadId,
            PartNumber = 2, FirstByte = 10, LastByte = 19,
        });
        ListPartsResponse parts = await _client.ListPartsAsync(
            new ListPartsRequest { BucketName = Bucket, Key = "target", UploadId = uploadId, MaxParts = 1 });
        Assert.True(parts.IsTruncated);
        Assert.Equal(first.ETag, Assert.Single(parts.Parts).ETag);
        Assert.Equal(1, parts.NextPartNumberMarker);
        ListMultipartUploadsResponse uploads = await _client.ListMultipartUploadsAsync(Bucket);
        Assert.Equal("target", Assert.Single(uploads.MultipartUploads).Key);

        CompleteMultipartUploadRequest complete = new()
        {
            BucketName = Bucket, Key = "target", UploadId = uploadId,
            PartETags = [new PartETag(1, first.ETag), new PartETag(2, second.ETag)],
        };
        CompleteMultipartUploadResponse done = await _client.CompleteMultipartUploadAsync(complete);
        Assert.Equal(done.ETag, (await _client.CompleteMultipartUploadAsync(complete)).ETag);
        using GetObjectResponse got = await _client.GetObjectAsync(Bucket, "target");
        byte[] expected = [.. content, .. content[10..20]];
        Assert.Equal(expected, await ReadAsync(got));

        string aborted = (await _client.InitiateMultipartUploadAsync(Bucket, "target")).UploadId;
        await _client.AbortMultipartUploadAsync(Bucket, "target", aborted);
        await AssertErrorAsync("NoSuchUpload", 404, () => _client.ListPartsAsync(Bucket, "target", aborted));
    }

    [Fact]
    public async Task Conditional_writes_replace_nothing_that_they_should_not()
    {
        PutObjectResponse first = await _client.PutObjectAsync(
            new PutObjectRequest { BucketName = Bucket, Key = "k", ContentBody = "1" });
        await AssertErrorAsync("PreconditionFailed", 412, () => _client.PutObjectAsync(
            new PutObjectRequest { BucketName = Bucket, Key = "k", ContentBody = "2", IfNoneMatch = "*" }));
        await AssertErrorAsync("PreconditionFailed", 412, () => _client.PutObjectAsync(
            new PutObjectRequest { BucketName = Bucket, Key = "k", ContentBody = "2", IfMatch = "\"0000\"" }));
        await _client.PutObjectAsync(
            new PutObjectRequest { BucketName = Bucket, Key = "k", ContentBody = "3", IfMatch = first.ETag });
        using GetObjectResponse got = await _client.GetObjectAsync(Bucket, "k");
        Assert.Equal("3"u8.ToArray(), await ReadAsync(got));
    }

    [Fact]
    public async Task Buckets_are_made_listed_and_deleted_once()
    {
        await AssertErrorAsync("BucketAlreadyOwnedByYou", 409, () => _client.PutBucketAsync(Bucket));
        await AssertErrorAsync("InvalidBucketName", 400, () => _client.PutBucketAsync("No_Good"));
        Assert.Equal(Bucket, Assert.Single((await _client.ListBucketsAsync()).Buckets).BucketName);
        Assert.Equal("", (await _client.GetBucketLocationAsync(Bucket)).Location?.Value ?? "");
        await _client.PutObjectAsync(new PutObjectRequest { BucketName = Bucket, Key = "k", ContentBody = "1" });
        await AssertErrorAsync("BucketNotEmpty", 409, () => _client.DeleteBucketAsync(Bucket));
        await _client.DeleteObjectAsync(Bucket, "k");
        await _client.DeleteBucketAsync(Bucket);
        await AssertErrorAsync("NoSuchBucket", 404, () => _client.DeleteBucketAsync(Bucket));
    }

    [Fact]
    public async Task A_presigned_URL_needs_no_credential()
    {
        await _client.PutObjectAsync(new PutObjectRequest { BucketName = Bucket, Key = "a b+c", ContentBody = "body" });
        string url = await _client.GetPreSignedURLAsync(new GetPreSignedUrlRequest
        {
            BucketName = Bucket, Key = "a b+c", Expires = DateTime.UtcNow.AddMinutes(5), Protocol = Protocol.HTTP,
        });
        Assert.Equal("body", await _host.Http.GetStringAsync(new Uri(url)));
    }

    [Fact]
    public async Task Attributes_are_those_of_the_object()
    {
        await _client.PutObjectAsync(new PutObjectRequest { BucketName = Bucket, Key = "k", ContentBody = "body" });
        GetObjectAttributesResponse attributes = await _client.GetObjectAttributesAsync(new GetObjectAttributesRequest
        {
            BucketName = Bucket, Key = "k", ObjectAttributes = [ObjectAttributes.ETag, ObjectAttributes.ObjectSize, ObjectAttributes.Checksum],
        });
        Assert.Equal(4, attributes.ObjectSize);
        Assert.Equal("841a2d689ad86bd1611447453c22c6fc", attributes.ETag);
        Assert.NotNull(attributes.Checksum.ChecksumCRC32);
    }

    private static async Task<byte[]> ReadAsync(GetObjectResponse response)
    {
        using MemoryStream content = new();
        await response.ResponseStream.CopyToAsync(content);
        return content.ToArray();
    }

    private static async Task AssertErrorAsync(string code, int status, Func<Task> call)
    {
        AmazonS3Exception error = await Assert.ThrowsAnyAsync<AmazonS3Exception>(call);
        Assert.Equal(code, error.ErrorCode);
        Assert.Equal((HttpStatusCode)status, error.StatusCode);
        Assert.NotEmpty(error.RequestId);
    }
}
