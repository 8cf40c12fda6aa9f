using Cess.Blobs;

namespace Cess.Grains.DataPlane;

/// <summary>Reads fragments straight from the miners' backends.</summary>
public sealed class FragmentReader(IMinerBackends backends) : IFragmentReader
{
    /// <inheritdoc/>
    public async ValueTask<bool> ReadAsync(
        uint miner, string name, long offset, Memory<byte> destination, CancellationToken cancellation)
    {
        if (backends.Find(miner) is not { } backend)
            return false;
        try
        {
            int count = await backend.ReadAsync(BlobName.Parse(name), offset, destination, cancellation).ConfigureAwait(false);
            return count == destination.Length;
        }
        catch (BlobException)
        {
            // Whatever the reason, this copy is of no use now; the caller rebuilds the range from others.
            return false;
        }
    }
}
