namespace Cess.Gateway.S3;

/// <summary>The operations of the S3 door, by S3's names.</summary>
internal enum S3Operation
{
    /// <summary>Not known yet: the request failed before it was routed.</summary>
    Unknown,

    ListBuckets,

    CreateBucket,
    HeadBucket,
    DeleteBucket,
    GetBucketLocation,

    /// <summary>GET of a bucket's setting that cannot be changed here; see <see cref="Operations.BucketSettings"/>.</summary>
    GetBucketSetting,

    /// <summary>DELETE of a bucket's or an object's setting that is never there.</summary>
    DeleteAbsentSetting,
    PutBucketAcl,
    ListObjects,
    ListObjectsV2,
    ListObjectVersions,
    ListMultipartUploads,
    DeleteObjects,

    PutObject,
    GetObject,
    HeadObject,
    DeleteObject,
    CopyObject,
    GetObjectAttributes,
    GetObjectAcl,
    PutObjectAcl,
    GetObjectTagging,
    GetObjectLockSetting,

    CreateMultipartUpload,
    UploadPart,
    UploadPartCopy,
    CompleteMultipartUpload,
    AbortMultipartUpload,
    ListParts,
}
