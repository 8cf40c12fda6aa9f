using System.Globalization;
using Cess.Gateway.Objects;
using Cess.Gateway.S3.Checksums;
using Cess.Gateway.S3.Xml;
using Microsoft.AspNetCore.Http;

namespace Cess.Gateway.S3.Operations;

/// <summary>Multipart uploads, but for UploadPartCopy.</summary>
internal sealed class MultipartOperations(IObjectStore store)
{
    private const string AlgorithmHeader = "x-amz-checksum-algorithm";
    private const string TypeHeader = "x-amz-checksum-type";

    public async Task CreateAsync(S3Request request)
    {
        PutOptions options = StoredHeaders.ReadOptions(request);
        Dictionary<string, string> headers = new(options.Headers);
        if (UploadChecksum.Read(request.Header(AlgorithmHeader), request.Header(TypeHeader)) is { } checksum)
        {
            request.Response.Headers[AlgorithmHeader] = headers[AlgorithmHeader] = checksum.Algorithm.Name;
            request.Response.Headers[TypeHeader] = headers[TypeHeader] = checksum.TypeName;
        }

        string uploadId = await store.BeginMultipartAsync(
            request.Caller, request.Bucket, request.Key, options with { Headers = headers }, request.Aborted);
        request.Response.Headers[WriteHeaders.Encryption] = WriteHeaders.Aes256;
        await request.AnswerAsync(XmlText.Begin("InitiateMultipartUploadResult")
            .Element("Bucket", request.Bucket).Element("Key", request.Key).Element("UploadId", uploadId)
            .Close("InitiateMultipartUploadResult"));
    }

    public Task UploadPartAsync(S3Request request) => request.WithContentAsync(async content =>
    {
        (string uploadId, int number) = ReadPart(request);
        WriteHeaders.CheckCustomerKey(request.Headers);
        ObjectOperations.CheckPutSize(content);
        PartOptions options = new(content.ContentLength, content.Md5) { TrailingHeaders = content.ChecksumHeaders };
        PartInfo part = await store.PutPartAsync(
            request.Caller, request.Bucket, request.Key, uploadId, number, content, options, request.Aborted);
        request.Response.Headers.ETag = StoredHeaders.Quote(part.ETag);
        request.Response.Headers[WriteHeaders.Encryption] = WriteHeaders.Aes256;
        if (content.Checksum is { } checksum)
            request.Response.Headers[content.Algorithm!.Header] = checksum;
        request.AnswerEmpty(StatusCodes.Status200OK);
        return part;
    });

    public async Task CompleteAsync(S3Request request)
    {
        string uploadId = UploadId(request);
        List<NamedPart> named;
        using (PooledBuffer body = await request.ReadBodyAsync(S3Limits.XmlBatchBytesMax, BodyDigest.NotInHeaders))
            named = BoundedXml.Parse(body.Memory, "CompleteMultipartUpload", ReadParts);
        if (named.Count == 0)
            throw new S3Exception(S3Errors.MalformedXml, "You must specify at least one part");

        WriteCondition condition = WriteCondition.Read(request.Headers);
        UploadChecksum.Result? checksum = await CheckAsync(request, uploadId, named);
        CompleteOptions options = new()
        {
            Headers = checksum is null ? new() : new Dictionary<string, string> { [checksum.Algorithm.Header] = checksum.Value },
            OnlyIfAbsent = condition.OnlyIfAbsent,
            OnlyIfETag = condition.OnlyIfETag,
        };
        PutResult result = await store.CompleteMultipartAsync(
            request.Caller, request.Bucket, request.Key, uploadId,
            named.ConvertAll(part => new CompletedPart(part.Number, part.ETag)), options, request.Aborted);

        ObjectOperations.WriteResult(request.Response.Headers, result);
        XmlText xml = XmlText.Begin("CompleteMultipartUploadResult")
            .Element("Location", $"{request.Http.Request.Scheme}://{request.Http.Request.Host}{request.Target.RawPath}")
            .Element("Bucket", request.Bucket).Element("Key", request.Key).ETag(result.ETag);
        if (checksum is not null)
            xml.Element(checksum.Algorithm.Element, checksum.Value)
                .Element("ChecksumType", StoredHeaders.TypeName(checksum.Value));
        await request.AnswerAsync(xml.Close("CompleteMultipartUploadResult"));
    }

    public async Task AbortAsync(S3Request request)
    {
        await store.AbortMultipartAsync(request.Caller, request.Bucket, request.Key, UploadId(request), request.Aborted);
        request.AnswerEmpty(StatusCodes.Status204NoContent);
    }

    public async Task ListPartsAsync(S3Request request)
    {
        string uploadId = UploadId(request);
        Names names = Names.Read(request);
        int limit = Math.Min(request.QueryNumber("max-parts", S3Limits.PageMax, 0, int.MaxValue), S3Limits.PageMax);
        int after = request.QueryNumber("part-number-marker", 0, 0, int.MaxValue);
        MultipartInfo upload = await store.ListPartsAsync(request.Caller, request.Bucket, request.Key, uploadId, request.Aborted);

        List<PartInfo> page = [];
        bool isTruncated = false;
        foreach (PartInfo part in upload.Parts)
        {
            if (part.Number <= after)
                continue;
            isTruncated = page.Count == limit;
            if (isTruncated)
                break;
            page.Add(part);
        }

        XmlText xml = XmlText.Begin("ListPartsResult", 256 * (page.Count + 4)).Element("Bucket", request.Bucket);
        names.Write(xml, "Key", request.Key);
        xml.Element("UploadId", uploadId);
        AccessControl.Person(xml, "Initiator", request);
        AccessControl.Owner(xml, request);
        xml.Element("StorageClass", Listings.StorageClass).Element("PartNumberMarker", after)
            .Element("NextPartNumberMarker", page.Count > 0 ? page[^1].Number : after)
            .Element("MaxParts", limit).OptionalElement("EncodingType", names.EncodingType).Element("IsTruncated", isTruncated);
        if (upload.Headers.TryGetValue(AlgorithmHeader, out string? algorithm))
            xml.Element("ChecksumAlgorithm", algorithm)
                .OptionalElement("ChecksumType", upload.Headers.GetValueOrDefault(TypeHeader));
        foreach (PartInfo part in page)
        {
            xml.Open("Part").Element("PartNumber", part.Number).Element("LastModified", part.LastModified)
                .ETag(part.ETag).Element("Size", part.Length);
            if (StoredHeaders.FindChecksum(part.Headers) is { } checksum)
                xml.Element(checksum.Algorithm.Element, checksum.Value);
            xml.Close("Part");
        }

        await request.AnswerAsync(xml.Close("ListPartsResult"));
    }

    /// <summary>uploadId and partNumber of a request that writes a part.</summary>
    /// <exception cref="S3Exception">InvalidArgument.</exception>
    public static (string UploadId, int Number) ReadPart(S3Request request)
    {
        if (!request.Query.Has("partNumber"))
            throw new S3Exception(
                S3Errors.InvalidArgument, "Missing required query parameter: partNumber", ("ArgumentName", "partNumber"));
        return (UploadId(request), request.QueryNumber("partNumber", 0, 1, S3Limits.PartNumberMax));
    }

    private static string UploadId(S3Request request) => request.Query.Get("uploadId") switch
    {
        null => throw new S3Exception(
            S3Errors.InvalidArgument, "Missing required query parameter: uploadId", ("ArgumentName", "uploadId")),
        "" or { Length: > S3Limits.UploadIdLengthMax } => throw new S3Exception(S3Errors.NoSuchUpload),
        { } id => id,
    };

    /// <summary>
    /// Compares what the client says of parts and whole with what is stored, and makes the object's checksum. An upload that is
    /// complete already has nothing left to compare; the store answers a repeated call as it did the first.
    /// </summary>
    private async Task<UploadChecksum.Result?> CheckAsync(S3Request request, string uploadId, List<NamedPart> named)
    {
        MultipartInfo upload;
        try
        {
            upload = await store.ListPartsAsync(request.Caller, request.Bucket, request.Key, uploadId, request.Aborted);
        }
        catch (ObjectStoreException exception) when (exception.Code == ObjectStoreError.NoSuchUpload)
        {
            return null;
        }

        Dictionary<int, PartInfo> stored = upload.Parts.ToDictionary(part => part.Number);
        List<PartInfo> parts = [];
        foreach (NamedPart part in named)
        {
            if (!stored.TryGetValue(part.Number, out PartInfo? found) || !part.MatchesChecksums(found))
                throw new S3Exception(
                    S3Errors.InvalidPart, null, ("UploadId", uploadId), ("PartNumber", $"{part.Number}"), ("ETag", part.ETag));
            parts.Add(found);
        }

        long size = parts.Sum(part => part.Length);
        if (request.Header("x-amz-mp-object-size") is { } claimed && claimed != size.ToString(CultureInfo.InvariantCulture))
        {
            throw new S3Exception(
                S3Errors.InvalidRequest,
                $"The provided 'x-amz-mp-object-size' header value {claimed} does not match what was computed: {size}");
        }

        return UploadChecksum.Complete(
            UploadChecksum.Read(upload.Headers.GetValueOrDefault(AlgorithmHeader), upload.Headers.GetValueOrDefault(TypeHeader)),
            parts, request.Headers);
    }

    private static List<NamedPart> ReadParts(BoundedXml xml)
    {
        List<NamedPart> parts = [];
        xml.Children(element =>
        {
            if (element != "Part" || parts.Count == S3Limits.PartNumberMax)
                throw new S3Exception(S3Errors.MalformedXml);
            parts.Add(NamedPart.Read(xml));
        });
        return parts;
    }
}
