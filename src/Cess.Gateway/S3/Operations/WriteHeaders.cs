using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Cess.Gateway.S3.Operations;

/// <summary>
/// Headers of requests that ask for more than storing bytes. What the door does anyway is accepted; everything else is
/// refused, so that nobody believes it done.
/// </summary>
internal static class WriteHeaders
{
    public const string Encryption = "x-amz-server-side-encryption";
    public const string Aes256 = "AES256";

    /// <summary>Storage policy of the object, such as 4+8: ours, not S3's.</summary>
    public const string Policy = "x-cess-policy";

    /// <summary>In answers, the file's id on chain: ours, not S3's.</summary>
    public const string FileId = "x-cess-file-id";

    /// <summary>In answers, the block that made the object final: ours, not S3's.</summary>
    public const string Height = "x-cess-height";

    private const string CustomerKeyPrefix = "x-amz-server-side-encryption-customer-";
    private const string CopySourceCustomerKeyPrefix = "x-amz-copy-source-server-side-encryption-customer-";

    /// <summary>Refused whatever their value.</summary>
    private static readonly string[] NotImplemented =
    [
        "x-amz-server-side-encryption-aws-kms-key-id", "x-amz-server-side-encryption-context",
        "x-amz-server-side-encryption-bucket-key-enabled", "x-amz-tagging", "x-amz-website-redirect-location",
        "x-amz-write-offset-bytes", "x-amz-object-lock-mode", "x-amz-object-lock-retain-until-date",
        "x-amz-object-lock-legal-hold",
    ];

    private static readonly string[] Grants =
        ["x-amz-grant-read", "x-amz-grant-write", "x-amz-grant-read-acp", "x-amz-grant-write-acp", "x-amz-grant-full-control"];

    /// <summary>Checks the headers of whatever writes an object or begins to.</summary>
    /// <exception cref="S3Exception">
    /// NotImplemented, AccessControlListNotSupported, InvalidStorageClass, InvalidEncryptionAlgorithmError.
    /// </exception>
    public static void Check(IHeaderDictionary headers)
    {
        foreach (string name in NotImplemented)
        {
            if (headers.ContainsKey(name))
                throw HeaderNotImplemented(name);
        }

        CheckCustomerKey(headers);
        CheckAcl(headers);
        if (headers.TryGetValue("x-amz-storage-class", out StringValues storageClass) && storageClass != "STANDARD")
            throw new S3Exception(S3Errors.InvalidStorageClass, null, ("StorageClassRequested", storageClass.ToString()));
        if (headers.TryGetValue(Encryption, out StringValues encryption) && encryption != Aes256)
        {
            throw encryption.ToString().StartsWith("aws:", StringComparison.Ordinal)
                ? HeaderNotImplemented(Encryption)
                : new S3Exception(S3Errors.InvalidEncryptionAlgorithm);
        }
    }

    /// <summary>SSE-C, on reads and writes.</summary>
    /// <exception cref="S3Exception">NotImplemented.</exception>
    public static void CheckCustomerKey(IHeaderDictionary headers)
    {
        foreach (string name in headers.Keys)
        {
            if (name.StartsWith(CustomerKeyPrefix, StringComparison.OrdinalIgnoreCase)
                || name.StartsWith(CopySourceCustomerKeyPrefix, StringComparison.OrdinalIgnoreCase))
            {
                throw HeaderNotImplemented(name.ToLowerInvariant());
            }
        }
    }

    /// <summary>Objects and buckets belong to their owner alone; asking for just that is no request for anything else.</summary>
    /// <exception cref="S3Exception">AccessControlListNotSupported.</exception>
    public static void CheckAcl(IHeaderDictionary headers)
    {
        if (headers.TryGetValue("x-amz-acl", out StringValues acl)
            && acl.ToString() is not ("private" or "bucket-owner-full-control" or "bucket-owner-read"))
        {
            throw new S3Exception(S3Errors.AccessControlListNotSupported);
        }

        foreach (string name in Grants)
        {
            if (headers.ContainsKey(name))
                throw new S3Exception(S3Errors.AccessControlListNotSupported);
        }
    }

    public static S3Exception HeaderNotImplemented(string name) =>
        new(S3Errors.NotImplemented, "A header you provided implies functionality that is not implemented", ("Header", name));
}
