using System.Reflection;

namespace Cess.Wire;

/// <summary>A kind of failure that the REST door answers with.</summary>
/// <param name="Code">Stable and machine-readable: a subject, a dot, what is wrong.</param>
/// <param name="Status">HTTP status.</param>
/// <param name="Meaning">One sentence for the documentation.</param>
public sealed record WireError(string Code, int Status, string Meaning);

/// <summary>
/// Every error code of the REST door. A transaction's own outcome keeps the ledger's code (such as "Files.BucketUnknown"),
/// and comes as part of a normal answer.
/// </summary>
public static class WireErrors
{
    /// <summary>Something is wrong with the request's form.</summary>
    public static readonly WireError Malformed = new("request.malformed", 400, "The request has not the form that this path takes.");

    /// <summary>No such path.</summary>
    public static readonly WireError UnknownPath = new("request.unknown_path", 404, "There is nothing at this path.");

    /// <summary>Wrong method.</summary>
    public static readonly WireError MethodNotAllowed = new("request.method_not_allowed", 405, "The path does not take this method.");

    /// <summary>A body of undeclared length.</summary>
    public static readonly WireError LengthRequired = new("request.length_required", 411, "The request must announce its Content-Length.");

    /// <summary>The body is over its bound.</summary>
    public static readonly WireError TooLarge = new("request.too_large", 413, "The body is larger than this path takes.");

    /// <summary>Wrong content type.</summary>
    public static readonly WireError UnsupportedMediaType = new("request.unsupported_media_type", 415, "The body's content type is not one that this path takes.");

    /// <summary>The range cannot be served.</summary>
    public static readonly WireError RangeNotSatisfiable = new("request.range_not_satisfiable", 416, "The range lies outside of the content, or is not of the form bytes=first-last.");

    /// <summary>The body ended early or stood still.</summary>
    public static readonly WireError Incomplete = new("request.incomplete", 400, "The body ended before its announced length, or did not arrive in time.");

    /// <summary>The body is not what its digest says.</summary>
    public static readonly WireError DigestMismatch = new("request.digest_mismatch", 400, "The body does not have the digest that Content-Digest says.");

    /// <summary>No signature.</summary>
    public static readonly WireError SignatureMissing = new("auth.signature_missing", 401, "The path needs a signed request, and this one has no signature.");

    /// <summary>The signature's fields are malformed or cover too little.</summary>
    public static readonly WireError SignatureInvalid = new("auth.signature_invalid", 401, "The signature's fields are malformed, cover too little, or name another algorithm.");

    /// <summary>The signature does not match.</summary>
    public static readonly WireError SignatureMismatch = new("auth.signature_mismatch", 401, "The signature does not match the request, or the key does not belong to the account.");

    /// <summary>Too old, too new, or too long-lived.</summary>
    public static readonly WireError SignatureExpired = new("auth.signature_expired", 401, "The signature has expired, lies in the future, or is valid for too long.");

    /// <summary>Seen before.</summary>
    public static readonly WireError Replayed = new("auth.replayed", 401, "The signature has been used before.");

    /// <summary>An account that is not on chain.</summary>
    public static readonly WireError UnknownAccount = new("auth.unknown_account", 403, "The account does not exist on chain.");

    /// <summary>Not the caller's.</summary>
    public static readonly WireError Denied = new("auth.denied", 403, "The account may not do this.");

    /// <summary>No such block.</summary>
    public static readonly WireError BlockNotFound = new("blocks.not_found", 404, "There is no such final block.");

    /// <summary>The block was final, and is not on this node.</summary>
    public static readonly WireError BlockGone = new("blocks.gone", 410, "This node's blocks begin above that height; another node may have it.");

    /// <summary>No such handover.</summary>
    public static readonly WireError HandoverNotFound = new("eras.handover_not_found", 404, "The era is not over, or its end is so fresh that the handover is still being made.");

    /// <summary>No such proposal.</summary>
    public static readonly WireError ProposalNotFound = new("proposals.not_found", 404, "No open proposal has that number: it was decided, taken back, or never made.");

    /// <summary>No such transaction.</summary>
    public static readonly WireError TransactionNotFound = new("transactions.not_found", 404, "No final block that this node indexes holds such a transaction, and none waits for one.");

    /// <summary>The pool takes nothing now.</summary>
    public static readonly WireError PoolFull = new("transactions.pool_full", 429, "The pool, or the account's share of it, is full; try again after Retry-After.");

    /// <summary>No such account.</summary>
    public static readonly WireError AccountNotFound = new("accounts.not_found", 404, "The account does not exist on chain.");

    /// <summary>No such file.</summary>
    public static readonly WireError FileNotFound = new("files.not_found", 404, "There is no such file.");

    /// <summary>No such segment in the file.</summary>
    public static readonly WireError SegmentNotFound = new("files.segment_not_found", 404, "The file has no such part or segment.");

    /// <summary>Too many fragments are lost.</summary>
    public static readonly WireError DataUnavailable = new("files.data_unavailable", 503, "More fragments are out of reach than the policy survives.");

    /// <summary>No such bucket.</summary>
    public static readonly WireError BucketNotFound = new("buckets.not_found", 404, "There is no such bucket.");

    /// <summary>No such object.</summary>
    public static readonly WireError ObjectNotFound = new("objects.not_found", 404, "The bucket has no object of this name tag.");

    /// <summary>No such upload.</summary>
    public static readonly WireError UploadNotFound = new("uploads.not_found", 404, "There is no such upload: it has ended, expired, or its node was restarted.");

    /// <summary>The account has too many uploads open.</summary>
    public static readonly WireError TooManyUploads = new("uploads.too_many", 429, "The account, or the node, has as many open uploads as it may have.");

    /// <summary>A bad policy.</summary>
    public static readonly WireError InvalidPolicy = new("uploads.invalid_policy", 400, "The policy is not of the form k+m, or not one that this network offers.");

    /// <summary>A segment has the wrong size, or too many were sent.</summary>
    public static readonly WireError InvalidSegment = new("uploads.invalid_segment", 400, "A segment's length or number is out of bounds, or its length differs from the one stored before.");

    /// <summary>The declaration does not match the upload.</summary>
    public static readonly WireError DeclarationMismatch = new("uploads.declaration_mismatch", 409, "The declaration is not of this account, or names segments or fragments that this upload has not stored.");

    /// <summary>The transaction did not make it.</summary>
    public static readonly WireError DeclarationFailed = new("uploads.declaration_failed", 422, "The declaration was refused by the chain, or its deal ended or did not complete yet; reason is the code.");

    /// <summary>No room.</summary>
    public static readonly WireError InsufficientStorage = new("storage.insufficient", 507, "The miners have not enough space for it.");

    /// <summary>Try again.</summary>
    public static readonly WireError SlowDown = new("node.slow_down", 503, "A bound of this node is reached; try again later.");

    /// <summary>Try again.</summary>
    public static readonly WireError Unavailable = new("node.unavailable", 503, "Too few miners or validators answer, or the node is starting or stopping; try again later.");

    /// <summary>A fault of the node.</summary>
    public static readonly WireError Internal = new("node.internal", 500, "The node failed; its log has the cause under the request id.");

    /// <summary>All of them.</summary>
    public static IReadOnlyList<WireError> All { get; } =
        [.. typeof(WireErrors).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => field.GetValue(null)).OfType<WireError>()];

    /// <summary>The error of a code; null for a code that is not in this catalogue.</summary>
    public static WireError? Find(string code) => All.FirstOrDefault(error => error.Code == code);
}
