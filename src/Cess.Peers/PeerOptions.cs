using System.Collections.Immutable;
using Cess.Primitives;

namespace Cess.Peers;

/// <summary>How a node takes part in the links between nodes.</summary>
public sealed record PeerOptions
{
    /// <summary>Hash of the chain's genesis.</summary>
    public required Hash256 Genesis { get; init; }

    /// <summary>Who this node is.</summary>
    public required NodeCertificate Certificate { get; init; }

    /// <summary>
    /// Where others reach this node, <c>https://host:port</c>; null if that is where it listens, which then has to be one address.
    /// </summary>
    public string? PublicUrl { get; init; }

    /// <summary>Nodes to learn others from, as long as no other is known or reached: <c>https://host:port</c>.</summary>
    public ImmutableArray<string> Join { get; init; } = [];

    /// <summary>Keeps records over a restart.</summary>
    public IPeerStore Store { get; init; } = new NoPeerStore();
}
