using System.Globalization;
using Cess.Gateway.Objects;
using Microsoft.AspNetCore.Http;

namespace Cess.Gateway.S3.Operations;

/// <summary>The condition under which something is written.</summary>
/// <param name="OnlyIfAbsent">If-None-Match: *.</param>
/// <param name="OnlyIfETag">If-Match, without quotes.</param>
internal readonly record struct WriteCondition(bool OnlyIfAbsent, string? OnlyIfETag)
{
    /// <exception cref="S3Exception">NotImplemented: S3 knows no other conditions on writes.</exception>
    public static WriteCondition Read(IHeaderDictionary headers)
    {
        string? ifMatch = headers.IfMatch;
        string? ifNoneMatch = headers.IfNoneMatch;
        if (ifNoneMatch is not (null or "" or "*"))
            throw WriteHeaders.HeaderNotImplemented("If-None-Match");
        if (ifMatch == "*")
            throw WriteHeaders.HeaderNotImplemented("If-Match");
        return new WriteCondition(ifNoneMatch == "*", string.IsNullOrEmpty(ifMatch) ? null : StoredHeaders.Unquote(ifMatch));
    }
}

/// <summary>
/// The conditions under which something is read (RFC 9110, 13.1), from a request's own headers or those for a copy's source.
/// </summary>
internal readonly record struct Preconditions(
    string? IfMatch, string? IfNoneMatch, string? IfModifiedSince, string? IfUnmodifiedSince)
{
    public static Preconditions OfRead(IHeaderDictionary headers) =>
        new(headers.IfMatch, headers.IfNoneMatch, headers.IfModifiedSince, headers.IfUnmodifiedSince);

    public static Preconditions OfCopySource(IHeaderDictionary headers) => new(
        headers["x-amz-copy-source-if-match"], headers["x-amz-copy-source-if-none-match"],
        headers["x-amz-copy-source-if-modified-since"], headers["x-amz-copy-source-if-unmodified-since"]);

    /// <summary>
    /// True when the object has not changed for the reader (304). If-Match overrides If-Unmodified-Since, and If-None-Match
    /// overrides If-Modified-Since, as S3 says.
    /// </summary>
    /// <exception cref="S3Exception">PreconditionFailed.</exception>
    public bool IsNotModified(ObjectInfo info)
    {
        if (!string.IsNullOrEmpty(IfMatch))
        {
            if (!Matches(IfMatch, info.ETag))
                throw Failed("If-Match");
        }
        else if (TryParse(IfUnmodifiedSince, out DateTimeOffset unmodifiedSince) && Seconds(info.LastModified) > unmodifiedSince)
        {
            throw Failed("If-Unmodified-Since");
        }

        return string.IsNullOrEmpty(IfNoneMatch)
            ? TryParse(IfModifiedSince, out DateTimeOffset modifiedSince) && Seconds(info.LastModified) <= modifiedSince
            : Matches(IfNoneMatch, info.ETag);
    }

    /// <summary>Whether a list of ETags, or *, names this one.</summary>
    public static bool Matches(string condition, string etag)
    {
        foreach (Range range in condition.AsSpan().Split(','))
        {
            string candidate = condition[range].Trim();
            if (candidate.StartsWith("W/", StringComparison.Ordinal))
                candidate = candidate[2..];
            if (candidate == "*" || StoredHeaders.Unquote(candidate) == etag)
                return true;
        }

        return false;
    }

    public static S3Exception Failed(string condition) => new(S3Errors.PreconditionFailed, null, ("Condition", condition));

    /// <summary>A date that cannot be read is no condition (RFC 9110, 13.1.3).</summary>
    public static bool TryParse(string? date, out DateTimeOffset time) => DateTimeOffset.TryParseExact(
        date, "R", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out time);

    /// <summary>HTTP dates have no fractions of seconds.</summary>
    private static DateTimeOffset Seconds(DateTimeOffset time) => time.AddTicks(-(time.Ticks % TimeSpan.TicksPerSecond));
}
