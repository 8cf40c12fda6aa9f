using Cess.Blobs;
using Cess.Grains.DataPlane;
using Microsoft.Extensions.Logging;
using Orleans.Concurrency;

namespace Cess.Grains.Miners;

/// <summary>Pushes bytes of this silo's memory to miners' backends.</summary>
[StatelessWorker(GrainLimits.PushesInFlight), Reentrant]
public sealed class StorageGrain(IBufferRegistry buffers, IMinerBackends backends, ILogger<StorageGrain> log)
    : Grain, IStorageGrain
{
    /// <inheritdoc/>
    public async Task<PushStatus> PushAsync(uint miner, string name, BufferAddress source)
    {
        using IBufferPin? pin = buffers.Pin(source);
        if (pin is null)
            return PushStatus.SourceGone;
        if (backends.Find(miner) is not { } backend)
            return PushStatus.Failed;
        try
        {
            await backend.PutAsync(BlobName.Parse(name), pin.Memory);
            return PushStatus.Stored;
        }
        catch (BlobException e)
        {
            log.LogWarning(e, "Fragment {Name} could not be stored at miner {Miner}: {Error}", name, miner, e.Error);
            return e.Error == BlobError.Full ? PushStatus.Full : PushStatus.Failed;
        }
    }
}
