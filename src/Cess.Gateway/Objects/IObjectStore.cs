namespace Cess.Gateway.Objects;

/// <summary>
/// Buckets and objects as a front door sees them: names and plaintext in, names and plaintext out. The S3 door and the
/// REST door call this; its one product implementation encrypts, slices, places and records through the grains.
/// Every method throws <see cref="ObjectStoreException"/> with a code for whatever a caller can cause.
/// </summary>
public interface IObjectStore
{
    /// <summary>Creates a bucket owned by the caller. Durable and final on chain when it returns.</summary>
    /// <exception cref="ObjectStoreException">BucketAlreadyOwnedByYou, BucketAlreadyExists, InvalidBucketName, TooManyBuckets.</exception>
    Task CreateBucketAsync(Caller caller, string bucket, CancellationToken cancellation);

    /// <summary>Deletes an empty bucket.</summary>
    /// <exception cref="ObjectStoreException">NoSuchBucket, AccessDenied, BucketNotEmpty.</exception>
    Task DeleteBucketAsync(Caller caller, string bucket, CancellationToken cancellation);

    /// <summary>Facts of one bucket.</summary>
    /// <exception cref="ObjectStoreException">NoSuchBucket, AccessDenied.</exception>
    Task<BucketInfo> GetBucketAsync(Caller caller, string bucket, CancellationToken cancellation);

    /// <summary>The caller's buckets, in ordinal order of their names.</summary>
    Task<IReadOnlyList<BucketInfo>> ListBucketsAsync(Caller caller, CancellationToken cancellation);

    /// <summary>
    /// Stores an object, replacing one of the same key in one step. When it returns, the object is durable, final on
    /// chain and visible; when it throws, nothing of it is visible and an older object of that key is untouched, and so it stays
    /// but after a <see cref="TimeoutException"/>, which says that this is not known yet.
    /// </summary>
    /// <param name="caller">Who pays and owns.</param>
    /// <param name="bucket">An existing bucket.</param>
    /// <param name="key">1 to 1,024 bytes of UTF-8.</param>
    /// <param name="content">Plaintext; read once, to its end; never buffered whole. Its exceptions pass through, and end the upload.</param>
    /// <param name="options">Headers and metadata to keep.</param>
    /// <param name="cancellation">Ends the upload; nothing is visible then.</param>
    /// <exception cref="ObjectStoreException">NoSuchBucket, AccessDenied, KeyTooLong, EntityTooLarge, BadDigest,
    /// PreconditionFailed, InsufficientStorage, SlowDown, ServiceUnavailable.</exception>
    Task<PutResult> PutAsync(
        Caller caller, string bucket, string key, Stream content, PutOptions options, CancellationToken cancellation);

    /// <summary>Facts of one object.</summary>
    /// <exception cref="ObjectStoreException">NoSuchBucket, NoSuchKey, AccessDenied.</exception>
    Task<ObjectInfo> HeadAsync(Caller caller, string bucket, string key, CancellationToken cancellation);

    /// <summary>
    /// Opens an object for reading. Bytes come out verified (AES-GCM) and in order; missing or corrupt fragments are
    /// rebuilt on the way. The reader must be disposed.
    /// </summary>
    /// <exception cref="ObjectStoreException">NoSuchBucket, NoSuchKey, AccessDenied.</exception>
    Task<IObjectReader> OpenAsync(Caller caller, string bucket, string key, CancellationToken cancellation);

    /// <summary>Deletes an object; succeeds when there is none.</summary>
    /// <exception cref="ObjectStoreException">NoSuchBucket, AccessDenied.</exception>
    Task DeleteAsync(Caller caller, string bucket, string key, CancellationToken cancellation);

    /// <summary>One page of a listing, in ordinal order of UTF-8 keys, as ListObjectsV2 defines it.</summary>
    /// <exception cref="ObjectStoreException">NoSuchBucket, AccessDenied.</exception>
    Task<ListPage> ListAsync(Caller caller, string bucket, ListQuery query, CancellationToken cancellation);

    /// <summary>Begins a multipart upload and returns its id (URL-safe, at most 64 characters).</summary>
    /// <exception cref="ObjectStoreException">As PutAsync.</exception>
    Task<string> BeginMultipartAsync(
        Caller caller, string bucket, string key, PutOptions options, CancellationToken cancellation);

    /// <summary>Stores part <paramref name="number"/> (1 to 10,000), replacing an earlier upload of that number; durable when it returns.</summary>
    /// <exception cref="ObjectStoreException">NoSuchUpload, and as PutAsync.</exception>
    Task<PartInfo> PutPartAsync(
        Caller caller, string bucket, string key, string uploadId, int number, Stream content, PartOptions options,
        CancellationToken cancellation);

    /// <summary>Makes the named parts, in ascending order, one object. As PutAsync for visibility; repeating a completed call answers the same.</summary>
    /// <exception cref="ObjectStoreException">NoSuchUpload, InvalidPart, InvalidPartOrder, EntityTooSmall, and as PutAsync.</exception>
    Task<PutResult> CompleteMultipartAsync(
        Caller caller, string bucket, string key, string uploadId, IReadOnlyList<CompletedPart> parts, CompleteOptions options,
        CancellationToken cancellation);

    /// <summary>Ends a multipart upload and frees what it stored.</summary>
    /// <exception cref="ObjectStoreException">NoSuchUpload.</exception>
    Task AbortMultipartAsync(Caller caller, string bucket, string key, string uploadId, CancellationToken cancellation);

    /// <summary>Parts stored so far, ascending.</summary>
    /// <exception cref="ObjectStoreException">NoSuchUpload.</exception>
    Task<MultipartInfo> ListPartsAsync(
        Caller caller, string bucket, string key, string uploadId, CancellationToken cancellation);

    /// <summary>Multipart uploads of a bucket that have not ended, by key in the order of UTF-8, then by id.</summary>
    /// <exception cref="ObjectStoreException">NoSuchBucket, AccessDenied.</exception>
    Task<IReadOnlyList<MultipartInfo>> ListMultipartAsync(Caller caller, string bucket, CancellationToken cancellation);
}

/// <summary>An object opened for reading.</summary>
public interface IObjectReader : IAsyncDisposable
{
    /// <summary>Facts of the object that this reader reads, whatever replaces it meanwhile.</summary>
    ObjectInfo Info { get; }

    /// <summary>
    /// Writes plaintext bytes [offset, offset + length) to <paramref name="destination"/>, verified and in order, with
    /// bounded memory. Nothing that failed verification is ever written.
    /// </summary>
    /// <exception cref="ObjectStoreException">DataUnavailable when more fragments are lost than the policy survives.</exception>
    Task CopyToAsync(Stream destination, long offset, long length, CancellationToken cancellation);
}
