using System.Runtime.CompilerServices;
using Cess.BlockStore;
using Cess.Gateway.Rest.Chain.History;

namespace Cess.Node.Setup;

/// <summary>The block store as the REST door reads it.</summary>
internal sealed class BlockArchive(IBlockStore store) : IBlockArchive
{
    public ulong? First => store.First;

    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadFromAsync(
        ulong height, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (BlockEntry block in store.ReadFromAsync(height, cancellation))
            yield return block.Bytes;
    }
}
