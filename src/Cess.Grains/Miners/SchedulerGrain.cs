using System.Buffers.Binary;
using Cess.Coding;
using Cess.Grains.DataPlane;
using Cess.Ledger.Modules.Miners;

namespace Cess.Grains.Miners;

/// <summary>
/// Places fragments: distinct miners that take new data, are reachable, did not fail just now, and have room; each the more
/// likely the more room it has. Sampling without replacement by weight after Efraimidis and Spirakis, "Weighted random
/// sampling with a reservoir" (2006): the k smallest of −ln(u)/w.
/// </summary>
public sealed class SchedulerGrain(ILedgerReader ledger, IMinerBackends backends, TimeProvider time, IRandomSource random)
    : Grain, ISchedulerGrain
{
    private readonly Dictionary<uint, (DateTimeOffset Until, PushStatus Status)> _failures = [];

    /// <inheritdoc/>
    public Task<Placement> PlaceAsync(PlacementRequest request)
    {
        bool isOutOfSpace = false;
        var candidates = new List<(double Rank, uint Miner)>();
        foreach (MinerRecord miner in ledger.Head.Miners())
        {
            uint id = miner.Id.Value;
            if (miner.Status != MinerStatus.Positive || request.Except.Contains(id) || backends.Find(id) is null)
                continue;
            Rest rest = RestOf(id);
            isOutOfSpace |= rest == Rest.Full || miner.FreeBytes < (ulong)request.BytesEach;
            if (rest == Rest.None && miner.FreeBytes >= (ulong)request.BytesEach)
                candidates.Add((-Math.Log(NextUnit()) / Math.Max(miner.FreeBytes, 1), id));
        }
        candidates.Sort();
        uint[] chosen = [.. candidates.Take(request.Count).Select(candidate => candidate.Miner)];
        return Task.FromResult(new Placement(chosen, isOutOfSpace && chosen.Length < request.Count));
    }

    /// <inheritdoc/>
    public Task ReportFailureAsync(uint miner, PushStatus status)
    {
        _failures[miner] = (time.GetUtcNow() + GrainLimits.MinerRest, status);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<MinerView>> GetMinersAsync() => Task.FromResult<IReadOnlyList<MinerView>>(
        ledger.Head.Miners().OrderBy(miner => miner.Id).Select(miner => ViewOf(miner, RestOf(miner.Id.Value) == Rest.None)).ToArray());

    internal static MinerView ViewOf(MinerRecord miner, bool isHealthy) => new(
        miner.Id.Value, miner.Account.ToString(), miner.Endpoint, miner.DeclaredBytes, miner.ReservedBytes, miner.UsedBytes,
        isHealthy && miner.Status == MinerStatus.Positive);

    private Rest RestOf(uint miner)
    {
        if (!_failures.TryGetValue(miner, out (DateTimeOffset Until, PushStatus Status) failure))
            return Rest.None;
        if (failure.Until > time.GetUtcNow())
            return failure.Status == PushStatus.Full ? Rest.Full : Rest.Failed;
        _failures.Remove(miner);
        return Rest.None;
    }

    /// <summary>Uniform in (0, 1].</summary>
    private double NextUnit()
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        random.Fill(bytes);
        return ((BinaryPrimitives.ReadUInt64LittleEndian(bytes) >> 11) + 1) * (1.0 / (1UL << 53));
    }

    private enum Rest
    {
        None,
        Failed,
        Full,
    }
}
