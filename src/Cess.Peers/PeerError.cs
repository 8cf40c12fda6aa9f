namespace Cess.Peers;

/// <summary>Why something between nodes was refused or failed. Answers name it in the field <c>cess-peer-error</c>.</summary>
public enum PeerError : byte
{
    /// <summary>Nothing is wrong.</summary>
    None = 0,

    /// <summary>There is no connection, or it was lost.</summary>
    Unreachable = 1,

    /// <summary>It took too long.</summary>
    TimedOut = 2,

    /// <summary>The other end shows another node key than expected, or none.</summary>
    WrongNodeKey = 3,

    /// <summary>Bytes are not what they should be.</summary>
    Malformed = 4,

    /// <summary>Something is longer than its bound.</summary>
    TooLong = 5,

    /// <summary>It is of another chain.</summary>
    WrongChain = 6,

    /// <summary>There is no such path, or nothing there.</summary>
    NotFound = 7,

    /// <summary>The node, or what one address may ask for, is at its bound; ask again later.</summary>
    Busy = 8,

    /// <summary>A record's URL is not in the form that records have.</summary>
    UrlInvalid = 9,

    /// <summary>A record's validator is none, or its key is another.</summary>
    ValidatorUnknown = 10,

    /// <summary>A record's signature does not verify.</summary>
    SignatureInvalid = 11,

    /// <summary>There is a newer record of the validator, or another with the same number.</summary>
    RecordOld = 12,

    /// <summary>The book of records is full.</summary>
    BookFull = 13,

    /// <summary>A frame has a kind that does not exist.</summary>
    FrameUnknown = 14,

    /// <summary>A message's sender has no record that names this node.</summary>
    SenderWrong = 15,

    /// <summary>A message's receiver is not on this node.</summary>
    ReceiverNotHere = 16,

    /// <summary>The node has made a newer link in place of this one.</summary>
    Replaced = 17,

    /// <summary>The other node failed.</summary>
    Failed = 18,

    /// <summary>The node has later blocks, but not those asked for any more; take a snapshot.</summary>
    BlocksGone = 19,

    /// <summary>A snapshot is not far enough above what is here to be worth it.</summary>
    SnapshotOld = 20,

    /// <summary>A snapshot, or what should prove it, is not of this chain's final blocks.</summary>
    SnapshotInvalid = 21,
}

/// <summary>The one exception of this project.</summary>
public sealed class PeerException : Exception
{
    /// <summary>Names the error.</summary>
    /// <param name="error">The code to match on.</param>
    /// <param name="detail">What was found, for people.</param>
    /// <param name="cause">The fault below, if there was one.</param>
    public PeerException(PeerError error, string detail, Exception? cause = null)
        : base($"Peer {error}: {detail}", cause) => Error = error;

    /// <summary>The code to match on.</summary>
    public PeerError Error { get; }
}
