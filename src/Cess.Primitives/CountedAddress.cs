using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Cess.Primitives;

/// <summary>The network address that bounds of each caller are counted by, at every door.</summary>
public static class CountedAddress
{
    /// <summary>Of IPv4 the address; of IPv6 the /64 network, as whoever has one address there has all; 0 for none.</summary>
    public static UInt128 Of(IPAddress? address)
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
