using Cess.BlockStore.Files;

namespace Cess.Blobs.FileSystem;

/// <summary>Says what an error of the file system means to a blob's caller.</summary>
internal static class DiskExplanations
{
    public static BlobException Explain(Exception e, string what) => new(CodeOf(e), $"{what}: {e.Message}", e);

    private static BlobError CodeOf(Exception e) =>
        DiskErrors.IsAccessDenied(e) ? BlobError.AccessDenied
        : DiskErrors.IsFull(e) ? BlobError.Full
        : DiskErrors.IsDeviceFault(e) ? BlobError.DeviceFault
        : BlobError.Transient;
}
