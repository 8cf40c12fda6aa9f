using Cess.Coding;
using Cess.Gateway.Objects.Pipeline;
using Cess.Node.Setup;
using Cess.TestHost;
using Cess.TestNetwork;

namespace Cess.Node.Tests;

public sealed class IdleMemoryTests
{
    [Fact]
    public async Task A_node_at_rest_keeps_no_buffers_and_a_busy_one_those_in_use()
    {
        ManualTime time = new(DateTimeOffset.UnixEpoch);
        using SegmentBufferPool uploads = new(NodeLimits.UploadBufferBytes);
        using ReadBuffers reads = new(NodeLimits.ReadBufferBytes);
        using IdleMemory idle = new(uploads, reads, time);
        await idle.StartAsync(CancellationToken.None);

        using SegmentBuffer held = await uploads.RentAsync(new StoragePolicy(4, 8), 8 << 20);
        using (await uploads.RentAsync(new StoragePolicy(4, 8), 16 << 20))
        {
        }

        long lent = uploads.BytesLent;
        Assert.NotEqual(0, uploads.BytesIdle);

        await Eventually.IsSoAsync("the node at rest", () =>
        {
            time.Advance(NodeLimits.IdleMemoryKept);
            return uploads.BytesIdle == 0;
        });
        Assert.Equal(lent, uploads.BytesLent);
        await idle.StopAsync(CancellationToken.None);
    }
}
