using Cess.Blobs;
using Cess.Blobs.FileSystem;
using Cess.Blobs.Packs;

namespace Cess.Node.Setup;

/// <summary>Where a miner of this node keeps its fragments.</summary>
internal static class MinerStorage
{
    /// <summary>Opens a miner's folder, and tells what is damaged there: the miner goes on with what is left.</summary>
    /// <exception cref="BlobException">It can't be opened.</exception>
    public static async Task<IBlobBackend> OpenAsync(string folder, long? quota, Action<string> tell, CancellationToken cancellation)
    {
        FileSystemBlobBackend backend = await FileSystemBlobBackend.OpenAsync(folder, new FileSystemBlobOptions(quota), cancellation);
        foreach (PackDamage damage in backend.Damages)
        {
            tell($"{damage.Length} bytes of '{damage.File}' at {damage.Offset} are damaged or can't be read, in '{folder}': "
                + "fragments there are lost or can't be read, and are rebuilt from others. The disk may be failing.");
        }
        return backend;
    }
}
