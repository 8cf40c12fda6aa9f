namespace Cess.Gateway.Objects;

/// <summary>What can go wrong between a caller and its objects; S3's own words where S3 has one.</summary>
public enum ObjectStoreError
{
    /// <summary>The bucket does not exist.</summary>
    NoSuchBucket,

    /// <summary>The object does not exist.</summary>
    NoSuchKey,

    /// <summary>The multipart upload does not exist, or has ended.</summary>
    NoSuchUpload,

    /// <summary>The caller may not do this.</summary>
    AccessDenied,

    /// <summary>Another account owns a bucket of that name.</summary>
    BucketAlreadyExists,

    /// <summary>The caller owns a bucket of that name already.</summary>
    BucketAlreadyOwnedByYou,

    /// <summary>The bucket still holds objects.</summary>
    BucketNotEmpty,

    /// <summary>The bucket's name breaks the naming rules.</summary>
    InvalidBucketName,

    /// <summary>The caller has as many buckets as an account may have.</summary>
    TooManyBuckets,

    /// <summary>A key is empty or over 1,024 bytes of UTF-8.</summary>
    KeyTooLong,

    /// <summary>The policy is not of the form k+m, or not one that this network offers.</summary>
    InvalidPolicy,

    /// <summary>Headers and metadata together are over their bound.</summary>
    MetadataTooLarge,

    /// <summary>The object or part is larger than may be stored.</summary>
    EntityTooLarge,

    /// <summary>A part that is not the last is under the smallest size.</summary>
    EntityTooSmall,

    /// <summary>The body ended before its announced length, or went past it.</summary>
    IncompleteBody,

    /// <summary>The content does not have the announced digest.</summary>
    BadDigest,

    /// <summary>A named part was not stored, or has another ETag.</summary>
    InvalidPart,

    /// <summary>The parts were not named in ascending order.</summary>
    InvalidPartOrder,

    /// <summary>If-Match or If-None-Match was not met.</summary>
    PreconditionFailed,

    /// <summary>The miners have not enough space for it.</summary>
    InsufficientStorage,

    /// <summary>A bound of this node is reached; try again later.</summary>
    SlowDown,

    /// <summary>Too few miners or validators answer; try again later.</summary>
    ServiceUnavailable,

    /// <summary>More fragments are lost than the policy survives.</summary>
    DataUnavailable,
}

/// <summary>A coded failure of <see cref="IObjectStore"/>.</summary>
public sealed class ObjectStoreException : Exception
{
    /// <summary>Makes a failure.</summary>
    /// <param name="code">What went wrong.</param>
    /// <param name="message">One sentence for the caller: names the entity and the numbers; never a secret.</param>
    /// <param name="cause">What brought it about, for the log.</param>
    public ObjectStoreException(ObjectStoreError code, string message, Exception? cause = null)
        : base(message, cause) => Code = code;

    /// <summary>What went wrong.</summary>
    public ObjectStoreError Code { get; }
}
