using Cess.Coding;
using Cess.Primitives;

namespace Cess.Client;

/// <summary>What to keep with an object, and under which condition to store it.</summary>
public sealed record PutOptions
{
    /// <summary>Storage policy, such as "4+8"; null for the network's default.</summary>
    public string? Policy { get; init; }

    /// <summary>Headers that the S3 door gives back, such as content-type; lower-case names.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>User metadata, lower-case names.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    /// <summary>True: only when no object has the name.</summary>
    public bool OnlyIfAbsent { get; init; }
}

/// <summary>What an upload has become.</summary>
/// <param name="FileId">The file on chain.</param>
/// <param name="ETag">MD5 of the content in hex.</param>
/// <param name="Length">Bytes of content.</param>
/// <param name="Height">The block that made it active.</param>
public sealed record PutResult(Hash256 FileId, string ETag, long Length, ulong Height);

/// <summary>How far a transfer has come.</summary>
/// <param name="BytesDone">Bytes of content that are stored, or read.</param>
/// <param name="BytesTotal">Bytes of the whole; null while that is not known.</param>
public readonly record struct TransferProgress(long BytesDone, long? BytesTotal);

/// <summary>An object.</summary>
/// <param name="Bucket">The bucket that it is in.</param>
/// <param name="Name">Its name.</param>
/// <param name="Length">Bytes of content.</param>
/// <param name="FileId">Its file on chain.</param>
/// <param name="Time">When it became active.</param>
/// <param name="Metadata">ETag, headers, user metadata.</param>
public sealed record StoredObject(string Bucket, string Name, long Length, Hash256 FileId, DateTimeOffset Time, ObjectMetadata Metadata);

/// <summary>What to list.</summary>
/// <param name="Prefix">Only names that begin so; empty for all.</param>
/// <param name="Delimiter">Names that share what precedes its first place after the prefix are rolled up into one; empty for none.</param>
public sealed record ListOptions(string Prefix = "", string Delimiter = "");

/// <summary>What a bucket holds.</summary>
/// <param name="Objects">In order of the UTF-8 bytes of their names.</param>
/// <param name="CommonPrefixes">Rolled-up prefixes, in the same order.</param>
public sealed record ObjectListing(IReadOnlyList<StoredObject> Objects, IReadOnlyList<string> CommonPrefixes);
