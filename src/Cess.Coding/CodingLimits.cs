namespace Cess.Coding;

/// <summary>Every bound of this project, in one place.</summary>
public static class CodingLimits
{
    /// <summary>Data and parity shards of one code together: a Cauchy matrix over GF(2^8) needs distinct points.</summary>
    public const int TotalShardsMax = 255;

    /// <summary>Codes kept by <see cref="ReedSolomon.For(int, int)"/>; a code beyond them is made anew on every call.</summary>
    internal const int CachedCodesMax = 256;

    /// <summary>Reconstruction plans (one a set of available shards) that one code keeps; the oldest leaves first.</summary>
    internal const int CachedPlansMax = 256;

    /// <summary>Bytes of each shard that one pass of the coder works on before it turns to the next outputs.</summary>
    internal const int CodingTileBytes = 16 * 1024;

    /// <summary>Above this many bytes of shards the results leave the caches anyway and are written around them.</summary>
    internal const int NonTemporalBytesMin = 16 * 1024 * 1024;

    /// <summary>Cipher instances that one key keeps ready for its next callers; more callers at once make their own.</summary>
    internal const int IdleCiphersMax = 64;

    /// <summary>Bytes of an object's name in UTF-8, as in S3.</summary>
    public const int NameBytesMax = 1024;

    /// <summary>The smallest block of a segment pool: a small object and its parity fit.</summary>
    internal const int PoolBlockBytesMin = 16 * 1024;

    /// <summary>Callers that may wait for a segment buffer at once.</summary>
    internal const int PoolWaitersMax = 4096;

    /// <summary>Bytes of an object's metadata before it is encrypted; with what that adds, 8 KiB.</summary>
    public const int MetadataBytesMax = (8 * 1024) - 28;

    /// <summary>Entries of one kind (headers, user metadata) in an object's metadata.</summary>
    public const int MetadataEntriesMax = 256;

    /// <summary>Characters of an ETag: 32 of MD5, and "-10000" for a multipart object.</summary>
    public const int ETagCharsMax = 64;

    /// <summary>Frames that one run of a <see cref="ParallelFor"/> encrypts.</summary>
    internal const int FramesPerPiece = 4;

    /// <summary>
    /// Leaves of each fragment that one run of a <see cref="ParallelFor"/> codes and hashes: 16 KiB of each, so that those
    /// of all fragments of the usual policies fit the second-level cache.
    /// </summary>
    internal const int LeavesPerPiece = 4;
}
