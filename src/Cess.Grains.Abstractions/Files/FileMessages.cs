namespace Cess.Grains;

/// <summary>How a file operation ended.</summary>
/// <param name="FileId">The file, 64 hex digits; empty when it got none.</param>
/// <param name="Height">The block in which it was completed; 0 when none did.</param>
/// <param name="ErrorCode">Coded reason; null on success.</param>
/// <param name="ErrorMessage">One sentence; null on success.</param>
/// <param name="IsOpen">
/// True when it did not succeed, and the deal has not ended: the file may still become active, until the deal's deadline.
/// </param>
[GenerateSerializer, Immutable, Alias("cess.FileOutcome")]
public sealed record FileOutcome(
    [property: Id(0)] string FileId,
    [property: Id(1)] ulong Height,
    [property: Id(2)] string? ErrorCode,
    [property: Id(3)] string? ErrorMessage,
    [property: Id(4)] bool IsOpen = false)
{
    /// <summary>True when the file was written: it is active, or another has taken its name since.</summary>
    public bool Succeeded => ErrorCode is null;
}

/// <summary>An object in a bucket's listing.</summary>
/// <param name="Name">Its key, decrypted.</param>
/// <param name="FileId">64 hex digits.</param>
/// <param name="Length">Plaintext bytes.</param>
/// <param name="ETag">Without quotes.</param>
/// <param name="TimeMs">When it became active, Unix milliseconds.</param>
[GenerateSerializer, Immutable, Alias("cess.ListedObject")]
public sealed record ListedObject(
    [property: Id(0)] string Name,
    [property: Id(1)] string FileId,
    [property: Id(2)] long Length,
    [property: Id(3)] string ETag,
    [property: Id(4)] long TimeMs);

/// <summary>What to list; see S3's ListObjectsV2.</summary>
/// <param name="Prefix">Only names that begin so.</param>
/// <param name="Delimiter">Rolls names up; empty for none.</param>
/// <param name="After">Only what comes after it.</param>
/// <param name="Limit">0 to 1,000.</param>
[GenerateSerializer, Immutable, Alias("cess.ListRequest")]
public sealed record ListRequest(
    [property: Id(0)] string Prefix, [property: Id(1)] string Delimiter, [property: Id(2)] string After, [property: Id(3)] int Limit);

/// <summary>A page of names.</summary>
/// <param name="Objects">In ordinal order of UTF-8.</param>
/// <param name="CommonPrefixes">In the same order.</param>
/// <param name="Next">Where the next page begins; null after the last.</param>
[GenerateSerializer, Immutable, Alias("cess.ListResult")]
public sealed record ListResult(
    [property: Id(0)] IReadOnlyList<ListedObject> Objects,
    [property: Id(1)] IReadOnlyList<string> CommonPrefixes,
    [property: Id(2)] string? Next);

/// <summary>A multipart upload as it was begun.</summary>
/// <param name="Account">Bech32m address of the owner.</param>
/// <param name="Bucket">Bucket.</param>
/// <param name="Key">Object key.</param>
/// <param name="Policy">Storage policy, such as "4+8".</param>
/// <param name="SealedFileKey">The file key, wrapped by the bucket's key.</param>
/// <param name="Options">SCALE bytes of headers and metadata, sealed by the bucket's key.</param>
/// <param name="StartedMs">Unix milliseconds.</param>
[GenerateSerializer, Immutable, Alias("cess.UploadStart")]
public sealed record UploadStart(
    [property: Id(0)] string Account,
    [property: Id(1)] string Bucket,
    [property: Id(2)] string Key,
    [property: Id(3)] string Policy,
    [property: Id(4)] ReadOnlyMemory<byte> SealedFileKey,
    [property: Id(5)] ReadOnlyMemory<byte> Options,
    [property: Id(6)] long StartedMs);

/// <summary>A part whose fragments are durable.</summary>
/// <param name="Number">1 to 10,000.</param>
/// <param name="Length">Plaintext bytes.</param>
/// <param name="ETag">MD5, hex.</param>
/// <param name="TimeMs">Unix milliseconds.</param>
/// <param name="Part">SCALE bytes of the ledger's part (salt, segments, fragments, miners).</param>
/// <param name="Headers">What else is kept of it, such as its checksum.</param>
[GenerateSerializer, Immutable, Alias("cess.UploadedPart")]
public sealed record UploadedPart(
    [property: Id(0)] int Number,
    [property: Id(1)] long Length,
    [property: Id(2)] string ETag,
    [property: Id(3)] long TimeMs,
    [property: Id(4)] ReadOnlyMemory<byte> Part,
    [property: Id(5)] IReadOnlyDictionary<string, string> Headers);

/// <summary>Whether a part was kept, and what it took the place of.</summary>
/// <param name="IsKept">False when the upload has ended.</param>
/// <param name="Former">The part that had its number before.</param>
[GenerateSerializer, Immutable, Alias("cess.PartKept")]
public sealed record PartKept([property: Id(0)] bool IsKept, [property: Id(1)] UploadedPart? Former);

/// <summary>An unfinished upload in full.</summary>
/// <param name="Start">How it was begun.</param>
/// <param name="Parts">By number.</param>
/// <param name="Result">What it became, once it is complete.</param>
[GenerateSerializer, Immutable, Alias("cess.UploadView")]
public sealed record UploadView(
    [property: Id(0)] UploadStart Start,
    [property: Id(1)] IReadOnlyList<UploadedPart> Parts,
    [property: Id(2)] UploadResult? Result);

/// <summary>What an upload became.</summary>
/// <param name="FileId">64 hex digits.</param>
/// <param name="ETag">Without quotes.</param>
/// <param name="Height">The block that made it final.</param>
[GenerateSerializer, Immutable, Alias("cess.UploadResult")]
public sealed record UploadResult(
    [property: Id(0)] string FileId, [property: Id(1)] string ETag, [property: Id(2)] ulong Height);
