using System.Net;
using Amazon.Runtime;
using Amazon.S3;
using Cess.Blobs.S3;

namespace Cess.Blobs.Tests;

/// <summary>Error codes as Amazon documents them (API reference, "Error responses"), and as other servers give them.</summary>
public sealed class S3ErrorTests
{
    [Theory]
    [InlineData("NoSuchKey", 404, BlobError.NotFound)]
    [InlineData("NoSuchBucket", 404, BlobError.InvalidConfiguration)]
    [InlineData("AccessDenied", 403, BlobError.AccessDenied)]
    [InlineData("InvalidAccessKeyId", 403, BlobError.AccessDenied)]
    [InlineData("SignatureDoesNotMatch", 403, BlobError.AccessDenied)]
    [InlineData("EntityTooLarge", 400, BlobError.TooLarge)]
    [InlineData("BadDigest", 400, BlobError.Transient)]
    [InlineData("RequestTimeout", 400, BlobError.Transient)]
    [InlineData("InvalidRequest", 400, BlobError.InvalidConfiguration)]
    [InlineData("OperationAborted", 409, BlobError.Transient)]
    [InlineData("TooManyRequests", 429, BlobError.Transient)]
    [InlineData("InternalError", 500, BlobError.Transient)]
    [InlineData("SlowDown", 503, BlobError.Transient)]
    [InlineData("ServiceUnavailable", 503, BlobError.Transient)]
    [InlineData("XMinioStorageFull", 507, BlobError.Full)]
    [InlineData("InsufficientStorage", 507, BlobError.Full)]
    [InlineData("QuotaExceeded", 403, BlobError.Full)]
    public void An_answer_of_the_server_becomes_the_error_it_means(string code, int status, BlobError expected)
    {
        var answer = new AmazonS3Exception("told so") { ErrorCode = code, StatusCode = (HttpStatusCode)status };
        Assert.True(S3Errors.IsRemote(answer, CancellationToken.None));
        Assert.Equal(expected, S3Errors.Explain(answer, "A call failed").Error);
    }

    [Fact]
    public void No_way_to_the_server_is_a_passing_error_and_no_keys_are_a_lasting_one()
    {
        Assert.Equal(BlobError.Transient, S3Errors.Explain(new HttpRequestException("refused"), "A call failed").Error);
        Assert.Equal(BlobError.Transient, S3Errors.Explain(new IOException("reset"), "A call failed").Error);
        Assert.Equal(
            BlobError.AccessDenied, S3Errors.Explain(new AmazonClientException("no credentials found"), "A call failed").Error);
    }

    [Fact]
    public void A_time_out_is_an_error_of_the_server_and_a_cancellation_is_not()
    {
        var cancelled = new CancellationToken(canceled: true);
        Assert.True(S3Errors.IsRemote(new TaskCanceledException(), CancellationToken.None));
        Assert.False(S3Errors.IsRemote(new TaskCanceledException(), cancelled));
    }

    [Fact]
    public void Credentials_do_not_show_their_secret()
    {
        string shown = new S3BlobOptions("bucket") { Credentials = new S3Credentials("access", "secret", "token") }.ToString();
        Assert.Contains("access", shown);
        Assert.DoesNotContain("secret", shown);
        Assert.DoesNotContain("token", shown);
    }
}
