using Cess.Coding;
using Cess.Gateway.Objects.Pipeline;

namespace Cess.Node.Setup;

/// <summary>Gives the buffers back to the system that no upload and no download has needed for a while.</summary>
internal sealed class IdleMemory(SegmentBufferPool uploads, ReadBuffers reads, TimeProvider time) : BackgroundService
{
    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(NodeLimits.IdleMemoryKept, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            uploads.TrimUnused();
            reads.TrimUnused();
        }
    }
}
