using System.Text;

namespace Cess.Gateway.S3;

/// <summary>What a request's target names: a bucket, or an object in one, or the service itself.</summary>
/// <param name="RawPath">
/// Percent-encoded, as received: no segment is removed or merged, for "..", "." and "//" are keys like any other.
/// </param>
/// <param name="Query">The query string.</param>
/// <param name="Bucket">Null for the service.</param>
/// <param name="Key">Null for a bucket.</param>
internal sealed record S3Target(string RawPath, S3Query Query, string? Bucket, string? Key)
{
    private const int BucketLengthMin = 3;
    private const int BucketLengthMax = 63;

    /// <summary>As S3 shows it in errors: decoded, with the bucket in front.</summary>
    public string Resource => Bucket is null ? "/" : Key is null ? "/" + Bucket : "/" + Bucket + "/" + Key;

    /// <param name="rawTarget">The request target as it stood in the request line.</param>
    /// <param name="host">Host header without port.</param>
    /// <param name="baseDomains">See <see cref="S3Options.BaseDomains"/>.</param>
    /// <exception cref="S3Exception">InvalidURI, InvalidBucketName, KeyTooLongError.</exception>
    public static S3Target Parse(string rawTarget, string host, IReadOnlyList<string> baseDomains)
    {
        ReadOnlySpan<char> target = WithoutAuthority(rawTarget);
        if (target.IsEmpty || target[0] != '/')
            throw new S3Exception(S3Errors.InvalidUri);
        int question = target.IndexOf('?');
        string path = question < 0 ? target.ToString() : target[..question].ToString();
        S3Query query = question < 0 ? S3Query.Empty : S3Query.Parse(target[(question + 1)..].ToString());

        string? bucket = BucketOfHost(host, baseDomains);
        ReadOnlySpan<char> key = path.AsSpan(1);
        if (bucket is null && !key.IsEmpty)
        {
            int slash = key.IndexOf('/');
            bucket = PercentEncoding.Decode(slash < 0 ? key : key[..slash]);
            key = slash < 0 ? [] : key[(slash + 1)..];
        }

        if (bucket is not null)
            CheckBucket(bucket);
        return new S3Target(path, query, bucket, key.IsEmpty ? null : DecodeKey(key));
    }

    /// <exception cref="S3Exception">InvalidURI, KeyTooLongError.</exception>
    public static string DecodeKey(ReadOnlySpan<char> encoded)
    {
        string key = PercentEncoding.Decode(encoded);
        CheckKey(key);
        return key;
    }

    /// <exception cref="S3Exception">KeyTooLongError.</exception>
    public static void CheckKey(string key)
    {
        int size = Encoding.UTF8.GetByteCount(key);
        if (size > S3Limits.KeyBytesMax)
        {
            throw new S3Exception(
                S3Errors.KeyTooLong, null, ("Size", $"{size}"), ("MaxSizeAllowed", $"{S3Limits.KeyBytesMax}"));
        }
    }

    /// <summary>The naming rules of general purpose buckets.</summary>
    /// <exception cref="S3Exception">InvalidBucketName.</exception>
    public static void CheckBucket(string bucket)
    {
        bool valid = bucket.Length is >= BucketLengthMin and <= BucketLengthMax
            && IsLetterOrDigit(bucket[0]) && IsLetterOrDigit(bucket[^1])
            && !bucket.Contains("..", StringComparison.Ordinal)
            && !IsDottedQuad(bucket);
        foreach (char character in bucket)
            valid &= IsLetterOrDigit(character) || character is '-' or '.';
        if (!valid)
            throw new S3Exception(S3Errors.InvalidBucketName, null, ("BucketName", bucket));
    }

    private static bool IsDottedQuad(ReadOnlySpan<char> bucket) =>
        bucket.Count('.') == 3 && !bucket.ContainsAnyExceptInRange('.', '9') && !bucket.Contains('/');

    private static bool IsLetterOrDigit(char character) => char.IsAsciiLetterLower(character) || char.IsAsciiDigit(character);

    /// <summary>A proxy's request has the whole URL as its target.</summary>
    private static ReadOnlySpan<char> WithoutAuthority(ReadOnlySpan<char> target)
    {
        int scheme = target.IsEmpty || target[0] == '/' ? -1 : target.IndexOf("://", StringComparison.Ordinal);
        if (scheme < 0)
            return target;
        target = target[(scheme + 3)..];
        int end = target.IndexOfAny('/', '?');
        return end < 0 ? "/" : target[end] == '/' ? target[end..] : string.Concat("/", target[end..]);
    }

    private static string? BucketOfHost(string host, IReadOnlyList<string> baseDomains)
    {
        foreach (string domain in baseDomains)
        {
            int bucketLength = host.Length - domain.Length - 1;
            if (bucketLength > 0 && host[bucketLength] == '.' && host.EndsWith(domain, StringComparison.OrdinalIgnoreCase))
                return host[..bucketLength].ToLowerInvariant();
        }

        return null;
    }
}
