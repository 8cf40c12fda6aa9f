namespace Cess.BlockStore;

/// <summary>Every bound of this project. Sizes are bytes unless the name says otherwise.</summary>
public static class BlockStoreLimits
{
    /// <summary>Largest block.</summary>
    public const int BlockBytesMax = 64 << 20;

    /// <summary>Most blocks in one batch.</summary>
    public const int BatchBlocksMax = 65_536;

    /// <summary>Most bytes of blocks in one batch.</summary>
    public const long BatchBytesMax = 256L << 20;

    /// <summary>Size from which a segment gets no further batch, unless the options say otherwise.</summary>
    public const long SegmentBytesDefault = 64L << 20;

    /// <summary>Largest such size: with the batch that passes it, offsets in a segment stay below 4 GiB.</summary>
    public const long SegmentBytesMax = 1L << 30;

    /// <summary>Bytes read at once where blocks are read in order.</summary>
    public const int ReadAheadBytes = 1 << 20;

    /// <summary>Bytes of a snapshot gathered before they are written.</summary>
    public const int SnapshotBufferBytes = 256 << 10;

    /// <summary>Snapshots kept: the newest, and one more in case it turns out corrupt.</summary>
    public const int SnapshotsKept = 2;
}
