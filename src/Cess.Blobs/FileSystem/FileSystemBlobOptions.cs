using Cess.BlockStore.Files;

namespace Cess.Blobs.FileSystem;

/// <summary>How a <see cref="FileSystemBlobBackend"/> keeps its blobs.</summary>
/// <param name="QuotaBytes">Most bytes of blobs to hold; null for as much as the disk has.</param>
public sealed record FileSystemBlobOptions(long? QuotaBytes = null)
{
    /// <summary>Largest blob that is packed with others into one file, in bytes; 0 gives each blob a file of its own.</summary>
    public int PackedBytes { get; init; } = BlobLimits.PackedBytesDefault;

    /// <summary>Disk space that puts leave free, in bytes, so that there is room to compact packs.</summary>
    public long ReserveBytes { get; init; } = BlobLimits.ReserveBytesDefault;

    /// <summary>Returns when what was changed in a folder is durable: a test's disk may refuse.</summary>
    internal Action<string> SyncFolder { get; init; } = FolderSync.Flush;
}
