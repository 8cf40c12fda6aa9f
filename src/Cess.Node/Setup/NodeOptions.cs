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

    /// <summary>Storage miners that a new network starts with, each in a folder of its own.</summary>
    public required int Miners { get; init; }

    /// <summary>Validators that a new network starts with, all in this node.</summary>
    public required int Validators { get; init; }

    /// <summary>Storage policy of uploads that name none, such as "4+8".</summary>
    public required string Policy { get; init; }

    /// <summary>Bytes that each miner offers; null for what the disk has.</summary>
    public required long? QuotaPerMiner { get; init; }
}
