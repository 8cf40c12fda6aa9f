using Cess.Gateway.Objects;
using Cess.Gateway.S3.Xml;

namespace Cess.Gateway.S3.Operations;

/// <summary>ListMultipartUploads.</summary>
internal sealed class UploadListing(IObjectStore store)
{
    public async Task ListAsync(S3Request request)
    {
        string prefix = request.Query.Get("prefix") ?? "";
        string delimiter = request.Query.Get("delimiter") ?? "";
        string keyMarker = request.Query.Get("key-marker") ?? "";
        string idMarker = keyMarker.Length > 0 ? request.Query.Get("upload-id-marker") ?? "" : "";
        int limit = Math.Min(request.QueryNumber("max-uploads", S3Limits.PageMax, 0, int.MaxValue), S3Limits.PageMax);
        Names names = Names.Read(request);
        IReadOnlyList<MultipartInfo> all = await store.ListMultipartAsync(request.Caller, request.Bucket, request.Aborted);

        List<MultipartInfo> uploads = [];
        List<string> prefixes = [];
        (string Key, string Id) next = (keyMarker, idMarker);
        bool isTruncated = false;
        foreach (MultipartInfo upload in all)
        {
            if (!upload.Key.StartsWith(prefix, StringComparison.Ordinal) || !IsAfter(upload, keyMarker, idMarker))
                continue;
            string? rolledUp = RollUp(upload.Key, prefix, delimiter);
            if (rolledUp is not null && (prefixes.LastOrDefault() == rolledUp || rolledUp == keyMarker))
                continue;
            if (uploads.Count + prefixes.Count == limit)
            {
                // A page of nothing leads nowhere, so it counts as the last.
                isTruncated = limit > 0;
                break;
            }

            next = rolledUp is null ? (upload.Key, upload.UploadId) : (rolledUp, "");
            if (rolledUp is null)
                uploads.Add(upload);
            else
                prefixes.Add(rolledUp);
        }

        XmlText xml = XmlText.Begin("ListMultipartUploadsResult").Element("Bucket", request.Bucket);
        names.Write(xml, "KeyMarker", keyMarker);
        xml.Element("UploadIdMarker", idMarker);
        if (isTruncated)
        {
            names.Write(xml, "NextKeyMarker", next.Key);
            xml.Element("NextUploadIdMarker", next.Id);
        }

        names.Write(xml, "Prefix", prefix);
        names.WriteOptional(xml, "Delimiter", request.Query.Get("delimiter"));
        xml.Element("MaxUploads", limit).OptionalElement("EncodingType", names.EncodingType).Element("IsTruncated", isTruncated);
        foreach (MultipartInfo upload in uploads)
            WriteUpload(xml, names, upload, request);
        foreach (string rolledUp in prefixes)
        {
            xml.Open("CommonPrefixes");
            names.Write(xml, "Prefix", rolledUp);
            xml.Close("CommonPrefixes");
        }

        await request.AnswerAsync(xml.Close("ListMultipartUploadsResult"));
    }

    /// <summary>In the listing's order: by key in UTF-8, then by id.</summary>
    private static bool IsAfter(MultipartInfo upload, string keyMarker, string idMarker)
    {
        int keys = Utf8Order.Compare(upload.Key, keyMarker);
        return keys > 0 || (keys == 0 && idMarker.Length > 0 && string.CompareOrdinal(upload.UploadId, idMarker) > 0);
    }

    private static string? RollUp(string key, string prefix, string delimiter)
    {
        int place = delimiter.Length == 0 ? -1 : key.IndexOf(delimiter, prefix.Length, StringComparison.Ordinal);
        return place < 0 ? null : key[..(place + delimiter.Length)];
    }

    private static void WriteUpload(XmlText xml, Names names, MultipartInfo upload, S3Request request)
    {
        xml.Open("Upload");
        names.Write(xml, "Key", upload.Key);
        xml.Element("UploadId", upload.UploadId);
        AccessControl.Person(xml, "Initiator", request);
        AccessControl.Owner(xml, request);
        xml.Element("StorageClass", Listings.StorageClass).Element("Initiated", upload.StartedAt).Close("Upload");
    }
}
