using Cess.Coding;
using Cess.Ledger.Modules.Files;
using Cess.Primitives;

namespace Cess.Gateway.Rest.Uploads;

/// <summary>Stores and reads segments whose content was encrypted elsewhere: the client's path past the gateway's own cipher.</summary>
public interface ISegmentStore
{
    /// <summary>
    /// Codes one segment, and stores its fragments on distinct miners; they are durable when it returns. Storing equal
    /// bytes again is harmless.
    /// </summary>
    /// <param name="owner">Who uploads it.</param>
    /// <param name="policy">How to code it.</param>
    /// <param name="ciphertext">Read once, to its end; its exceptions pass through and nothing counts as stored then.</param>
    /// <param name="length">Bytes of it, 1 to <see cref="SegmentLayout.CiphertextBytesMax"/>.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="Objects.ObjectStoreException">InsufficientStorage, SlowDown, ServiceUnavailable, IncompleteBody.</exception>
    Task<StoredSegment> StoreAsync(
        AccountId owner, StoragePolicy policy, Stream ciphertext, int length, CancellationToken cancellation);

    /// <summary>
    /// Writes ciphertext bytes [offset, offset + length) of a segment of an active file, in order and with bounded memory;
    /// what is missing is rebuilt. Nothing before the first byte is written when it fails.
    /// </summary>
    /// <param name="file">An active file.</param>
    /// <param name="part">Number of the part.</param>
    /// <param name="segment">Number of the segment in the part.</param>
    /// <param name="offset">First byte.</param>
    /// <param name="length">How many.</param>
    /// <param name="check">Whether to look for corrupt fragments first.</param>
    /// <param name="destination">Where to write.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="Objects.ObjectStoreException">DataUnavailable, when more fragments are lost than the policy survives.</exception>
    Task ReadAsync(
        FileId file, int part, int segment, int offset, int length, SegmentCheck check, Stream destination,
        CancellationToken cancellation);

    /// <summary>Lets go of fragments of a segment that will not be declared. A segment that a file names stays.</summary>
    Task DiscardAsync(AccountId owner, StoredSegment segment, CancellationToken cancellation);
}

/// <summary>How far a segment's fragments are trusted when it is read.</summary>
public enum SegmentCheck
{
    /// <summary>They are taken as they come: the reader's cipher finds what is wrong.</summary>
    None,

    /// <summary>The reader's cipher has found something wrong: each is read whole and compared with its id, and rebuilt when it differs.</summary>
    AgainstIds,
}

/// <summary>A segment whose fragments are durable.</summary>
/// <param name="Length">Bytes of ciphertext.</param>
/// <param name="Fragments">k of data, then m of parity, each at another miner.</param>
public sealed record StoredSegment(int Length, IReadOnlyList<StoredFragment> Fragments)
{
    /// <summary>Root of the segment's first fragment, by which files are found that name it: also where only some fragments are meant.</summary>
    public Hash256 First { get; init; } = Fragments[0].Root;
}

/// <summary>A fragment and who holds it.</summary>
/// <param name="Root">Root of its Merkle tree.</param>
/// <param name="Miner">Number of the miner.</param>
public readonly record struct StoredFragment(Hash256 Root, uint Miner);
