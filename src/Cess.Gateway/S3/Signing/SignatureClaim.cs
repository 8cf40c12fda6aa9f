using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Cess.Gateway.S3.Signing;

/// <summary>
/// What a request says of its own signature, in its Authorization header or its query string; nothing of it is checked yet.
/// </summary>
internal sealed class SignatureClaim
{
    private const string TimeFormat = "yyyyMMdd'T'HHmmss'Z'";
    private const int DateLength = 8;

    private static readonly string[] QueryNames =
        ["X-Amz-Credential", "X-Amz-Date", "X-Amz-Expires", "X-Amz-SignedHeaders", "X-Amz-Signature"];

    private SignatureClaim(string credential, string signedHeaders, string signature, string timestamp, TimeSpan? lifetime)
    {
        bool presigned = lifetime is not null;
        SignedHeaders = signedHeaders.Length <= S3Limits.SignedHeadersLengthMax
            ? signedHeaders
            : throw Malformed(presigned, "SignedHeaders is too long.");
        Signature = signature;
        Timestamp = timestamp;
        Lifetime = lifetime;
        if (!DateTimeOffset.TryParseExact(
            timestamp, TimeFormat, CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out DateTimeOffset time))
        {
            throw presigned
                ? new S3Exception(
                    S3Errors.AuthorizationQueryParametersError,
                    "X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"")
                : new S3Exception(S3Errors.AccessDenied, "AWS authentication requires a valid Date or x-amz-date header");
        }

        Time = time;
        string[] parts = credential.Split('/');
        if (parts.Length < 5)
        {
            throw Malformed(presigned,
                "the Credential is mal-formed; expecting \"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\".");
        }

        AccessKeyId = string.Join('/', parts[..^4]);
        Date = parts[^4];
        Region = parts[^3];
        if (parts[^1] != SigV4.Terminator)
            throw Malformed(presigned, $"incorrect terminal \"{parts[^1]}\". This endpoint uses \"{SigV4.Terminator}\".");
        if (parts[^2] != SigV4.Service)
            throw Malformed(presigned, $"incorrect service \"{parts[^2]}\". This endpoint belongs to \"{SigV4.Service}\".");
        if (Date.Length != DateLength || !timestamp.StartsWith(Date, StringComparison.Ordinal))
        {
            throw Malformed(presigned,
                $"Invalid credential date \"{Date}\". This date is not the same as X-Amz-Date: \"{timestamp[..DateLength]}\".");
        }

        Scope = $"{Date}/{Region}/{SigV4.Service}/{SigV4.Terminator}";
    }

    public string AccessKeyId { get; }

    /// <summary>yyyyMMdd, the day of <see cref="Time"/>.</summary>
    public string Date { get; }

    public string Region { get; }

    /// <summary>date/region/s3/aws4_request.</summary>
    public string Scope { get; }

    /// <summary>Lower-case names with semicolons between them.</summary>
    public string SignedHeaders { get; }

    /// <summary>As received; 64 hex digits when it is one.</summary>
    public string Signature { get; }

    /// <summary>yyyyMMddTHHmmssZ.</summary>
    public string Timestamp { get; }

    public DateTimeOffset Time { get; }

    /// <summary>How long a presigned URL is valid; null for a signature in the header.</summary>
    public TimeSpan? Lifetime { get; }

    public bool IsPresigned => Lifetime is not null;

    /// <summary>Whether a header, in lower case, is among <see cref="SignedHeaders"/>.</summary>
    public bool Signs(ReadOnlySpan<char> header)
    {
        foreach (Range range in SignedHeaders.AsSpan().Split(';'))
        {
            if (SignedHeaders.AsSpan(range).Equals(header, StringComparison.OrdinalIgnoreCase))
                return true;
        }

        return false;
    }

    /// <exception cref="S3Exception">AccessDenied for an anonymous request; AuthorizationHeaderMalformed,
    /// AuthorizationQueryParametersError, InvalidArgument, InvalidRequest, InvalidToken.</exception>
    public static SignatureClaim Read(IHeaderDictionary headers, S3Query query)
    {
        string? authorization = headers.Authorization;
        bool inQuery = query.Has("X-Amz-Algorithm") || query.Has("X-Amz-Signature");
        if (!string.IsNullOrEmpty(authorization))
        {
            return inQuery
                ? throw new S3Exception(
                    S3Errors.InvalidArgument,
                    "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter "
                    + "or the Authorization header should be specified")
                : FromHeader(authorization, headers);
        }

        if (inQuery)
            return FromQuery(query);
        throw query.Has("AWSAccessKeyId") && query.Has("Signature") ? OldVersion() : new S3Exception(S3Errors.AccessDenied);
    }

    private static SignatureClaim FromHeader(string authorization, IHeaderDictionary headers)
    {
        if (!authorization.StartsWith(SigV4.Algorithm, StringComparison.Ordinal)
            || authorization.Length == SigV4.Algorithm.Length || authorization[SigV4.Algorithm.Length] != ' ')
        {
            throw authorization.StartsWith("AWS", StringComparison.Ordinal)
                ? OldVersion()
                : new S3Exception(
                    S3Errors.InvalidArgument, "Unsupported Authorization Type",
                    ("ArgumentName", "Authorization"), ("ArgumentValue", authorization));
        }

        string? credential = null;
        string? signedHeaders = null;
        string? signature = null;
        foreach (Range range in authorization.AsSpan(SigV4.Algorithm.Length).Split(','))
        {
            ReadOnlySpan<char> field = authorization.AsSpan(SigV4.Algorithm.Length)[range].Trim();
            int equals = field.IndexOf('=');
            ReadOnlySpan<char> name = equals < 0 ? field : field[..equals];
            string value = equals < 0 ? "" : field[(equals + 1)..].ToString();
            switch (name)
            {
                case "Credential": credential = value; break;
                case "SignedHeaders": signedHeaders = value; break;
                case "Signature": signature = value; break;
                default: throw Malformed(presigned: false, "only Credential, SignedHeaders and Signature are allowed.");
            }
        }

        if (string.IsNullOrEmpty(credential) || string.IsNullOrEmpty(signedHeaders) || string.IsNullOrEmpty(signature))
            throw Malformed(presigned: false, "Credential, SignedHeaders and Signature are required.");
        return new SignatureClaim(credential, signedHeaders, signature, TimestampOf(headers), lifetime: null);
    }

    private static SignatureClaim FromQuery(S3Query query)
    {
        if (query.Get("X-Amz-Algorithm") is { } algorithm && algorithm != SigV4.Algorithm)
            throw new S3Exception(
                S3Errors.AuthorizationQueryParametersError, "X-Amz-Algorithm only supports \"AWS4-HMAC-SHA256\"");
        foreach (string name in QueryNames)
        {
            if (string.IsNullOrEmpty(query.Get(name)) || !query.Has("X-Amz-Algorithm"))
            {
                throw new S3Exception(
                    S3Errors.AuthorizationQueryParametersError,
                    "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, "
                    + "X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.");
            }
        }

        string expires = query.Get("X-Amz-Expires")!;
        if (!long.TryParse(expires, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long seconds))
            throw new S3Exception(S3Errors.AuthorizationQueryParametersError, "X-Amz-Expires should be a number");
        if (seconds < 0)
            throw new S3Exception(S3Errors.AuthorizationQueryParametersError, "X-Amz-Expires must be non-negative");
        if (seconds > (long)S3Limits.PresignedLifetimeMax.TotalSeconds)
        {
            throw new S3Exception(
                S3Errors.AuthorizationQueryParametersError,
                "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than "
                + "604800 seconds");
        }

        return new SignatureClaim(
            query.Get("X-Amz-Credential")!, query.Get("X-Amz-SignedHeaders")!, query.Get("X-Amz-Signature")!,
            query.Get("X-Amz-Date")!, TimeSpan.FromSeconds(seconds));
    }

    /// <summary>x-amz-date, or else Date, in the form that is signed.</summary>
    private static string TimestampOf(IHeaderDictionary headers)
    {
        string? timestamp = headers["x-amz-date"];
        if (!string.IsNullOrEmpty(timestamp))
            return timestamp;
        string? date = headers.Date;
        return DateTimeOffset.TryParseExact(
            date, "R", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time)
            ? time.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture)
            : date ?? "";
    }

    private static S3Exception Malformed(bool presigned, string what) => presigned
        ? new S3Exception(S3Errors.AuthorizationQueryParametersError, "The authorization query parameters are malformed; " + what)
        : new S3Exception(S3Errors.AuthorizationHeaderMalformed, "The authorization header is malformed; " + what);

    private static S3Exception OldVersion() => new(
        S3Errors.InvalidRequest, "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.");
}
