using Cess.Gateway.S3.Checksums;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Cess.Gateway.S3.Payloads;

/// <summary>The checksum that a client announced for a body: in a header, or in the trailer.</summary>
/// <param name="Algorithm">Which.</param>
/// <param name="Value">Null when it comes in the trailer.</param>
internal sealed record ContentChecksum(ChecksumAlgorithm Algorithm, byte[]? Value)
{
    /// <summary>What the headers say, or null for no checksum.</summary>
    /// <exception cref="S3Exception">
    /// InvalidRequest: two checksums, a broken one, an algorithm without one, or a trailer of something else.
    /// </exception>
    public static ContentChecksum? Read(IHeaderDictionary headers, bool hasTrailer)
    {
        ContentChecksum? checksum = null;
        foreach (ChecksumAlgorithm algorithm in ChecksumAlgorithm.All)
        {
            if (!headers.TryGetValue(algorithm.Header, out StringValues value))
                continue;
            if (checksum is not null)
                throw Multiple();
            if (!algorithm.TryDecode(value.ToString(), out byte[]? bytes))
                throw new S3Exception(S3Errors.InvalidRequest, $"Value for {algorithm.Header} header is invalid.");
            checksum = new ContentChecksum(algorithm, bytes);
        }

        string? trailer = headers["x-amz-trailer"];
        if (hasTrailer && !string.IsNullOrEmpty(trailer))
        {
            if (checksum is not null)
                throw Multiple();
            if (!ChecksumAlgorithm.TryByHeader(trailer.Trim(), out ChecksumAlgorithm? algorithm))
                throw new S3Exception(
                    S3Errors.InvalidRequest, "The value specified in the x-amz-trailer header is not supported");
            checksum = new ContentChecksum(algorithm, Value: null);
        }

        CheckAlgorithm(headers["x-amz-sdk-checksum-algorithm"], checksum);
        return checksum;
    }

    private static void CheckAlgorithm(string? named, ContentChecksum? checksum)
    {
        if (string.IsNullOrEmpty(named))
            return;
        if (!ChecksumAlgorithm.TryByName(named, out ChecksumAlgorithm? algorithm))
            throw new S3Exception(S3Errors.InvalidRequest, "Value for x-amz-sdk-checksum-algorithm header is invalid.");
        if (checksum is null)
        {
            throw new S3Exception(
                S3Errors.InvalidRequest,
                "x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were "
                + "found.");
        }

        if (checksum.Algorithm != algorithm)
            throw new S3Exception(S3Errors.InvalidRequest, "Value for x-amz-sdk-checksum-algorithm header is invalid.");
    }

    private static S3Exception Multiple() => new(
        S3Errors.InvalidRequest, "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.");
}
