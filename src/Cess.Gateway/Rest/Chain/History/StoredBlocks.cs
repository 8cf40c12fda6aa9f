using Cess.Wire;

namespace Cess.Gateway.Rest.Chain.History;

/// <summary>Where a chain begins on this node: above the genesis if blocks were pruned, or it began with another node's state.</summary>
internal static class StoredBlocks
{
    /// <summary>The first height whose block is here, or 1.</summary>
    public static ulong FirstHeight(this IBlockArchive archive) => archive.First ?? 1;

    /// <summary>Refuses a height whose block was final and is not here.</summary>
    /// <exception cref="RestException"><see cref="WireErrors.BlockGone"/>.</exception>
    public static void RequireStored(this IBlockArchive archive, ulong height)
    {
        if (height > 0 && height < archive.FirstHeight())
            throw new RestException(WireErrors.BlockGone, $"Block {height} is not here: this node's blocks begin at height {archive.First}.");
    }
}
