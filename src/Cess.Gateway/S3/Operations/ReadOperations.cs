using System.Globalization;
using Cess.Gateway.Objects;
using Cess.Gateway.S3.Xml;
using Microsoft.AspNetCore.Http;

namespace Cess.Gateway.S3.Operations;

/// <summary>GetObject, HeadObject and GetObjectAttributes.</summary>
internal sealed class ReadOperations(IObjectStore store)
{
    public async Task GetAsync(S3Request request)
    {
        CheckHeaders(request);
        await using IObjectReader reader = await store.OpenAsync(request.Caller, request.Bucket, request.Key, request.Aborted);
        if (!TryBegin(request, reader.Info, out ByteRange range))
            return;
        if (range.Length > 0)
            await reader.CopyToAsync(request.Response.Body, range.Offset, range.Length, request.Aborted);
        request.BytesOut = range.Length;
    }

    public async Task HeadAsync(S3Request request)
    {
        CheckHeaders(request);
        ObjectInfo info = await store.HeadAsync(request.Caller, request.Bucket, request.Key, request.Aborted);
        TryBegin(request, info, out _);
    }

    public async Task GetAttributesAsync(S3Request request)
    {
        CheckHeaders(request);
        string wanted = request.Header("x-amz-object-attributes")
            ?? throw new S3Exception(
                S3Errors.InvalidArgument, "Missing required header for this request: x-amz-object-attributes");
        ObjectInfo info = await store.HeadAsync(request.Caller, request.Bucket, request.Key, request.Aborted);
        XmlText xml = XmlText.Begin("GetObjectAttributesResponse");
        foreach (Range range in wanted.AsSpan().Split(','))
        {
            switch (wanted.AsSpan(range).Trim())
            {
                case "ETag": xml.Element("ETag", info.ETag); break;
                case "ObjectSize": xml.Element("ObjectSize", info.Length); break;
                case "StorageClass": xml.Element("StorageClass", Listings.StorageClass); break;
                case "Checksum": WriteChecksum(xml, info); break;
                case "ObjectParts": WriteParts(xml, info); break;
                default: throw S3Request.InvalidArgument("x-amz-object-attributes", wanted, "Invalid attribute name specified.");
            }
        }

        request.Response.Headers.LastModified = info.LastModified.ToString("R");
        await request.AnswerAsync(xml.Close("GetObjectAttributesResponse"));
    }

    /// <summary>Writes status and headers; false when no body follows, because the reader has the object already.</summary>
    private static bool TryBegin(S3Request request, ObjectInfo info, out ByteRange range)
    {
        HttpResponse response = request.Response;
        range = default;
        if (Preconditions.OfRead(request.Headers).IsNotModified(info))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            StoredHeaders.WriteIdentity(response.Headers, info);
            return false;
        }

        ByteRange? partial = RangeOf(request, info);
        range = partial ?? new ByteRange(0, info.Length);
        StoredHeaders.Write(request, info, isWhole: range.Length == info.Length);
        response.StatusCode = partial is null ? StatusCodes.Status200OK : StatusCodes.Status206PartialContent;
        response.ContentLength = range.Length;
        if (partial is not null && range.Length > 0)
            response.Headers.ContentRange = range.ContentRange(info.Length);
        return true;
    }

    private static ByteRange? RangeOf(S3Request request, ObjectInfo info)
    {
        string? header = request.Headers.Range;
        if (!request.Query.Has("partNumber"))
            return header is not null && IsRangeCurrent(request.Headers.IfRange, info)
                ? ByteRange.Read(header, info.Length)
                : null;
        if (header is not null)
            throw new S3Exception(S3Errors.InvalidRequest, "Cannot specify both Range header and partNumber query parameter");

        int number = request.QueryNumber("partNumber", 1, 1, S3Limits.PartNumberMax);
        if (number > info.PartLengths.Count)
        {
            throw new S3Exception(
                S3Errors.InvalidPartNumber, null,
                ("ActualPartCount", info.PartLengths.Count.ToString(CultureInfo.InvariantCulture)),
                ("PartNumberRequested", number.ToString(CultureInfo.InvariantCulture)));
        }

        if (info.PartLengths.Count > 1)
            request.Response.Headers["x-amz-mp-parts-count"] = info.PartLengths.Count.ToString(CultureInfo.InvariantCulture);
        long offset = 0;
        for (int i = 0; i < number - 1; i++)
            offset += info.PartLengths[i];
        return new ByteRange(offset, info.PartLengths[number - 1]);
    }

    /// <summary>
    /// If-Range: the range of an object that has changed is worth nothing, so all of it is sent (RFC 9110, 13.1.5).
    /// </summary>
    private static bool IsRangeCurrent(string? ifRange, ObjectInfo info)
    {
        if (string.IsNullOrEmpty(ifRange))
            return true;
        return Preconditions.TryParse(ifRange, out DateTimeOffset time)
            ? info.LastModified.ToUnixTimeSeconds() == time.ToUnixTimeSeconds()
            : StoredHeaders.Unquote(ifRange) == info.ETag;
    }

    private static void CheckHeaders(S3Request request)
    {
        ObjectOperations.CheckVersion(request.Query.Get("versionId"));
        WriteHeaders.CheckCustomerKey(request.Headers);
    }

    private static void WriteChecksum(XmlText xml, ObjectInfo info)
    {
        if (StoredHeaders.FindChecksum(info.Headers) is not { } checksum)
            return;
        xml.Open("Checksum").Element(checksum.Algorithm.Element, checksum.Value)
            .Element("ChecksumType", StoredHeaders.TypeName(checksum.Value)).Close("Checksum");
    }

    private static void WriteParts(XmlText xml, ObjectInfo info)
    {
        if (info.PartLengths.Count > 1)
            xml.Open("ObjectParts").Element("PartsCount", info.PartLengths.Count).Close("ObjectParts");
    }
}
