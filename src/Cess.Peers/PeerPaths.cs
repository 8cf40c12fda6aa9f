namespace Cess.Peers;

/// <summary>What nodes ask each other for.</summary>
internal static class PeerPaths
{
    public const string Records = "/peer/v1/records";
    public const string Messages = "/peer/v1/messages";
    public const string Transactions = "/peer/v1/transactions";
    public const string Genesis = "/peer/v1/genesis";
    public const string Blocks = "/peer/v1/blocks";
    public const string Snapshot = "/peer/v1/snapshot";
    public const string Handovers = "/peer/v1/handovers";

    /// <summary>Names the <see cref="PeerError"/> of an answer.</summary>
    public const string ErrorField = "cess-peer-error";

    /// <summary>Height of a snapshot.</summary>
    public const string HeightField = "cess-peer-height";
}
