namespace Cess.Blobs.Tests;

public sealed class MemoryBlobBackendTests : BlobBackendContract
{
    protected override ValueTask<IBlobBackend> CreateAsync() => ValueTask.FromResult<IBlobBackend>(new MemoryBlobBackend());

    [Fact]
    public async Task A_put_past_the_quota_is_refused_as_full_and_fits_again_after_a_deletion() =>
        await QuotaChecks.CheckAsync(new MemoryBlobBackend(quotaBytes: 1000));
}
