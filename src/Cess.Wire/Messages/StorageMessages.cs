using Cess.Primitives;

namespace Cess.Wire;

/// <summary>A bucket on chain.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Owner">Address of its owner.</param>
/// <param name="WrappedKey">The bucket's key, wrapped to the owner with HPKE.</param>
/// <param name="Created">Time of the block that created it.</param>
/// <param name="Objects">How many objects it holds.</param>
/// <param name="Bytes">Bytes of plaintext of all of them.</param>
public sealed record BucketMessage(string Name, string Owner, byte[] WrappedKey, DateTimeOffset Created, ulong Objects, ulong Bytes);

/// <summary>The caller's buckets.</summary>
/// <param name="Buckets">In ordinal order of their names.</param>
public sealed record BucketList(IReadOnlyList<BucketMessage> Buckets);

/// <summary>An object as the chain knows it: everything that its owner needs to read it, and nothing that tells others what it is.</summary>
/// <param name="Tag">Keyed hash of its name.</param>
/// <param name="FileId">The file that has the name.</param>
/// <param name="EncryptedName">Its name, sealed by the bucket's key.</param>
/// <param name="EncryptedMetadata">ETag, headers and user metadata, sealed by the bucket's key.</param>
/// <param name="WrappedFileKey">The key of its content, wrapped by the bucket's key.</param>
/// <param name="Size">Bytes of plaintext.</param>
/// <param name="Time">Time of the block that made it active.</param>
/// <param name="Parts">Its parts in order; null in a listing.</param>
public sealed record ObjectMessage(
    Hash256 Tag,
    Hash256 FileId,
    byte[] EncryptedName,
    byte[] EncryptedMetadata,
    byte[] WrappedFileKey,
    ulong Size,
    DateTimeOffset Time,
    IReadOnlyList<ObjectPart>? Parts = null);

/// <summary>A part of an object.</summary>
/// <param name="Salt">Sets its frame key apart from those of other parts.</param>
/// <param name="Size">Bytes of plaintext.</param>
public sealed record ObjectPart(byte[] Salt, ulong Size);

/// <summary>A page of a bucket's objects.</summary>
/// <param name="Objects">In order of their tags.</param>
/// <param name="Next">Tag to go on after; null when this is the last page.</param>
public sealed record ObjectPage(IReadOnlyList<ObjectMessage> Objects, Hash256? Next = null);

/// <summary>A file's record on chain.</summary>
/// <param name="Id">Id of the transaction that declared it.</param>
/// <param name="Owner">Address of its owner.</param>
/// <param name="Bucket">Its bucket.</param>
/// <param name="Tag">Keyed hash of its name in the bucket.</param>
/// <param name="State">"declared" until each miner has reported, then "active".</param>
/// <param name="Policy">Such as "4+8".</param>
/// <param name="Size">Bytes of plaintext.</param>
/// <param name="Declared">Height of the block that declared it.</param>
/// <param name="Parts">Its parts in order.</param>
/// <param name="Deadline">Height at which it is dropped unless it is active; null once it is.</param>
public sealed record FileMessage(
    Hash256 Id,
    string Owner,
    string Bucket,
    Hash256 Tag,
    string State,
    string Policy,
    ulong Size,
    ulong Declared,
    IReadOnlyList<FilePart> Parts,
    ulong? Deadline = null);

/// <summary>A part of a file.</summary>
/// <param name="Salt">Sets its frame key apart from those of other parts.</param>
/// <param name="Size">Bytes of plaintext.</param>
/// <param name="Segments">Its segments in order.</param>
public sealed record FilePart(byte[] Salt, ulong Size, IReadOnlyList<SegmentMessage> Segments);

/// <summary>A segment and where its fragments are.</summary>
/// <param name="Length">Bytes of ciphertext.</param>
/// <param name="Fragments">k data fragments, then m of parity.</param>
public sealed record SegmentMessage(int Length, IReadOnlyList<FragmentMessage> Fragments);

/// <summary>A fragment.</summary>
/// <param name="Root">Root of its Merkle tree, which names it.</param>
/// <param name="Miner">Number of the miner that holds it.</param>
public sealed record FragmentMessage(Hash256 Root, uint Miner);

/// <summary>Begins an upload.</summary>
/// <param name="Policy">Such as "4+8"; null for the network's default.</param>
public sealed record UploadRequest(string? Policy = null);

/// <summary>An open upload.</summary>
/// <param name="UploadId">Its id; URL-safe.</param>
/// <param name="Policy">The policy that its segments are coded with.</param>
/// <param name="SegmentBytes">Most bytes of ciphertext in one segment.</param>
/// <param name="Expires">When it ends unless it is completed.</param>
public sealed record UploadMessage(string UploadId, string Policy, int SegmentBytes, DateTimeOffset Expires);

/// <summary>A completed upload.</summary>
/// <param name="FileId">The file.</param>
/// <param name="Height">The block that made it active.</param>
public sealed record CompletedMessage(Hash256 FileId, ulong Height);
