namespace Cess.Gateway.Rest.Chain.History;

/// <summary>Final blocks as they are stored, in order and past the grains: a whole chain must not become grains.</summary>
public interface IBlockArchive
{
    /// <summary>The lowest height that is here, of those that were not pruned; null while there is no block.</summary>
    ulong? First { get; }

    /// <summary>The SCALE records of the blocks from a height, which is here, to the newest stored.</summary>
    IAsyncEnumerable<ReadOnlyMemory<byte>> ReadFromAsync(ulong height, CancellationToken cancellation);
}
