using System.Collections.Concurrent;
using Cess.Blobs;
using Cess.Ledger.Modules.Miners;
using Cess.Primitives;

namespace Cess.Grains.DataPlane;

/// <summary>The backends of the miners that this node operates, found by the number that the chain gave each.</summary>
/// <param name="backends">By the miner's account.</param>
/// <param name="ledger">Tells which account a number stands for.</param>
public sealed class MinerBackends(IReadOnlyDictionary<AccountId, IBlobBackend> backends, ILedgerReader ledger) : IMinerBackends
{
    private readonly ConcurrentDictionary<uint, IBlobBackend> _byNumber = new();

    /// <inheritdoc/>
    public IReadOnlyCollection<AccountId> Local { get; } = [.. backends.Keys];

    /// <inheritdoc/>
    public IBlobBackend? Find(uint miner)
    {
        if (_byNumber.TryGetValue(miner, out IBlobBackend? backend))
            return backend;
        if (ledger.Head.Miner(new MinerId(miner)) is not { } record || !backends.TryGetValue(record.Account, out backend))
            return null;
        // Numbers are never given out again.
        _byNumber[miner] = backend;
        return backend;
    }
}
