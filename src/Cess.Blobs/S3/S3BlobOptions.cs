namespace Cess.Blobs.S3;

/// <summary>Where an <see cref="S3BlobBackend"/> keeps its blobs.</summary>
/// <param name="Bucket">The bucket, which must exist.</param>
public sealed record S3BlobOptions(string Bucket)
{
    /// <summary>The region where none is named: what servers other than Amazon's expect.</summary>
    public const string DefaultRegion = "us-east-1";

    /// <summary>What stands before every blob's name in its key; a '/' is added if it has none at its end.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>The server's address; null for Amazon's own in <see cref="Region"/>.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>The region that requests are signed for.</summary>
    public string Region { get; init; } = DefaultRegion;

    /// <summary>Whether the bucket stands in the path and not in the host name; most servers but Amazon's want that.</summary>
    public bool PathStyle { get; init; }

    /// <summary>The keys to sign with; null for those that the AWS SDK finds by itself (environment, profile, instance).</summary>
    public S3Credentials? Credentials { get; init; }
}

/// <summary>Keys of an S3 account.</summary>
/// <param name="AccessKey">The public part.</param>
/// <param name="SecretKey">The secret part.</param>
/// <param name="SessionToken">The token of temporary keys.</param>
public sealed record S3Credentials(string AccessKey, string SecretKey, string? SessionToken = null)
{
    /// <summary>Names the access key only: a secret has no place in a log.</summary>
    public override string ToString() => $"S3 access key {AccessKey}";
}
