namespace Cess.Node.Setup;

/// <summary>Bounds of a node.</summary>
public static class NodeLimits
{
    /// <summary>Miners that one node may start.</summary>
    public const int MinersMax = 255;

    /// <summary>Miners of a new network.</summary>
    public const int MinersDefault = 12;

    /// <summary>Validators of a new network that one node starts.</summary>
    public const int ValidatorsMax = 16;

    /// <summary>Size in bytes from which a file of what validators must remember gets nothing more; it goes when all in it may be forgotten.</summary>
    public const long VoteSegmentBytes = 32L << 20;

    /// <summary>
    /// Lists of transactions of one node that a record names which are being verified; what comes then is dropped, and may come again.
    /// </summary>
    public const int GossipOfNode = 16;

    /// <summary>The same for the nodes at one address that no record names.</summary>
    public const int GossipOfAddress = 4;

    /// <summary>The same for all nodes that no record names.</summary>
    public const int GossipOfStrangers = 16;

    /// <summary>How long a node that follows others waits before it looks again, when it has nobody to ask.</summary>
    public static readonly TimeSpan FollowInterval = TimeSpan.FromSeconds(1);

    /// <summary>How long another node may wait for a block before it answers that there is none.</summary>
    public static readonly TimeSpan FollowWait = TimeSpan.FromSeconds(10);

    /// <summary>How long a miner waits until it is registered again where no quorum was there for that.</summary>
    public static readonly TimeSpan RegistrationInterval = TimeSpan.FromSeconds(1);

    /// <summary>How long a node that starts waits for a database that another session has locked.</summary>
    public static readonly TimeSpan BlocksLockWait = TimeSpan.FromSeconds(40);

    /// <summary>Time between two such attempts.</summary>
    public static readonly TimeSpan BlocksLockInterval = TimeSpan.FromMilliseconds(250);

    /// <summary>Most bytes of another node's state, with its block, that a node takes.</summary>
    public const long SnapshotBytesMax = 16L << 30;

    /// <summary>Nodes that are asked for their state before a node starts.</summary>
    public const int SnapshotNodesMax = 16;

    /// <summary>How often a node is asked for a part of its state that has too much to do, one time after the other.</summary>
    public const int BusyAttemptsMax = 5;

    /// <summary>How long such a node is left alone in between: as long as what it may be asked for grows by the dearest request.</summary>
    public static readonly TimeSpan BusyInterval = TimeSpan.FromSeconds(2);

    /// <summary>Eras through which a node that takes another's state is led.</summary>
    public const int HandoversTakenMax = 65_536;

    /// <summary>Handovers that are kept with one call.</summary>
    public const int HandoversAdoptedAtOnce = 64;

    /// <summary>Greatest number of blocks between two snapshots.</summary>
    public const int BlocksPerSnapshotMax = 1_000_000;

    /// <summary>Fewest newest blocks that a node may keep: others that were away for a moment take them from it.</summary>
    public const int BlocksKeptMin = 1_000;

    /// <summary>Space that a miner declares when no quota is given, in bytes.</summary>
    public const long DeclaredBytesDefault = 1L << 40;

    /// <summary>Memory for segments on their way in, all uploads together; waiting for it is the back-pressure.</summary>
    public const long UploadBufferBytes = 256L << 20;

    /// <summary>Memory for ranges on their way out, all downloads together.</summary>
    public const long ReadBufferBytes = 96L << 20;

    /// <summary>How long memory of both that nobody needs is kept, at least; at most twice as long.</summary>
    public static readonly TimeSpan IdleMemoryKept = TimeSpan.FromSeconds(2);
}
