using Cess.Gateway.Objects;
using Cess.Gateway.S3.Checksums;
using Cess.Gateway.S3.Payloads;
using Cess.Gateway.S3.Xml;

namespace Cess.Gateway.S3.Operations;

/// <summary>CopyObject and UploadPartCopy: the source is read and written again inside this node, as a stream.</summary>
internal sealed class CopyOperations(IObjectStore store, TimeProvider clock)
{
    public async Task CopyAsync(S3Request request)
    {
        CopySource source = CopySource.Read(request);
        PutOptions asked = StoredHeaders.ReadOptions(request);
        bool replacesMetadata = IsReplace(request, "x-amz-metadata-directive");
        IsReplace(request, "x-amz-tagging-directive");
        if (source == new CopySource(request.Bucket, request.Key) && !replacesMetadata && asked.Policy is null)
        {
            throw new S3Exception(
                S3Errors.InvalidRequest,
                "This copy request is illegal because it is trying to copy an object to itself without changing the object's "
                + "metadata, storage class, website redirect location or encryption attributes.");
        }

        await using IObjectReader reader = await source.OpenAsync(store, request);
        ObjectInfo info = reader.Info;
        CheckSourceSize(info.Length);
        ChecksumAlgorithm? algorithm = AlgorithmOf(request, info);
        IReadOnlyDictionary<string, string> checksum = new Dictionary<string, string>();
        PutResult result = await Transfer.RunAsync(
            reader,
            new ByteRange(0, info.Length),
            async (content, cancellation) =>
            {
                using ChecksummedStream? checksummed = algorithm is null ? null : new ChecksummedStream(content, algorithm);
                PutOptions options = asked with
                {
                    ContentLength = info.Length,
                    Headers = replacesMetadata ? asked.Headers : WithoutChecksum(info.Headers),
                    Metadata = replacesMetadata ? asked.Metadata : info.Metadata,
                    TrailingHeaders = () => checksum = checksummed?.Headers() ?? checksum,
                };
                return await store.PutAsync(
                    request.Caller, request.Bucket, request.Key, checksummed ?? content, options, cancellation);
            },
            request.Aborted);

        ObjectOperations.WriteResult(request.Response.Headers, result);
        XmlText xml = XmlText.Begin("CopyObjectResult").Element("LastModified", clock.GetUtcNow()).ETag(result.ETag);
        if (StoredHeaders.FindChecksum(checksum) is { } made)
            xml.Element(made.Algorithm.Element, made.Value).Element("ChecksumType", StoredHeaders.TypeName(made.Value));
        await request.AnswerAsync(xml.Close("CopyObjectResult"));
    }

    public async Task UploadPartCopyAsync(S3Request request)
    {
        (string uploadId, int number) = MultipartOperations.ReadPart(request);
        WriteHeaders.CheckCustomerKey(request.Headers);
        CopySource source = CopySource.Read(request);
        await using IObjectReader reader = await source.OpenAsync(store, request);
        ByteRange range = request.Header("x-amz-copy-source-range") is { } header
            ? ByteRange.ReadCopySource(header, reader.Info.Length)
            : new ByteRange(0, reader.Info.Length);
        CheckSourceSize(range.Length);
        PartInfo part = await Transfer.RunAsync(
            reader,
            range,
            (content, cancellation) => store.PutPartAsync(
                request.Caller, request.Bucket, request.Key, uploadId, number, content, new PartOptions(range.Length, Md5: null),
                cancellation),
            request.Aborted);
        await request.AnswerAsync(
            XmlText.Begin("CopyPartResult").Element("LastModified", part.LastModified).ETag(part.ETag).Close("CopyPartResult"));
    }

    /// <summary>
    /// What to compute over the copied bytes: the algorithm that the client names, or that of the source's checksum, as S3
    /// does. The copy of a multipart object has one part, so its composite checksum would be wrong.
    /// </summary>
    private static ChecksumAlgorithm? AlgorithmOf(S3Request request, ObjectInfo source)
    {
        string? named = request.Header("x-amz-checksum-algorithm");
        if (named is null)
            return StoredHeaders.FindChecksum(source.Headers)?.Algorithm;
        return ChecksumAlgorithm.TryByName(named, out ChecksumAlgorithm? algorithm)
            ? algorithm
            : throw UploadChecksum.UnknownAlgorithm();
    }

    private static Dictionary<string, string> WithoutChecksum(IReadOnlyDictionary<string, string> headers)
    {
        Dictionary<string, string> kept = [];
        foreach ((string name, string value) in headers)
        {
            if (!name.StartsWith("x-amz-checksum-", StringComparison.Ordinal))
                kept[name] = value;
        }

        return kept;
    }

    private static void CheckSourceSize(long length)
    {
        if (length > S3Limits.PutBytesMax)
        {
            throw new S3Exception(
                S3Errors.InvalidRequest,
                $"The specified copy source is larger than the maximum allowable size for a copy source: {S3Limits.PutBytesMax}");
        }
    }

    private static bool IsReplace(S3Request request, string directive) => request.Header(directive) switch
    {
        null or "COPY" => false,
        "REPLACE" => true,
        { } other => throw S3Request.InvalidArgument(directive, other, $"Unknown {directive[6..]}."),
    };
}
