using Cess.Gateway.Objects;
using Cess.Gateway.S3.Checksums;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Cess.Gateway.S3.Operations;

/// <summary>How the checksum of a multipart upload is to be made.</summary>
internal sealed record UploadChecksum(ChecksumAlgorithm Algorithm, ChecksumType Type)
{
    /// <summary>As in x-amz-checksum-type.</summary>
    public string TypeName => Type == ChecksumType.Composite ? "COMPOSITE" : "FULL_OBJECT";

    /// <summary>What CreateMultipartUpload asks for; null for no checksum.</summary>
    /// <exception cref="S3Exception">InvalidRequest: unknown, or a type that the algorithm does not have.</exception>
    public static UploadChecksum? Read(string? algorithmName, string? typeName)
    {
        if (string.IsNullOrEmpty(algorithmName))
        {
            return string.IsNullOrEmpty(typeName)
                ? null
                : throw new S3Exception(
                    S3Errors.InvalidRequest,
                    "The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.");
        }

        if (!ChecksumAlgorithm.TryByName(algorithmName, out ChecksumAlgorithm? algorithm))
            throw UnknownAlgorithm();
        ChecksumType type = typeName switch
        {
            null or "" => algorithm.DefaultType,
            "COMPOSITE" => ChecksumType.Composite,
            "FULL_OBJECT" => ChecksumType.FullObject,
            _ => throw new S3Exception(S3Errors.InvalidRequest, "Value for x-amz-checksum-type header is invalid."),
        };
        bool possible = type == ChecksumType.Composite ? algorithm.CanBeComposite : algorithm.CanBeFullObject;
        return possible
            ? new UploadChecksum(algorithm, type)
            : throw new S3Exception(
                S3Errors.InvalidRequest,
                $"The {typeName} checksum type cannot be used with the {algorithm.Name} checksum algorithm.");
    }

    /// <summary>
    /// Makes the object's checksum from those of its parts, and compares it with the one that the client claims.
    /// </summary>
    /// <param name="upload">What the upload began with; null for no checksum.</param>
    /// <param name="parts">In order.</param>
    /// <param name="headers">Of CompleteMultipartUpload.</param>
    /// <returns>Null when the upload asked for none, or a part came without one (UploadPartCopy).</returns>
    /// <exception cref="S3Exception">BadDigest; InvalidRequest for a claim that cannot be compared.</exception>
    public static Result? Complete(UploadChecksum? upload, IReadOnlyList<PartInfo> parts, IHeaderDictionary headers)
    {
        Result? made = upload?.Make(parts);
        foreach (ChecksumAlgorithm algorithm in ChecksumAlgorithm.All)
        {
            if (!headers.TryGetValue(algorithm.Header, out StringValues claimed))
                continue;
            if (made is null || made.Algorithm != algorithm)
            {
                throw new S3Exception(
                    S3Errors.InvalidRequest,
                    $"The upload and its parts have no {algorithm.Name} checksums to compare {algorithm.Header} with.");
            }

            if (claimed != made.Value)
                throw new S3Exception(
                    S3Errors.BadDigest, $"The {algorithm.Name} you specified did not match the calculated checksum.");
        }

        return made;
    }

    public static S3Exception UnknownAlgorithm() => new(
        S3Errors.InvalidRequest, "Checksum algorithm provided is unsupported. Please try again with any of the valid types: "
        + "[CRC32, CRC32C, CRC64NVME, SHA1, SHA256]");

    private Result? Make(IReadOnlyList<PartInfo> parts)
    {
        List<(byte[] Checksum, long Length)> checksums = [];
        foreach (PartInfo part in parts)
        {
            if (!part.Headers.TryGetValue(Algorithm.Header, out string? text) || !Algorithm.TryDecode(text, out byte[]? checksum))
                return null;
            checksums.Add((checksum, part.Length));
        }

        return new Result(Algorithm, Type == ChecksumType.Composite
            ? MultipartChecksum.Composite(Algorithm, checksums)
            : MultipartChecksum.FullObject(Algorithm, checksums));
    }

    /// <summary>A checksum as it is kept: base64, with the number of parts behind a composite one.</summary>
    internal sealed record Result(ChecksumAlgorithm Algorithm, string Value);
}
