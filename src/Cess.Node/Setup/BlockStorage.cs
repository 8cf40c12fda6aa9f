using System.Text;
using Cess.BlockStore;

namespace Cess.Node.Setup;

/// <summary>Where a node keeps its blocks: in its folder, or in a database. A folder stays with what it began with.</summary>
internal static class BlockStorage
{
    /// <summary>Opens the blocks of a folder, wherever they are.</summary>
    /// <exception cref="InvalidOperationException">They are elsewhere than the options say.</exception>
    /// <exception cref="BlockStoreException">They can't be opened.</exception>
    public static async Task<IBlockStore> OpenAsync(NodeOptions options, NodeFolder folder, CancellationToken cancellation)
    {
        if (options.Blocks is not { } database)
        {
            return !File.Exists(folder.BlocksElsewhere)
                ? await FileBlockStore.OpenAsync(folder.Blocks, cancellation: cancellation)
                : throw new InvalidOperationException(
                    $"The blocks of this folder are elsewhere ({await File.ReadAllTextAsync(folder.BlocksElsewhere, cancellation)}): "
                    + $"give --blocks, or {BlockDatabase.Variable}.");
        }

        if (Directory.Exists(folder.Blocks))
            throw new InvalidOperationException($"This folder has blocks of its own in {folder.Blocks}: start without --blocks, or with another folder.");
        IBlockStore store = await database.OpenAsync(cancellation);
        NodeFolder.WritePrivate(folder.BlocksElsewhere, Encoding.UTF8.GetBytes(database.ToString()));
        return store;
    }
}
