namespace Cess.Peers;

/// <summary>What each address may still ask for: a token bucket each, for a bounded number of addresses.</summary>
internal sealed class RequestBudgets(TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<UInt128, Bucket> _buckets = [];
    private long _swept = time.GetTimestamp();

    /// <summary>Takes the cost of a request; false if the address has too little left, or too many others ask.</summary>
    /// <param name="address">Who asks.</param>
    /// <param name="cost">What it costs.</param>
    /// <param name="rest">What has to be left for other requests.</param>
    public bool TrySpend(UInt128 address, double cost, double rest = 0)
    {
        long now = time.GetTimestamp();
        lock (_lock)
        {
            if (!_buckets.TryGetValue(address, out Bucket bucket))
            {
                if (_buckets.Count >= PeerLimits.AddressesMax)
                    Sweep(now);
                if (_buckets.Count >= PeerLimits.AddressesMax)
                    return false;
                bucket = new Bucket(PeerLimits.RequestBudget, now);
            }

            double left = LeftAt(bucket, now) - cost;
            if (left < rest)
                return false;
            _buckets[address] = new Bucket(left, now);
            return true;
        }
    }

    /// <summary>Forgets those that are full again, which says as much as not knowing them.</summary>
    private void Sweep(long now)
    {
        if (time.GetElapsedTime(_swept, now) < PeerLimits.AddressesInterval)
            return;
        _swept = now;
        foreach (UInt128 full in _buckets.Where(entry => LeftAt(entry.Value, now) >= PeerLimits.RequestBudget).Select(entry => entry.Key).ToArray())
            _buckets.Remove(full);
    }

    private double LeftAt(Bucket bucket, long now) => Math.Min(
        PeerLimits.RequestBudget, bucket.Left + (time.GetElapsedTime(bucket.At, now).TotalSeconds * PeerLimits.RequestBudgetPerSecond));

    private readonly record struct Bucket(double Left, long At);
}
