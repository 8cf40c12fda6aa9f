using Cess.Gateway.Objects;
using Cess.Gateway.S3.Xml;

namespace Cess.Gateway.S3.Operations;

/// <summary>ListObjectsV2, ListObjects and ListObjectVersions.</summary>
internal sealed class Listings(IObjectStore store)
{
    public const string StorageClass = "STANDARD";

    /// <summary>Room that a page takes, so that the buffer does not grow often.</summary>
    private const int BytesPerEntry = 256;

    public async Task ListV2Async(S3Request request)
    {
        string? token = request.Query.Get("continuation-token");
        string? startAfter = request.Query.Get("start-after");
        if (token is "")
            throw S3Request.InvalidArgument("continuation-token", token, "The continuation token provided is incorrect");
        Names names = Names.Read(request);
        (int limit, ListPage page) = await ListAsync(request, token is null ? startAfter ?? "" : ContinuationToken.Read(token));

        XmlText xml = XmlText.Begin("ListBucketResult", BytesPerEntry * (page.Objects.Count + 4)).Element("Name", request.Bucket);
        names.Write(xml, "Prefix", request.Query.Get("prefix") ?? "");
        names.WriteOptional(xml, "Delimiter", request.Query.Get("delimiter"));
        names.WriteOptional(xml, "StartAfter", startAfter);
        xml.OptionalElement("ContinuationToken", token)
            .OptionalElement("NextContinuationToken", page.Next is null ? null : ContinuationToken.Write(page.Next))
            .Element("KeyCount", page.Objects.Count + page.CommonPrefixes.Count)
            .Element("MaxKeys", limit)
            .OptionalElement("EncodingType", names.EncodingType)
            .Element("IsTruncated", page.Next is not null);
        bool withOwner = request.Query.Get("fetch-owner") == "true";
        foreach (ObjectInfo info in page.Objects)
            WriteObject(xml, names, info, withOwner ? request : null);
        WritePrefixes(xml, names, page);
        await request.AnswerAsync(xml.Close("ListBucketResult"));
    }

    public async Task ListV1Async(S3Request request)
    {
        string marker = request.Query.Get("marker") ?? "";
        string? delimiter = request.Query.Get("delimiter");
        Names names = Names.Read(request);
        (int limit, ListPage page) = await ListAsync(request, marker);

        XmlText xml = XmlText.Begin("ListBucketResult", BytesPerEntry * (page.Objects.Count + 4)).Element("Name", request.Bucket);
        names.Write(xml, "Prefix", request.Query.Get("prefix") ?? "");
        names.Write(xml, "Marker", marker);
        names.WriteOptional(xml, "Delimiter", delimiter);

        // Without a delimiter clients take the last key for the next marker, as S3 says.
        names.WriteOptional(xml, "NextMarker", string.IsNullOrEmpty(delimiter) ? null : page.Next);
        xml.Element("MaxKeys", limit).OptionalElement("EncodingType", names.EncodingType)
            .Element("IsTruncated", page.Next is not null);
        foreach (ObjectInfo info in page.Objects)
            WriteObject(xml, names, info, request);
        WritePrefixes(xml, names, page);
        await request.AnswerAsync(xml.Close("ListBucketResult"));
    }

    /// <summary>Each object has one version, which S3 calls "null" in a bucket without versioning.</summary>
    public async Task ListVersionsAsync(S3Request request)
    {
        string keyMarker = request.Query.Get("key-marker") ?? "";
        Names names = Names.Read(request);
        (int limit, ListPage page) = await ListAsync(request, keyMarker);

        XmlText xml = XmlText.Begin("ListVersionsResult", BytesPerEntry * (page.Objects.Count + 4))
            .Element("Name", request.Bucket);
        names.Write(xml, "Prefix", request.Query.Get("prefix") ?? "");
        names.Write(xml, "KeyMarker", keyMarker);
        names.WriteOptional(xml, "Delimiter", request.Query.Get("delimiter"));
        xml.Element("VersionIdMarker", request.Query.Get("version-id-marker") ?? "");
        if (page.Next is not null)
        {
            names.Write(xml, "NextKeyMarker", page.Next);
            xml.Element("NextVersionIdMarker", "null");
        }

        xml.Element("MaxKeys", limit).OptionalElement("EncodingType", names.EncodingType)
            .Element("IsTruncated", page.Next is not null);
        foreach (ObjectInfo info in page.Objects)
        {
            xml.Open("Version");
            names.Write(xml, "Key", info.Key);
            xml.Element("VersionId", "null").Element("IsLatest", true);
            WriteFacts(xml, info, request);
            xml.Close("Version");
        }

        WritePrefixes(xml, names, page);
        await request.AnswerAsync(xml.Close("ListVersionsResult"));
    }

    private async Task<(int Limit, ListPage Page)> ListAsync(S3Request request, string after)
    {
        // S3 takes more for the most.
        int limit = Math.Min(request.QueryNumber("max-keys", S3Limits.PageMax, 0, int.MaxValue), S3Limits.PageMax);
        ListQuery query = new(request.Query.Get("prefix") ?? "", request.Query.Get("delimiter") ?? "", after, limit);
        S3Target.CheckKey(query.Prefix);
        S3Target.CheckKey(query.Delimiter);
        S3Target.CheckKey(query.After);
        return (limit, await store.ListAsync(request.Caller, request.Bucket, query, request.Aborted));
    }

    private static void WriteObject(XmlText xml, Names names, ObjectInfo info, S3Request? owner)
    {
        xml.Open("Contents");
        names.Write(xml, "Key", info.Key);
        WriteFacts(xml, info, owner);
        xml.Close("Contents");
    }

    private static void WriteFacts(XmlText xml, ObjectInfo info, S3Request? owner)
    {
        xml.Element("LastModified", info.LastModified).ETag(info.ETag).Element("Size", info.Length)
            .Element("StorageClass", StorageClass);
        if (owner is not null)
            AccessControl.Owner(xml, owner);
    }

    private static void WritePrefixes(XmlText xml, Names names, ListPage page)
    {
        foreach (string prefix in page.CommonPrefixes)
        {
            xml.Open("CommonPrefixes");
            names.Write(xml, "Prefix", prefix);
            xml.Close("CommonPrefixes");
        }
    }
}
