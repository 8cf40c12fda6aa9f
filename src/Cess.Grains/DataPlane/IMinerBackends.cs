using Cess.Blobs;
using Cess.Primitives;

namespace Cess.Grains.DataPlane;

/// <summary>Where the bytes of each miner that this node can reach are kept.</summary>
public interface IMinerBackends
{
    /// <summary>The backend of a miner, or null when this node can't reach it.</summary>
    /// <param name="miner">The miner's number on chain.</param>
    IBlobBackend? Find(uint miner);

    /// <summary>Accounts of the miners that this node operates.</summary>
    IReadOnlyCollection<AccountId> Local { get; }
}
