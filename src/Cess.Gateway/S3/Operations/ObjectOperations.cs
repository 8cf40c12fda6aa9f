using System.Globalization;
using Cess.Gateway.Objects;
using Cess.Gateway.S3.Payloads;
using Cess.Gateway.S3.Xml;
using Microsoft.AspNetCore.Http;

namespace Cess.Gateway.S3.Operations;

/// <summary>Operations that write or delete single objects, and those on their few settings.</summary>
internal sealed class ObjectOperations(IObjectStore store)
{
    public Task PutAsync(S3Request request) => request.WithContentAsync(async content =>
    {
        CheckPutSize(content);
        PutOptions options = StoredHeaders.ReadOptions(request) with
        {
            ContentLength = content.ContentLength,
            Md5 = content.Md5,
            TrailingHeaders = content.ChecksumHeaders,
        };
        PutResult result = await store.PutAsync(request.Caller, request.Bucket, request.Key, content, options, request.Aborted);
        WriteResult(request.Response.Headers, result);
        StoredHeaders.WriteChecksum(request.Response.Headers, content.ChecksumHeaders());
        request.AnswerEmpty(StatusCodes.Status200OK);
        return result;
    });

    public async Task DeleteAsync(S3Request request)
    {
        CheckVersion(request.Query.Get("versionId"));
        if (request.Headers.IfMatch.Count > 0)
            throw WriteHeaders.HeaderNotImplemented("If-Match");
        await store.DeleteAsync(request.Caller, request.Bucket, request.Key, request.Aborted);
        request.AnswerEmpty(StatusCodes.Status204NoContent);
    }

    public async Task GetAclAsync(S3Request request)
    {
        await store.HeadAsync(request.Caller, request.Bucket, request.Key, request.Aborted);
        await request.AnswerAsync(AccessControl.Describe(request));
    }

    public async Task PutAclAsync(S3Request request)
    {
        await AccessControl.CheckAsync(request);
        await store.HeadAsync(request.Caller, request.Bucket, request.Key, request.Aborted);
        request.AnswerEmpty(StatusCodes.Status200OK);
    }

    public async Task GetTaggingAsync(S3Request request)
    {
        await store.HeadAsync(request.Caller, request.Bucket, request.Key, request.Aborted);
        await request.AnswerAsync(XmlText.Begin("Tagging").Open("TagSet").Close("TagSet").Close("Tagging"));
    }

    public async Task GetLockSettingAsync(S3Request request)
    {
        await store.HeadAsync(request.Caller, request.Bucket, request.Key, request.Aborted);
        throw new S3Exception(S3Errors.NoSuchObjectLockConfiguration);
    }

    /// <summary>What PutObject, CopyObject and CompleteMultipartUpload say of the object that they made.</summary>
    public static void WriteResult(IHeaderDictionary headers, PutResult result)
    {
        headers.ETag = StoredHeaders.Quote(result.ETag);
        headers[WriteHeaders.Encryption] = WriteHeaders.Aes256;
        headers[WriteHeaders.FileId] = result.FileId;
        headers[WriteHeaders.Height] = result.Height.ToString(CultureInfo.InvariantCulture);
    }

    /// <exception cref="S3Exception">EntityTooLarge.</exception>
    public static void CheckPutSize(RequestContent content)
    {
        if (content.ContentLength > S3Limits.PutBytesMax)
        {
            throw new S3Exception(
                S3Errors.EntityTooLarge, null,
                ("ProposedSize", content.ContentLength.ToString(CultureInfo.InvariantCulture)),
                ("MaxSizeAllowed", S3Limits.PutBytesMax.ToString(CultureInfo.InvariantCulture)));
        }
    }

    /// <summary>Buckets have no versions; the one there is, S3 calls "null".</summary>
    /// <exception cref="S3Exception">NoSuchVersion.</exception>
    public static void CheckVersion(string? versionId)
    {
        if (versionId is not (null or "null"))
            throw new S3Exception(S3Errors.NoSuchVersion, null, ("VersionId", versionId));
    }
}
