using Cess.Primitives;

namespace Cess.Gateway.Objects;

/// <summary>Who calls, after authentication.</summary>
/// <param name="Account">The account that owns what is created and pays for it.</param>
public readonly record struct Caller(AccountId Account);

/// <summary>Facts of a bucket.</summary>
/// <param name="Name">Its name.</param>
/// <param name="CreatedAt">Block time of its creation.</param>
public sealed record BucketInfo(string Name, DateTimeOffset CreatedAt);

/// <summary>What to keep with an object, and under which condition to store it.</summary>
public sealed record PutOptions
{
    /// <summary>Length that the client announced, in bytes of plaintext; null when it did not. A mismatch ends the upload with IncompleteBody.</summary>
    public long? ContentLength { get; init; }

    /// <summary>Headers to give back on reads: content-type, cache-control, content-disposition, content-encoding, content-language, expires; lower-case names.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>
    /// Headers that are known only when the content has been read to its end, such as the checksum in its trailer; asked
    /// for once, then, and kept with <see cref="Headers"/>. Null for none. Not used when a multipart upload begins.
    /// </summary>
    public Func<IReadOnlyDictionary<string, string>>? TrailingHeaders { get; init; }

    /// <summary>User metadata (x-amz-meta-*), names in lower case without the prefix; at most 2 KiB together.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    /// <summary>MD5 that the content must have (Content-MD5), 16 bytes; null for none.</summary>
    public byte[]? Md5 { get; init; }

    /// <summary>True: only when no object of that key exists (If-None-Match: *).</summary>
    public bool OnlyIfAbsent { get; init; }

    /// <summary>Only when the present object has this ETag (If-Match), without quotes; null for no condition.</summary>
    public string? OnlyIfETag { get; init; }

    /// <summary>Storage policy, such as "4+8"; null for the node's default.</summary>
    public string? Policy { get; init; }
}

/// <summary>What is known of a part before it is stored.</summary>
/// <param name="ContentLength">Announced plaintext length, or null.</param>
/// <param name="Md5">MD5 that it must have, or null.</param>
public sealed record PartOptions(long? ContentLength, byte[]? Md5)
{
    /// <summary>As <see cref="PutOptions.TrailingHeaders"/>; kept with the part as <see cref="PartInfo.Headers"/>.</summary>
    public Func<IReadOnlyDictionary<string, string>>? TrailingHeaders { get; init; }
}

/// <summary>What is decided only when a multipart upload is completed.</summary>
public sealed record CompleteOptions
{
    /// <summary>Headers to keep with those that the upload began with; these win.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>As <see cref="PutOptions.OnlyIfAbsent"/>.</summary>
    public bool OnlyIfAbsent { get; init; }

    /// <summary>As <see cref="PutOptions.OnlyIfETag"/>.</summary>
    public string? OnlyIfETag { get; init; }
}

/// <summary>What a finished upload has become.</summary>
/// <param name="ETag">Without quotes: MD5 hex, or "md5-of-md5s-N" for a multipart object.</param>
/// <param name="FileId">The file's id on chain, 64 hex digits.</param>
/// <param name="Height">The block that made it final.</param>
public sealed record PutResult(string ETag, string FileId, ulong Height);

/// <summary>Facts of an object.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Length">Plaintext bytes.</param>
/// <param name="ETag">Without quotes.</param>
/// <param name="LastModified">Block time at which it became final.</param>
/// <param name="FileId">The file's id on chain, 64 hex digits.</param>
/// <param name="Headers">As stored.</param>
/// <param name="Metadata">As stored.</param>
/// <param name="PartLengths">Plaintext bytes of each part; one entry for a plain upload.</param>
public sealed record ObjectInfo(
    string Key,
    long Length,
    string ETag,
    DateTimeOffset LastModified,
    string FileId,
    IReadOnlyDictionary<string, string> Headers,
    IReadOnlyDictionary<string, string> Metadata,
    IReadOnlyList<long> PartLengths);

/// <summary>A stored part.</summary>
/// <param name="Number">1 to 10,000.</param>
/// <param name="Length">Plaintext bytes.</param>
/// <param name="ETag">MD5 hex, without quotes.</param>
/// <param name="LastModified">When it was stored.</param>
public sealed record PartInfo(int Number, long Length, string ETag, DateTimeOffset LastModified)
{
    /// <summary>As <see cref="PartOptions.TrailingHeaders"/> gave them; a checksum at most.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();
}

/// <summary>A part that the client names when it completes an upload.</summary>
/// <param name="Number">1 to 10,000.</param>
/// <param name="ETag">Without quotes; must be the stored part's.</param>
public sealed record CompletedPart(int Number, string ETag);

/// <summary>A multipart upload that has not ended.</summary>
/// <param name="UploadId">Its id.</param>
/// <param name="Key">The key that it will have.</param>
/// <param name="StartedAt">When it began.</param>
/// <param name="Parts">Parts stored so far, ascending.</param>
public sealed record MultipartInfo(string UploadId, string Key, DateTimeOffset StartedAt, IReadOnlyList<PartInfo> Parts)
{
    /// <summary>The headers that the upload began with; a listing of many uploads may leave them out.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();
}

/// <summary>What to list.</summary>
/// <param name="Prefix">Only keys that begin so; empty for all.</param>
/// <param name="Delimiter">Keys that share what precedes its first place after the prefix are rolled into one common prefix; empty for none.</param>
/// <param name="After">Only keys, and common prefixes, after this one in ordinal order of UTF-8; empty from the start.</param>
/// <param name="Limit">At most so many keys and common prefixes together, 0 to 1,000.</param>
public sealed record ListQuery(string Prefix, string Delimiter, string After, int Limit);

/// <summary>A page of a listing; entries and common prefixes each in ordinal order of UTF-8.</summary>
/// <param name="Objects">Objects, without headers and metadata.</param>
/// <param name="CommonPrefixes">Rolled-up prefixes.</param>
/// <param name="Next">Pass as <see cref="ListQuery.After"/> for the next page; null when this is the last.</param>
public sealed record ListPage(IReadOnlyList<ObjectInfo> Objects, IReadOnlyList<string> CommonPrefixes, string? Next);
