namespace Cess.BlockStore.Files;

/// <summary>Says what an error of a disk means to a store's caller.</summary>
internal static class DiskExplanations
{
    public static BlockStoreException Explain(Exception e, string what) => e as BlockStoreException
        ?? new BlockStoreException(
            DiskErrors.IsFull(e) ? BlockStoreError.Full : BlockStoreError.InputOutput, $"{what}: {e.Message}", e);
}
