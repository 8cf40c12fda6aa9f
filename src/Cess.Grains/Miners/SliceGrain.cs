namespace Cess.Grains.Miners;

/// <summary>Sees one fragment to a miner. Holds no state: the chain records where the fragment is.</summary>
public sealed class SliceGrain(IGrainFactory grains) : Grain, ISliceGrain
{
    /// <inheritdoc/>
    public async Task<SliceResult> StoreAsync(SliceOrder order)
    {
        var storage = grains.GetGrain<IStorageGrain>(0);
        var scheduler = grains.GetGrain<ISchedulerGrain>(0);
        var except = new List<uint>(order.Except);
        uint miner = order.Miner;
        var status = PushStatus.Failed;
        for (int attempt = 0; attempt < GrainLimits.PushAttempts; attempt++)
        {
            status = await storage.PushAsync(miner, order.Name, order.Source);
            if (status is PushStatus.Stored or PushStatus.SourceGone)
                return new SliceResult(status, miner);
            await scheduler.ReportFailureAsync(miner, status);
            except.Add(miner);
            Placement next = await scheduler.PlaceAsync(new PlacementRequest(1, order.Source.Length, except));
            if (next.Miners.Count == 0)
                return new SliceResult(next.OutOfSpace ? PushStatus.Full : status, miner);
            miner = next.Miners[0];
        }
        return new SliceResult(status, miner);
    }
}
