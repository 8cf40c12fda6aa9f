using System.Buffers;
using System.Globalization;
using System.Text;
using Cess.Gateway.Objects;
using Cess.Gateway.S3.Checksums;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Cess.Gateway.S3.Operations;

/// <summary>The headers that are kept with an object, and how they come back.</summary>
internal static class StoredHeaders
{
    public const string MetadataPrefix = "x-amz-meta-";
    public const string DefaultContentType = "binary/octet-stream";

    private const string AwsChunked = "aws-chunked";

    private static readonly SearchValues<char> TokenCharacters =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    private static readonly string[] Kept =
        ["content-type", "cache-control", "content-disposition", "content-encoding", "content-language", "expires"];

    /// <summary>Query parameters that replace a kept header in one answer.</summary>
    private static readonly (string Parameter, string Header)[] Overrides =
    [
        ("response-content-type", "Content-Type"), ("response-cache-control", "Cache-Control"),
        ("response-content-disposition", "Content-Disposition"), ("response-content-encoding", "Content-Encoding"),
        ("response-content-language", "Content-Language"), ("response-expires", "Expires"),
    ];

    /// <summary>What to keep of a request's headers; the conditions of If-Match and If-None-Match too.</summary>
    /// <exception cref="S3Exception">MetadataTooLarge, NotImplemented.</exception>
    public static PutOptions ReadOptions(S3Request request)
    {
        WriteHeaders.Check(request.Headers);
        WriteCondition condition = WriteCondition.Read(request.Headers);
        return new PutOptions
        {
            Headers = ReadHeaders(request.Headers),
            Metadata = ReadMetadata(request.Headers),
            OnlyIfAbsent = condition.OnlyIfAbsent,
            OnlyIfETag = condition.OnlyIfETag,
            Policy = request.Header(WriteHeaders.Policy),
        };
    }

    /// <summary>Writes an object's kept headers, metadata and facts to an answer. Other headers, from another door, would say something of the answer.</summary>
    /// <param name="request">Its query may replace kept headers; its checksum mode may ask for the checksum.</param>
    /// <param name="info">The object.</param>
    /// <param name="isWhole">False for a range, whose checksum is not the object's.</param>
    public static void Write(S3Request request, ObjectInfo info, bool isWhole)
    {
        IHeaderDictionary headers = request.Response.Headers;
        headers.ContentType = DefaultContentType;
        foreach (string name in Kept)
        {
            if (info.Headers.TryGetValue(name, out string? value))
                headers[name] = Encode(value);
        }

        WriteMetadata(headers, info.Metadata);
        foreach ((string parameter, string header) in Overrides)
        {
            if (request.Query.TryGet(parameter, out string? value))
                headers[header] = CheckOverride(parameter, value);
        }

        WriteIdentity(headers, info);
        if (isWhole && string.Equals(request.Header("x-amz-checksum-mode"), "ENABLED", StringComparison.OrdinalIgnoreCase))
            WriteChecksum(headers, info.Headers);
    }

    /// <summary>The headers that 304 and 412 have too.</summary>
    public static void WriteIdentity(IHeaderDictionary headers, ObjectInfo info)
    {
        headers.ETag = Quote(info.ETag);
        headers.LastModified = info.LastModified.ToString("R");
        headers.AcceptRanges = "bytes";
        headers[WriteHeaders.Encryption] = WriteHeaders.Aes256;
        headers[WriteHeaders.FileId] = info.FileId;
    }

    /// <summary>Writes the checksum, if one was kept, and its type.</summary>
    public static void WriteChecksum(IHeaderDictionary headers, IReadOnlyDictionary<string, string> kept)
    {
        if (FindChecksum(kept) is not { } checksum)
            return;
        headers[checksum.Algorithm.Header] = checksum.Value;
        headers["x-amz-checksum-type"] = TypeName(checksum.Value);
    }

    /// <summary>The checksum among an object's kept headers; null for none.</summary>
    public static (ChecksumAlgorithm Algorithm, string Value)? FindChecksum(IReadOnlyDictionary<string, string> kept)
    {
        if (kept.Count == 0)
            return null;
        foreach (ChecksumAlgorithm algorithm in ChecksumAlgorithm.All)
        {
            if (kept.TryGetValue(algorithm.Header, out string? value))
                return (algorithm, value);
        }

        return null;
    }

    /// <summary>COMPOSITE for a value with a number of parts behind it.</summary>
    public static string TypeName(string checksum) =>
        checksum.Contains('-', StringComparison.Ordinal) ? "COMPOSITE" : "FULL_OBJECT";

    public static string Quote(string etag) => "\"" + etag + "\"";

    /// <summary>The ETag inside its quotes; as it is without them.</summary>
    public static string Unquote(string etag)
    {
        ReadOnlySpan<char> trimmed = etag.AsSpan().Trim();
        return trimmed is ['"', .. var inner, '"'] ? inner.ToString() : trimmed.ToString();
    }

    private static Dictionary<string, string> ReadHeaders(IHeaderDictionary headers)
    {
        Dictionary<string, string> kept = [];
        foreach (string name in Kept)
        {
            if (!headers.TryGetValue(name, out StringValues values))
                continue;
            string value = name == "content-encoding" ? WithoutAwsChunked(values.ToString()) : values.ToString();
            if (value.Length > 0)
                kept[name] = value;
        }

        return kept;
    }

    private static Dictionary<string, string> ReadMetadata(IHeaderDictionary headers)
    {
        Dictionary<string, string> metadata = [];
        int size = 0;
        foreach ((string name, StringValues values) in headers)
        {
            if (!name.StartsWith(MetadataPrefix, StringComparison.OrdinalIgnoreCase) || name.Length == MetadataPrefix.Length)
                continue;
            string value = string.Join(',', values.ToArray());
            size += name.Length - MetadataPrefix.Length + Encoding.UTF8.GetByteCount(value);
            metadata[name[MetadataPrefix.Length..].ToLowerInvariant()] = value;
        }

        return size <= S3Limits.MetadataBytesMax
            ? metadata
            : throw new S3Exception(
                S3Errors.MetadataTooLarge, null, ("Size", $"{size}"), ("MaxSizeAllowed", $"{S3Limits.MetadataBytesMax}"));
    }

    /// <summary>aws-chunked is how the body came, not what the object is.</summary>
    private static string WithoutAwsChunked(string encodings)
    {
        if (!encodings.Contains(AwsChunked, StringComparison.OrdinalIgnoreCase))
            return encodings;
        StringBuilder kept = new();
        foreach (Range range in encodings.AsSpan().Split(','))
        {
            ReadOnlySpan<char> encoding = encodings.AsSpan(range).Trim();
            if (!encoding.IsEmpty && !encoding.Equals(AwsChunked, StringComparison.OrdinalIgnoreCase))
                kept.Append(kept.Length > 0 ? "," : "").Append(encoding);
        }

        return kept.ToString();
    }

    /// <summary>Metadata whose name cannot be a header's, from another door, is only counted, as S3 does.</summary>
    private static void WriteMetadata(IHeaderDictionary headers, IReadOnlyDictionary<string, string> metadata)
    {
        int missing = 0;
        foreach ((string name, string value) in metadata)
        {
            if (name.Length > 0 && !name.AsSpan().ContainsAnyExcept(TokenCharacters))
                headers[MetadataPrefix + name] = Encode(value);
            else
                missing++;
        }

        if (missing > 0)
            headers["x-amz-missing-meta"] = missing.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>A header holds printable ASCII; S3 gives other text back as RFC 2047 has it.</summary>
    private static string Encode(string value) => IsPrintable(value)
        ? value
        : "=?UTF-8?B?" + Convert.ToBase64String(Encoding.UTF8.GetBytes(value)) + "?=";

    private static bool IsPrintable(ReadOnlySpan<char> value) => !value.ContainsAnyExceptInRange(' ', '~');

    private static string CheckOverride(string parameter, string value) => IsPrintable(value)
        ? value
        : throw S3Request.InvalidArgument(parameter, value, "Header value cannot be represented in printable ASCII.");
}
