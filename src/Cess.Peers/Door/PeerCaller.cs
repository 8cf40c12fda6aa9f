using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Cess.Primitives;

namespace Cess.Peers;

/// <summary>Who asks, or sends.</summary>
/// <param name="Node">The key that it has shown.</param>
/// <param name="Address">Where it is, as <see cref="CountedAddress"/> gives it.</param>
/// <param name="IsStranger">Whether no record names it.</param>
public readonly record struct PeerCaller(PublicKey Node, UInt128 Address, bool IsStranger)
{
    /// <summary>
    /// By whom a bound of each sender counts: a node that a record names by its key, strangers by their address, since keys cost nothing.
    /// </summary>
    public PeerCaller Counted => IsStranger ? this with { Node = default } : this with { Address = default };

    /// <summary>The address that bounds are counted by: of IPv6 the network, as whoever has one address there has all.</summary>
    public static UInt128 CountedAddress(IPAddress? address)
    {
        if (address is null)
            return default;
        Span<byte> bytes = stackalloc byte[16];
        address.MapToIPv6().TryWriteBytes(bytes, out _);
        if (address is { AddressFamily: AddressFamily.InterNetworkV6, IsIPv4MappedToIPv6: false })
            bytes[8..].Clear();
        return BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }
}
