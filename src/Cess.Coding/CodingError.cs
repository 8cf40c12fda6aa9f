namespace Cess.Coding;

/// <summary>Why this layer refused bytes or a request. The numbers are stable: they may be logged and sent.</summary>
public enum CodingError
{
    /// <summary>Nothing is wrong.</summary>
    None = 0,

    /// <summary>A number of data and parity shards outside 1 ≤ k, 0 ≤ m, k + m ≤ 255, or text that is no policy.</summary>
    PolicyInvalid = 1,

    /// <summary>Fewer than k shards are available.</summary>
    TooFewShards = 2,

    /// <summary>A shard's index is out of range, or named twice.</summary>
    ShardIndexInvalid = 3,

    /// <summary>A buffer or a range has not the length that its use needs.</summary>
    LengthInvalid = 4,

    /// <summary>A frame was to be encrypted after the last one of its part.</summary>
    FrameOutOfTurn = 5,

    /// <summary>A part would need more than 2^32 frames.</summary>
    PartTooLong = 6,

    /// <summary>A wrapped key cannot be opened with this key and context.</summary>
    KeyNotAuthentic = 7,

    /// <summary>An encrypted name cannot be opened with this key, or does not belong to its tag.</summary>
    NameNotAuthentic = 8,

    /// <summary>A fragment's bytes do not hash to its id.</summary>
    FragmentNotAuthentic = 9,

    /// <summary>A segment is larger than a pool's whole limit.</summary>
    SegmentTooLarge = 10,

    /// <summary>Too many callers wait for a segment buffer already.</summary>
    PoolBusy = 11,

    /// <summary>Encrypted metadata cannot be opened with this key, does not belong to its tag, or is not in the settled form.</summary>
    MetadataNotAuthentic = 12,
}
