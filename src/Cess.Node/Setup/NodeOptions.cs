using Cess.Grains;
using Cess.Grains.Chain;
using Cess.Ledger.Blocks;

namespace Cess.Node.Setup;

/// <summary>What an operator may choose when a node starts. <c>--help</c> says the same in fewer words.</summary>
public sealed record NodeOptions
{
    /// <summary>The one folder under which this node keeps everything.</summary>
    public required string DataFolder { get; init; }

    /// <summary>Address to listen on.</summary>
    public required string Host { get; init; }

    /// <summary>Port of the S3 door; 0 takes a free one.</summary>
    public required int S3Port { get; init; }

    /// <summary>Port of the REST door; 0 takes a free one.</summary>
    public required int HttpPort { get; init; }

    /// <summary>Storage miners that this node starts with, each in a folder of its own; null for none, or for twelve in a network of its own.</summary>
    public required int? Miners { get; init; }

    /// <summary>Validators of this node: of a new network all, of another those that it may be elected with.</summary>
    public required int Validators { get; init; }

    /// <summary>The chain's start; null for one that is made, or that the joined node gives.</summary>
    public string? Genesis { get; init; }

    /// <summary>What the chain has to agree with, whoever gives it; null to believe the joined node's genesis.</summary>
    public TrustedStart? Trust { get; init; }

    /// <summary>Nodes of the network to join, <c>https://host:port</c> each.</summary>
    public IReadOnlyList<string> Join { get; init; } = [];

    /// <summary>Port for other operators' nodes; null for none.</summary>
    public int? PeerPort { get; init; }

    /// <summary>Where other nodes reach that port, if it is not at the address that the node listens on.</summary>
    public string? PeerUrl { get; init; }

    /// <summary>Milliseconds that a message between validators and the work for it usually take at most.</summary>
    public long MessageDelay { get; init; } = ConsensusOptions.DeltaMsDefault;

    /// <summary>Blocks between two snapshots of the state; who is further behind than that takes another node's instead of blocks.</summary>
    public int BlocksPerSnapshot { get; init; } = GrainLimits.BlocksPerSnapshot;

    /// <summary>Newest blocks that the node keeps; null for all.</summary>
    public int? BlocksKept { get; init; }

    /// <summary>The database for blocks and snapshots; null for the data folder.</summary>
    public BlockDatabase? Blocks { get; init; }

    /// <summary>True if other operators' nodes take part in the network.</summary>
    public bool HasPeers => PeerPort is not null || Join.Count > 0;

    /// <summary>Storage policy of uploads that name none, such as "4+8".</summary>
    public required string Policy { get; init; }

    /// <summary>Bytes that each miner offers; null for what the disk has.</summary>
    public required long? QuotaPerMiner { get; init; }
}
