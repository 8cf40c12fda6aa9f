using Cess.Gateway.S3.Xml;

namespace Cess.Gateway.S3.Operations;

/// <summary>
/// The settings of a bucket that clients read. None can be changed here, so each has the one answer that S3 gives for a bucket
/// on which nothing was set.
/// </summary>
internal static class BucketSettings
{
    private static readonly Dictionary<string, S3Error> Absent = new()
    {
        ["cors"] = S3Errors.NoSuchCorsConfiguration,
        ["lifecycle"] = S3Errors.NoSuchLifecycleConfiguration,
        ["object-lock"] = S3Errors.ObjectLockConfigurationNotFound,
        ["policy"] = S3Errors.NoSuchBucketPolicy,
        ["policyStatus"] = S3Errors.NoSuchBucketPolicy,
        ["replication"] = S3Errors.ReplicationConfigurationNotFound,
        ["tagging"] = S3Errors.NoSuchTagSet,
        ["website"] = S3Errors.NoSuchWebsiteConfiguration,
    };

    private static readonly Dictionary<string, Func<S3Request, XmlText>> Present = new()
    {
        ["accelerate"] = _ => Empty("AccelerateConfiguration"),
        ["acl"] = AccessControl.Describe,
        ["analytics"] = request => Configurations(request, "ListBucketAnalyticsConfigurationsResult"),
        ["encryption"] = _ => Encryption(),
        ["intelligent-tiering"] = request => Configurations(request, "ListBucketIntelligentTieringConfigurationsOutput"),
        ["inventory"] = request => Configurations(request, "ListInventoryConfigurationsResult"),
        ["logging"] = _ => Empty("BucketLoggingStatus"),
        ["metrics"] = request => Configurations(request, "ListMetricsConfigurationsResult"),
        ["notification"] = _ => Empty("NotificationConfiguration"),
        ["ownershipControls"] = _ => OwnershipControls(),
        ["publicAccessBlock"] = _ => PublicAccessBlock(),
        ["requestPayment"] = _ => RequestPayment(),
        ["versioning"] = _ => Empty("VersioningConfiguration"),
    };

    /// <summary>Sub-resources with an answer to GET.</summary>
    public static IEnumerable<string> Readable => Absent.Keys.Concat(Present.Keys);

    /// <summary>Sub-resources that DELETE finds absent, which S3 answers with success.</summary>
    public static IReadOnlyList<string> NeverThere { get; } =
        ["cors", "lifecycle", "policy", "replication", "tagging", "website"];

    /// <exception cref="S3Exception">The error that S3 has for an absent setting.</exception>
    public static XmlText Read(S3Request request)
    {
        foreach (S3Query.Parameter parameter in request.Query.Parameters)
        {
            if (Present.TryGetValue(parameter.Name, out Func<S3Request, XmlText>? describe))
                return describe(request);
            if (Absent.TryGetValue(parameter.Name, out S3Error? error))
                throw new S3Exception(error, null, ("BucketName", request.Bucket));
        }

        throw new InvalidOperationException("The router found a setting that is not there.");
    }

    private static XmlText Empty(string root) => XmlText.Begin(root).Close(root);

    /// <summary>An empty list; a single one, asked for by its id, does not exist.</summary>
    private static XmlText Configurations(S3Request request, string root) => request.Query.Has("id")
        ? throw new S3Exception(S3Errors.NoSuchConfiguration)
        : XmlText.Begin(root).Element("IsTruncated", false).Close(root);

    /// <summary>Every object is encrypted with AES-256; it cannot be turned off.</summary>
    private static XmlText Encryption() => XmlText.Begin("ServerSideEncryptionConfiguration")
        .Open("Rule")
        .Open("ApplyServerSideEncryptionByDefault").Element("SSEAlgorithm", WriteHeaders.Aes256)
        .Close("ApplyServerSideEncryptionByDefault")
        .Element("BucketKeyEnabled", false)
        .Close("Rule")
        .Close("ServerSideEncryptionConfiguration");

    private static XmlText RequestPayment() => XmlText.Begin("RequestPaymentConfiguration")
        .Element("Payer", "BucketOwner")
        .Close("RequestPaymentConfiguration");

    private static XmlText OwnershipControls() => XmlText.Begin("OwnershipControls")
        .Open("Rule").Element("ObjectOwnership", "BucketOwnerEnforced").Close("Rule")
        .Close("OwnershipControls");

    private static XmlText PublicAccessBlock() => XmlText.Begin("PublicAccessBlockConfiguration")
        .Element("BlockPublicAcls", true).Element("IgnorePublicAcls", true)
        .Element("BlockPublicPolicy", true).Element("RestrictPublicBuckets", true)
        .Close("PublicAccessBlockConfiguration");
}
