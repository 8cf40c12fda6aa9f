using Cess.Primitives;

namespace Cess.Peers;

/// <summary>Who asks, or sends.</summary>
/// <param name="Node">The key that it has shown.</param>
/// <param name="Address">Where it is, as <see cref="CountedAddress.Of"/> gives it.</param>
/// <param name="IsStranger">Whether no record names it.</param>
public readonly record struct PeerCaller(PublicKey Node, UInt128 Address, bool IsStranger)
{
    /// <summary>
    /// By whom a bound of each sender counts: a node that a record names by its key, strangers by their address, since keys cost nothing.
    /// </summary>
    public PeerCaller Counted => IsStranger ? this with { Node = default } : this with { Address = default };
}
