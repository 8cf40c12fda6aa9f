namespace Cess.Blobs;

/// <summary>Every bound of this project. Sizes are bytes unless the name says otherwise.</summary>
public static class BlobLimits
{
    /// <summary>Longest blob name, in characters: with its folder's prefix it stays under the 255 of every file system.</summary>
    public const int NameCharsMax = 240;

    /// <summary>Most segments ('/'-separated parts) of a blob name.</summary>
    public const int NameSegmentsMax = 16;

    /// <summary>Largest blob of a file system backend: what S3 takes in one put, so that blobs can move there.</summary>
    public const long FileBytesMax = 5L << 30;

    /// <summary>Largest blob of a memory backend.</summary>
    public const long MemoryBytesMax = 1L << 30;

    /// <summary>Largest blob of an S3 backend: it is held in memory so that a put can be sent again. A fragment has 8 MiB.</summary>
    public const long S3BytesMax = 64L << 20;

    /// <summary>Size of the pieces in which a stream is copied to a file.</summary>
    public const int CopyBytes = 256 << 10;

    /// <summary>Puts and deletes that may block a thread on the disk at once in one file system backend; more wait.</summary>
    public const int DiskOperationsMax = 32;

    /// <summary>Folders that a file system backend remembers as durable before it forgets them all and asks again.</summary>
    public const int KnownFoldersMax = 65_536;

    /// <summary>Largest blob that a file system backend packs with others into one file, unless the options say otherwise.</summary>
    public const int PackedBytesDefault = 64 << 10;

    /// <summary>Largest such size that the options can ask for.</summary>
    public const int PackedBytesMax = 1 << 20;

    /// <summary>Size from which a pack gets no further batch.</summary>
    public const long PackBytes = 64L << 20;

    /// <summary>Disk space that puts leave free, so that there is room to compact packs: two of them.</summary>
    public const long ReserveBytesDefault = 2 * PackBytes;

    /// <summary>Most bytes of records in one batch of packed blobs, if it has more than one.</summary>
    public const int PackBatchBytes = 4 << 20;

    /// <summary>Packed puts and deletes that may wait for their batch; more wait outside.</summary>
    public const int PackQueueMax = 4096;

    /// <summary>
    /// Blocks of 4 KiB in all packs that may be unreadable when they are opened: each costs a failing disk seconds, and one that has lost
    /// more serves nobody.
    /// </summary>
    public const int UnreadableBlocksMax = 256;

    /// <summary>Names that are taken from the index of packed blobs at once while they are listed.</summary>
    public const int PackListBatch = 1000;

    /// <summary>Puts and deletes of one name wait for each other; so do those of names that share one of these gates.</summary>
    public const int NameGates = 1024;
}
