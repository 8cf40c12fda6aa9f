using Cess.Consensus;
using Cess.Ledger;
using Cess.Primitives;

namespace Cess.Peers;

/// <summary>
/// The bounds of the links between nodes. Those of frames, records and answers are part of the protocol: all nodes must read what
/// the others may send. The rest protects one node.
/// </summary>
public static class PeerLimits
{
    /// <summary>Most bytes of a node's URL.</summary>
    public const int UrlBytesMax = 256;

    /// <summary>Most bytes of a record.</summary>
    public const int RecordBytesMax =
        Hash256.Size + AccountId.Size + (2 * PublicKey.Size) + 2 + UrlBytesMax + sizeof(ulong) + Signature.Size;

    /// <summary>Most records that a node keeps: validators of two eras and candidates.</summary>
    public const int RecordsMax = (2 * LedgerLimits.ValidatorsMax) + LedgerLimits.CandidatesMax;

    /// <summary>Most bytes of all records together.</summary>
    public const int RecordsBytesMax = 4 + (RecordsMax * RecordBytesMax);

    /// <summary>Most records in one post: those of the validators of one node.</summary>
    public const int RecordsPerPostMax = 64;

    /// <summary>Most bytes of such a post.</summary>
    public const int PostBytesMax = 4 + (RecordsPerPostMax * RecordBytesMax);

    /// <summary>Most bytes of a consensus frame's payload: two accounts and a message.</summary>
    public const int ConsensusFrameBytesMax = (2 * AccountId.Size) + ConsensusLimits.MessageBytesMax;

    /// <summary>Most transactions in one frame.</summary>
    public const int TransactionsPerFrameMax = 1024;

    /// <summary>Most bytes of the payload of a frame with transactions.</summary>
    public const int TransactionsFrameBytesMax = LedgerLimits.TransactionBytesMax + (4 * 1024);

    /// <summary>Bytes of a frame that are made room for before any of them has come.</summary>
    public const int FrameBytesAtFirst = 64 * 1024;

    /// <summary>Most consensus messages that wait for one node; then the oldest goes.</summary>
    public const int QueueMessagesMax = 4096;

    /// <summary>Most bytes of consensus messages that wait for one node; a message that goes to many nodes is held once.</summary>
    public const int QueueBytesMax = 64 * 1024 * 1024;

    /// <summary>Most frames of transactions that wait for one node; then the oldest goes.</summary>
    public const int QueueTransactionFramesMax = 256;

    /// <summary>Most bytes of transactions that wait for one node.</summary>
    public const int QueueTransactionBytesMax = 16 * 1024 * 1024;

    /// <summary>Bytes of small frames that are sent together.</summary>
    public const int BurstBytes = 64 * 1024;

    /// <summary>Most connections that the door holds.</summary>
    public const int ConnectionsMax = 4096;

    /// <summary>Most of them of nodes that no record names.</summary>
    public const int StrangersMax = 512;

    /// <summary>Most of them whose handshake is not done; for one more, another one is closed.</summary>
    public const int HandshakesMax = 512;

    /// <summary>Most of them from one address (of IPv6, from one network of 64 bits).</summary>
    public const int ConnectionsPerAddressMax = 256;

    /// <summary>Most of them of one node.</summary>
    public const int ConnectionsPerNodeMax = 8;

    /// <summary>Most links that one node has to this one: one, and others while it changes its URL or has lost some.</summary>
    public const int LinksPerNodeMax = 4;

    /// <summary>Most requests at once on one connection.</summary>
    public const int RequestsPerConnectionMax = 16;

    /// <summary>Bytes of transactions in a second that are read from a node that no record names.</summary>
    public const int StrangerBytesPerSecond = 256 * 1024;

    /// <summary>Most addresses whose requests are counted.</summary>
    public const int AddressesMax = 4096;

    /// <summary>What one address may ask for at once; what each request costs is in <see cref="RequestCosts"/>.</summary>
    public const int RequestBudget = 512;

    /// <summary>What it may ask for in a second from then on.</summary>
    public const int RequestBudgetPerSecond = 64;

    /// <summary>Most requests that wait for blocks at once.</summary>
    public const int BlockWaitsMax = 1024;

    /// <summary>Most large answers (blocks, genesis) at once.</summary>
    public const int LargeAnswersMax = 16;

    /// <summary>Most posts (records, transactions) at once.</summary>
    public const int PostsMax = 64;

    /// <summary>Fewest bytes in a second at which a large answer must be taken.</summary>
    public const int AnswerBytesPerSecondMin = 64 * 1024;

    /// <summary>Most snapshots that are sent at once.</summary>
    public const int SnapshotsMax = 2;

    /// <summary>Most bytes of a genesis.</summary>
    public const int GenesisBytesMax = 96 * 1024 * 1024;

    /// <summary>Most bytes of an answer with final blocks.</summary>
    public const int FinalBlocksBytesMax = ConsensusLimits.MessageBytesMax;

    /// <summary>Most handovers of eras in one answer.</summary>
    public const int HandoversMax = 64;

    /// <summary>Most bytes of such an answer.</summary>
    public const int HandoversBytesMax = 16 * 1024 * 1024;

    /// <summary>Longest that a request for blocks waits for some.</summary>
    public static readonly TimeSpan BlockWaitMax = TimeSpan.FromSeconds(30);

    /// <summary>How long a handshake, or making a connection, takes at most.</summary>
    public static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);

    /// <summary>How long a small request takes at most.</summary>
    public static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(10);

    /// <summary>How long who asks for a large answer waits for all of it.</summary>
    public static readonly TimeSpan LargeAnswerTimeout = TimeSpan.FromMinutes(5);

    /// <summary>How long who asks for a snapshot waits for all of it.</summary>
    public static readonly TimeSpan SnapshotTimeout = TimeSpan.FromHours(6);

    /// <summary>How long a peer may take nothing from a link before it is cut.</summary>
    public static readonly TimeSpan StallTimeout = TimeSpan.FromSeconds(30);

    /// <summary>A link without traffic is asked for a sign of life so often.</summary>
    public static readonly TimeSpan PingInterval = TimeSpan.FromSeconds(10);

    /// <summary>How long that sign may take.</summary>
    public static readonly TimeSpan PingTimeout = TimeSpan.FromSeconds(10);

    /// <summary>First wait before a lost link is tried again; it doubles from time to time.</summary>
    public static readonly TimeSpan ReconnectDelayMin = TimeSpan.FromMilliseconds(100);

    /// <summary>Longest such wait.</summary>
    public static readonly TimeSpan ReconnectDelayMax = TimeSpan.FromSeconds(10);

    /// <summary>A link that has held so long starts from the first wait again.</summary>
    public static readonly TimeSpan LinkSettled = TimeSpan.FromSeconds(10);

    /// <summary>Most nodes that the operator names to join through.</summary>
    public const int JoinUrlsMax = 64;

    /// <summary>Time between two looks at a book that changes.</summary>
    public static readonly TimeSpan BookInterval = TimeSpan.FromMilliseconds(50);

    /// <summary>
    /// Time between two looks at which of so many addresses owe nothing any more. Short, as nobody new is served until then: whoever
    /// has many addresses of IPv6 could fill the room as often.
    /// </summary>
    public static readonly TimeSpan AddressesInterval = TimeSpan.FromMilliseconds(50);

    /// <summary>How long transactions of strangers wait before it is seen whether their address may hand in more by now.</summary>
    public static readonly TimeSpan StrangerInterval = TimeSpan.FromMilliseconds(250);

    /// <summary>How often records are exchanged with each peer, and the book is put in order.</summary>
    public static readonly TimeSpan GossipInterval = TimeSpan.FromSeconds(30);
}

/// <summary>What requests cost of an address's <see cref="PeerLimits.RequestBudget"/>.</summary>
internal static class RequestCosts
{
    public const int Read = 1;
    public const int Blocks = 2;
    public const int Handshake = 2;
    public const int Write = 4;
    public const int Genesis = 16;
    public const int Handovers = 16;
    public const int Snapshot = 128;

    /// <summary>
    /// Bytes of a stranger's transactions that cost one; over a link, half of the budget stays for what keeps the link.
    /// </summary>
    public const int TransactionBytes = 16 * 1024;
}
