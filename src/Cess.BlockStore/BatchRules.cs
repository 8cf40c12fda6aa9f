namespace Cess.BlockStore;

/// <summary>What every store checks before it appends.</summary>
internal static class BatchRules
{
    /// <exception cref="BlockStoreException">
    /// <see cref="BlockStoreError.NotConsecutive"/> or <see cref="BlockStoreError.TooLarge"/>.
    /// </exception>
    public static void Check(IReadOnlyList<BlockEntry> batch, ulong? head)
    {
        if (batch.Count == 0)
            throw new BlockStoreException(BlockStoreError.NotConsecutive, "A batch has at least one block.");
        if (batch.Count > BlockStoreLimits.BatchBlocksMax)
            throw TooLarge($"The batch has {batch.Count} blocks; {BlockStoreLimits.BatchBlocksMax} are the most.");
        ulong expected = head is { } last ? checked(last + 1) : batch[0].Height;
        long total = 0;
        foreach (BlockEntry block in batch)
        {
            if (block.Height != expected)
                throw new BlockStoreException(BlockStoreError.NotConsecutive, $"Block {block.Height} came where {expected} is next.");
            if (block.Bytes.Length > BlockStoreLimits.BlockBytesMax)
                throw TooLarge($"Block {block.Height} has {block.Bytes.Length} bytes; {BlockStoreLimits.BlockBytesMax} are the most.");
            expected++;
            total += block.Bytes.Length;
        }
        if (total > BlockStoreLimits.BatchBytesMax)
            throw TooLarge($"The batch has {total} bytes; {BlockStoreLimits.BatchBytesMax} are the most.");
    }

    private static BlockStoreException TooLarge(string message) => new(BlockStoreError.TooLarge, message);
}
