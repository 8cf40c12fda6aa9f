using System.Net;
using Amazon.Runtime;
using Amazon.S3;

namespace Cess.Blobs.S3;

/// <summary>Says what an error of an S3 server, or of the way to it, means to a blob's caller.</summary>
internal static class S3Errors
{
    /// <summary>Whether a call to the server can throw it. A cancellation that the caller didn't ask for is a time-out.</summary>
    public static bool IsRemote(Exception e, CancellationToken cancellation) =>
        e is AmazonServiceException or AmazonClientException or HttpRequestException or IOException
        || (e is OperationCanceledException && !cancellation.IsCancellationRequested);

    public static bool IsNotFound(Exception e) =>
        e is AmazonS3Exception { StatusCode: HttpStatusCode.NotFound, ErrorCode: not "NoSuchBucket" };

    public static bool IsPastTheEnd(Exception e) =>
        e is AmazonS3Exception { StatusCode: HttpStatusCode.RequestedRangeNotSatisfiable };

    public static BlobException Explain(Exception e, string what) => new(CodeOf(e), $"{what}: {e.Message}", e);

    private static BlobError CodeOf(Exception e)
    {
        if (e is AmazonClientException)
            return CodeOfClient(e);
        if (e is not AmazonServiceException s3)
            return BlobError.Transient;
        return s3.ErrorCode switch
        {
            "NoSuchBucket" or "InvalidBucketName" or "PermanentRedirect" => BlobError.InvalidConfiguration,
            "EntityTooLarge" => BlobError.TooLarge,
            "QuotaExceeded" or "XMinioStorageFull" or "StorageFull" => BlobError.Full,
            "BadDigest" or "XAmzContentSHA256Mismatch" or "IncompleteBody" or "RequestTimeout" or "SlowDown" => BlobError.Transient,
            _ => CodeOfStatus((int)s3.StatusCode),
        };
    }

    /// <summary>An error on this side, before or without an answer: no keys to sign with, or no way to the server.</summary>
    private static BlobError CodeOfClient(Exception e) =>
        e.InnerException is HttpRequestException or IOException or OperationCanceledException
            ? BlobError.Transient
            : BlobError.AccessDenied;

    private static BlobError CodeOfStatus(int status) => status switch
    {
        401 or 403 => BlobError.AccessDenied,
        404 => BlobError.NotFound,
        408 or 409 or 429 => BlobError.Transient,
        507 => BlobError.Full,
        >= 400 and < 500 => BlobError.InvalidConfiguration,
        _ => BlobError.Transient,
    };
}
