using Cess.Blobs.S3;

namespace Cess.Blobs.Tests;

[RequiresS3]
public sealed class S3BlobBackendTests(S3Server server) : S3BlobBackendContract, IClassFixture<S3Server>
{
    protected override S3BlobOptions Options => server.Options;

    protected override S3BlobOptions Fresh() => server.Fresh();
}
