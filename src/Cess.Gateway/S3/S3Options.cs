namespace Cess.Gateway.S3;

/// <summary>How an S3 door is set up.</summary>
public sealed record S3Options
{
    /// <summary>The region that clients must sign for; also what GetBucketLocation answers.</summary>
    public string Region { get; init; } = "us-east-1";

    /// <summary>
    /// Domains whose subdomains are buckets (virtual-host style), without port: with <c>s3.example.org</c> here, the host
    /// <c>photos.s3.example.org</c> names the bucket <c>photos</c>. Every other host is path style.
    /// </summary>
    public IReadOnlyList<string> BaseDomains { get; init; } = [];

    /// <summary>Requests that are answered at a time; further ones get SlowDown.</summary>
    public int RequestsInFlightMax { get; init; } = S3Limits.RequestsInFlightMax;

    /// <summary>The local port whose requests the door answers; null when all requests of the application are for it.</summary>
    public int? Port { get; init; }
}
