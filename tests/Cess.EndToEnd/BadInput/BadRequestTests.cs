using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Cess.EndToEnd.Network;
using Cess.TestNetwork;

namespace Cess.EndToEnd.BadInput;

/// <summary>Every bad request gets S3's own coded error, and nothing is lost or left behind by it.</summary>
[Collection(SharedNetwork.Name)]
public sealed class BadRequestTests(NetworkFixture network) : IAsyncLifetime
{
    private static readonly byte[] Old = "the old object"u8.ToArray();
    private static readonly byte[] New = new PseudoRandomContent(7, 200_000).ToArray();

    private string _bucket = "";

    private NodeInfo Node => network.Node.Info;

    private S3Signer Signer => S3Signer.Of(Node);

    private string Path => $"/{_bucket}/object";

    private RawRequest Put => new() { Method = "PUT", Path = Path, Body = New };

    private RawRequest Get => new() { Method = "GET", Path = Path };

    public async Task InitializeAsync()
    {
        _bucket = await network.NewBucketAsync();
        await network.S3.PutAsync(_bucket, "object", Old);
    }

    /// <summary>Whatever a test has sent, what was there before is there unchanged, alone.</summary>
    public async Task DisposeAsync()
    {
        Assert.Equal(Old, await network.S3.GetAsync(_bucket, "object"));
        var listing = await Send(new RawRequest { Method = "GET", Path = $"/{_bucket}", Query = "list-type=2" });
        Assert.Contains("<KeyCount>1</KeyCount>", listing.Text, StringComparison.Ordinal);
    }

    [Fact]
    public Task A_wrong_signature_is_refused() =>
        ExpectAsync(Put with { Tamper = authorization => Flip(authorization) }, 403, "SignatureDoesNotMatch");

    [Fact]
    public async Task A_wrong_secret_is_refused()
    {
        var response = await Put.SendAsync(Node, new S3Signer(Node.AccessKeyId, "not-the-secret"));
        response.AssertError(403, "SignatureDoesNotMatch");
    }

    [Fact]
    public async Task An_unknown_access_key_is_refused()
    {
        var response = await Get.SendAsync(Node, new S3Signer("AKIAUNKNOWNUNKNOWN0", Node.SecretAccessKey));
        response.AssertError(403, "InvalidAccessKeyId");
    }

    [Fact]
    public async Task A_request_without_signature_is_refused() => (await Get.SendAsync(Node, signer: null)).AssertError(403, "AccessDenied");

    [Theory]
    [InlineData(-16)]
    [InlineData(16)]
    public Task A_clock_that_is_off_by_more_than_15_minutes_is_refused(int minutes) =>
        ExpectAsync(Put with { At = DateTimeOffset.UtcNow.AddMinutes(minutes) }, 403, "RequestTimeTooSkewed");

    [Fact]
    public Task An_unknown_bucket_is_named_as_such() => ExpectAsync(Put with { Path = "/no-such-bucket/object" }, 404, "NoSuchBucket");

    [Fact]
    public Task An_unknown_key_is_named_as_such() => ExpectAsync(Get with { Path = $"/{_bucket}/nothing" }, 404, "NoSuchKey");

    [Theory]
    [InlineData("/UPPER")]
    [InlineData("/ab")]
    [InlineData("/192.168.0.1")]
    [InlineData("/two..dots")]
    [InlineData("/-dash")]
    public Task A_bucket_name_that_breaks_the_rules_is_refused(string path) =>
        ExpectAsync(Put with { Path = path, Body = [] }, 400, "InvalidBucketName");

    [Fact]
    public Task A_key_over_1024_bytes_is_refused() =>
        ExpectAsync(Put with { Path = $"/{_bucket}/{new string('k', 1025)}" }, 400, "KeyTooLongError");

    [Fact]
    public Task Metadata_over_its_bound_is_refused() =>
        ExpectAsync(Put with { Headers = new Dictionary<string, string> { ["x-amz-meta-long"] = new('m', 3_000) } }, 400, "MetadataTooLarge");

    [Fact]
    public async Task Headers_beyond_what_a_server_reads_are_refused()
    {
        var response = await Send(Put with { Headers = new Dictionary<string, string> { ["x-amz-meta-long"] = new('m', 200_000) } });
        Assert.InRange(response.Status, 400, 431);
        response.AssertNoStackTrace();
    }

    [Theory]
    [InlineData("object")]
    [InlineData("another")]
    public async Task A_body_that_ends_early_leaves_nothing(string key)
    {
        var cut = Put with { ContentLength = New.Length + 1_000, Path = $"/{_bucket}/{key}" };
        var response = await cut.SendAndEndEarlyAsync(Node, Signer);
        Assert.NotEqual(200, response?.Status);
        await cut.SendAndHangUpAsync(Node, Signer);
    }

    [Fact]
    public Task A_body_that_is_not_what_was_signed_is_refused() =>
        ExpectAsync(Put with { PayloadHash = S3Signer.Sha256(Old) }, 400, "XAmzContentSHA256Mismatch");

    [Fact]
    public Task A_body_that_is_not_what_its_md5_says_is_refused() => ExpectAsync(
        Put with { Headers = new Dictionary<string, string> { ["content-md5"] = Md5(Old) } },
        400, "BadDigest");

    [Fact]
    public async Task A_wrong_trailing_checksum_is_refused()
    {
        var response = await Send(Chunked($"{New.Length:x}\r\n", "\r\n0\r\nx-amz-checksum-sha256:" + Convert.ToBase64String(SHA256.HashData(Old)) + "\r\n\r\n"));
        Assert.Equal(400, response.Status);
        Assert.Contains(response.Code, (string[])["BadDigest", "XAmzContentChecksumMismatch"]);
        response.AssertNoStackTrace();
    }

    [Fact]
    public async Task Chunks_that_break_off_leave_nothing()
    {
        var response = await Send(Chunked($"{New.Length:x}\r\n", "\r\n"));
        Assert.Equal(400, response.Status);
        Assert.Contains(response.Code, (string[])["IncompleteBody", "MalformedTrailerError", "InvalidRequest"]);
        response.AssertNoStackTrace();
    }

    [Fact]
    public async Task A_chunk_that_claims_more_than_memory_is_refused()
    {
        var response = await Send(Chunked("ffffffffffffffff\r\n", "\r\n0\r\n\r\n"));
        Assert.InRange(response.Status, 400, 499);
        Assert.NotEqual("", response.Code);
        response.AssertNoStackTrace();
    }

    [Theory]
    [InlineData("<CompleteMultipartUpload><Part>")]
    [InlineData("<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><Delete><Object><Key>&e;</Key></Object></Delete>")]
    [InlineData("not xml at all")]
    public Task A_document_that_is_not_well_formed_is_refused(string document) => ExpectAsync(
        new RawRequest
        {
            Method = "POST",
            Path = $"/{_bucket}",
            Query = "delete=",
            Body = Encoding.UTF8.GetBytes(document),
            Headers = new Dictionary<string, string> { ["content-md5"] = Md5(Encoding.UTF8.GetBytes(document)) },
        },
        400, "MalformedXML");

    [Fact]
    public Task Completing_an_upload_that_never_began_is_refused() => ExpectAsync(
        new RawRequest
        {
            Method = "POST",
            Path = Path,
            Query = "uploadId=never",
            Body = "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>0</ETag></Part></CompleteMultipartUpload>"u8.ToArray(),
        },
        404, "NoSuchUpload");

    private Task<RawResponse> Send(RawRequest request) => request.SendAsync(Node, Signer);

    private async Task ExpectAsync(RawRequest request, int status, string code) => (await Send(request)).AssertError(status, code);

    private RawRequest Chunked(string before, string after) => Put with
    {
        Body = [.. Encoding.ASCII.GetBytes(before), .. New, .. Encoding.ASCII.GetBytes(after)],
        PayloadHash = "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
        Headers = new Dictionary<string, string>
        {
            ["content-encoding"] = "aws-chunked",
            ["x-amz-decoded-content-length"] = $"{New.Length}",
            ["x-amz-trailer"] = "x-amz-checksum-sha256",
        },
    };

    [SuppressMessage("Security", "CA5351", Justification = "S3 defines Content-MD5.")]
    private static string Md5(byte[] content) => Convert.ToBase64String(MD5.HashData(content));

    private static string Flip(string authorization) => authorization[..^1] + (authorization[^1] == '0' ? '1' : '0');
}
