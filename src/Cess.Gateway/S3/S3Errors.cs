using System.Collections.Frozen;
using System.Reflection;
using Cess.Gateway.Objects;

namespace Cess.Gateway.S3;

/// <summary>An error as S3 names it.</summary>
/// <param name="Code">S3's code.</param>
/// <param name="Status">HTTP status.</param>
/// <param name="Message">What a client reads when nothing more exact is known.</param>
internal sealed record S3Error(string Code, int Status, string Message);

/// <summary>A failure that a client of the S3 door caused or has to know of.</summary>
internal sealed class S3Exception : Exception
{
    public S3Exception(S3Error error, string? message = null, params (string Name, string Value)[] details)
        : base(message ?? error.Message)
    {
        Error = error;
        Details = details;
    }

    public S3Error Error { get; }

    /// <summary>Further elements of the error's XML.</summary>
    public IReadOnlyList<(string Name, string Value)> Details { get; }
}

/// <summary>Every error that the S3 door answers: code, status, default message.</summary>
internal static class S3Errors
{
    public static readonly S3Error AccessControlListNotSupported = new("AccessControlListNotSupported", 400, "The bucket does not allow ACLs.");
    public static readonly S3Error AccessDenied = new("AccessDenied", 403, "Access Denied");
    public static readonly S3Error AccessForbidden = new("AccessForbidden", 403, "CORSResponse: CORS is not enabled for this bucket.");
    public static readonly S3Error AuthorizationHeaderMalformed = new("AuthorizationHeaderMalformed", 400, "The authorization header is malformed.");
    public static readonly S3Error AuthorizationQueryParametersError = new("AuthorizationQueryParametersError", 400, "The authorization query parameters are malformed.");
    public static readonly S3Error BadDigest = new("BadDigest", 400, "The digest you specified did not match what we received.");
    public static readonly S3Error BucketAlreadyExists = new("BucketAlreadyExists", 409, "The requested bucket name is not available. Please select a different name and try again.");
    public static readonly S3Error BucketAlreadyOwnedByYou = new("BucketAlreadyOwnedByYou", 409, "Your previous request to create the named bucket succeeded and you already own it.");
    public static readonly S3Error BucketNotEmpty = new("BucketNotEmpty", 409, "The bucket you tried to delete is not empty.");
    public static readonly S3Error EntityTooLarge = new("EntityTooLarge", 400, "Your proposed upload exceeds the maximum allowed size.");
    public static readonly S3Error EntityTooSmall = new("EntityTooSmall", 400, "Your proposed upload is smaller than the minimum allowed size.");
    public static readonly S3Error IllegalLocationConstraint = new("IllegalLocationConstraintException", 400, "The location constraint is incompatible for the region specific endpoint this request was sent to.");
    public static readonly S3Error IncompleteBody = new("IncompleteBody", 400, "The request body terminated unexpectedly.");
    public static readonly S3Error InternalError = new("InternalError", 500, "We encountered an internal error. Please try again.");
    public static readonly S3Error InvalidAccessKeyId = new("InvalidAccessKeyId", 403, "The AWS Access Key Id you provided does not exist in our records.");
    public static readonly S3Error InvalidArgument = new("InvalidArgument", 400, "Invalid Argument");
    public static readonly S3Error InvalidBucketName = new("InvalidBucketName", 400, "The specified bucket is not valid.");
    public static readonly S3Error InvalidChunkSize = new("InvalidChunkSizeError", 403, "Only the last chunk is allowed to have a size less than 8192 bytes");
    public static readonly S3Error InvalidDigest = new("InvalidDigest", 400, "The Content-MD5 you specified was invalid.");
    public static readonly S3Error InvalidEncryptionAlgorithm = new("InvalidEncryptionAlgorithmError", 400, "The encryption request that you specified is not valid. The valid value is AES256.");
    public static readonly S3Error InvalidPart = new("InvalidPart", 400, "One or more of the specified parts could not be found. The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.");
    public static readonly S3Error InvalidPartNumber = new("InvalidPartNumber", 416, "The requested partnumber is not satisfiable");
    public static readonly S3Error InvalidPartOrder = new("InvalidPartOrder", 400, "The list of parts was not in ascending order. Parts must be ordered by part number.");
    public static readonly S3Error InvalidRange = new("InvalidRange", 416, "The requested range is not satisfiable");
    public static readonly S3Error InvalidRequest = new("InvalidRequest", 400, "Invalid Request");
    public static readonly S3Error InvalidStorageClass = new("InvalidStorageClass", 400, "The storage class you specified is not valid");
    public static readonly S3Error InvalidToken = new("InvalidToken", 400, "The provided token is malformed or otherwise invalid.");
    public static readonly S3Error InvalidUri = new("InvalidURI", 400, "Couldn't parse the specified URI.");
    public static readonly S3Error KeyTooLong = new("KeyTooLongError", 400, "Your key is too long");
    public static readonly S3Error MalformedTrailer = new("MalformedTrailerError", 400, "The request contained trailing data that was not well-formed or did not conform to our published schema.");
    public static readonly S3Error MalformedXml = new("MalformedXML", 400, "The XML you provided was not well-formed or did not validate against our published schema");
    public static readonly S3Error MaxMessageLengthExceeded = new("MaxMessageLengthExceeded", 400, "Your request was too big.");
    public static readonly S3Error MetadataTooLarge = new("MetadataTooLarge", 400, "Your metadata headers exceed the maximum allowed metadata size");
    public static readonly S3Error MethodNotAllowed = new("MethodNotAllowed", 405, "The specified method is not allowed against this resource.");
    public static readonly S3Error MissingContentLength = new("MissingContentLength", 411, "You must provide the Content-Length HTTP header.");
    public static readonly S3Error NoSuchBucket = new("NoSuchBucket", 404, "The specified bucket does not exist");
    public static readonly S3Error NoSuchBucketPolicy = new("NoSuchBucketPolicy", 404, "The bucket policy does not exist");
    public static readonly S3Error NoSuchConfiguration = new("NoSuchConfiguration", 404, "The specified configuration does not exist.");
    public static readonly S3Error NoSuchCorsConfiguration = new("NoSuchCORSConfiguration", 404, "The CORS configuration does not exist");
    public static readonly S3Error NoSuchKey = new("NoSuchKey", 404, "The specified key does not exist.");
    public static readonly S3Error NoSuchLifecycleConfiguration = new("NoSuchLifecycleConfiguration", 404, "The lifecycle configuration does not exist");
    public static readonly S3Error NoSuchObjectLockConfiguration = new("NoSuchObjectLockConfiguration", 404, "The specified object does not have a ObjectLock configuration");
    public static readonly S3Error NoSuchTagSet = new("NoSuchTagSet", 404, "The TagSet does not exist");
    public static readonly S3Error NoSuchUpload = new("NoSuchUpload", 404, "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.");
    public static readonly S3Error NoSuchVersion = new("NoSuchVersion", 404, "The specified version does not exist.");
    public static readonly S3Error NoSuchWebsiteConfiguration = new("NoSuchWebsiteConfiguration", 404, "The specified bucket does not have a website configuration");
    public static readonly S3Error NotImplemented = new("NotImplemented", 501, "A header or query you provided implies functionality that is not implemented");
    public static readonly S3Error ObjectLockConfigurationNotFound = new("ObjectLockConfigurationNotFoundError", 404, "Object Lock configuration does not exist for this bucket");
    public static readonly S3Error PreconditionFailed = new("PreconditionFailed", 412, "At least one of the pre-conditions you specified did not hold");
    public static readonly S3Error ReplicationConfigurationNotFound = new("ReplicationConfigurationNotFoundError", 404, "The replication configuration was not found");
    public static readonly S3Error RequestHeaderSectionTooLarge = new("RequestHeaderSectionTooLarge", 400, "Your request header section exceeds the maximum allowed size.");
    public static readonly S3Error RequestTimeout = new("RequestTimeout", 400, "Your socket connection to the server was not read from or written to within the timeout period.");
    public static readonly S3Error RequestTimeTooSkewed = new("RequestTimeTooSkewed", 403, "The difference between the request time and the current time is too large.");
    public static readonly S3Error ServiceUnavailable = new("ServiceUnavailable", 503, "Service is unable to handle request.");
    public static readonly S3Error SignatureDoesNotMatch = new("SignatureDoesNotMatch", 403, "The request signature we calculated does not match the signature you provided. Check your key and signing method.");
    public static readonly S3Error SlowDown = new("SlowDown", 503, "Please reduce your request rate.");
    public static readonly S3Error TooManyBuckets = new("TooManyBuckets", 400, "You have attempted to create more buckets than allowed");
    public static readonly S3Error XAmzContentSha256Mismatch = new("XAmzContentSHA256Mismatch", 400, "The provided 'x-amz-content-sha256' header does not match what was computed.");

    /// <summary>The whole catalogue, by code.</summary>
    public static readonly FrozenDictionary<string, S3Error> All = typeof(S3Errors)
        .GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => field.GetValue(null))
        .OfType<S3Error>()
        .ToFrozenDictionary(error => error.Code);

    /// <summary>What S3 calls a failure of the object store.</summary>
    public static S3Error Of(ObjectStoreError error) => error switch
    {
        ObjectStoreError.NoSuchBucket => NoSuchBucket,
        ObjectStoreError.NoSuchKey => NoSuchKey,
        ObjectStoreError.NoSuchUpload => NoSuchUpload,
        ObjectStoreError.AccessDenied => AccessDenied,
        ObjectStoreError.BucketAlreadyExists => BucketAlreadyExists,
        ObjectStoreError.BucketAlreadyOwnedByYou => BucketAlreadyOwnedByYou,
        ObjectStoreError.BucketNotEmpty => BucketNotEmpty,
        ObjectStoreError.InvalidBucketName => InvalidBucketName,
        ObjectStoreError.TooManyBuckets => TooManyBuckets,
        ObjectStoreError.KeyTooLong => KeyTooLong,
        ObjectStoreError.InvalidPolicy => InvalidArgument,
        ObjectStoreError.MetadataTooLarge => MetadataTooLarge,
        ObjectStoreError.EntityTooLarge => EntityTooLarge,
        ObjectStoreError.EntityTooSmall => EntityTooSmall,
        ObjectStoreError.IncompleteBody => IncompleteBody,
        ObjectStoreError.BadDigest => BadDigest,
        ObjectStoreError.InvalidPart => InvalidPart,
        ObjectStoreError.InvalidPartOrder => InvalidPartOrder,
        ObjectStoreError.PreconditionFailed => PreconditionFailed,
        ObjectStoreError.InsufficientStorage => ServiceUnavailable,
        ObjectStoreError.SlowDown => SlowDown,
        ObjectStoreError.ServiceUnavailable => ServiceUnavailable,
        ObjectStoreError.DataUnavailable => ServiceUnavailable,
        _ => InternalError,
    };
}
