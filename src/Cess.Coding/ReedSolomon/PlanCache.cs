namespace Cess.Coding;

/// <summary>The reconstruction plans of one code, bounded; the oldest leaves first.</summary>
internal sealed class PlanCache(byte[] parity, int dataShards, int totalShards)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<ShardSet, ReconstructionPlan> _plans = [];
    private readonly Queue<ShardSet> _age = new();

    public int Count
    {
        get
        {
            lock (_lock)
                return _plans.Count;
        }
    }

    /// <summary>The plan for a set of exactly k available shards.</summary>
    public ReconstructionPlan For(ShardSet available)
    {
        lock (_lock)
        {
            if (_plans.TryGetValue(available, out ReconstructionPlan? known))
                return known;
        }

        // Two threads may make the same plan at once; that costs time only.
        ReconstructionPlan plan = ReconstructionPlan.Make(parity, dataShards, totalShards, available);
        lock (_lock)
        {
            if (_plans.TryAdd(available, plan))
            {
                _age.Enqueue(available);
                if (_age.Count > CodingLimits.CachedPlansMax)
                    _plans.Remove(_age.Dequeue());
            }
        }
        return plan;
    }
}
