using System.Net;
using System.Net.Sockets;
using Cess.Primitives;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace Cess.Peers;

/// <summary>
/// The door's connections: counted before their handshake in all and by address, after it by node. What is too many is closed.
/// </summary>
internal sealed class PeerConnections(PeerBook book, PeerMetrics metrics)
{
    private static readonly object s_node = new();

    private readonly Lock _lock = new();
    private readonly Dictionary<UInt128, int> _byAddress = [];
    private readonly Dictionary<PublicKey, int> _byNode = [];
    private int _count;
    private int _strangers;

    /// <summary>The node at the other end; null on connections of other doors.</summary>
    public static PublicKey? NodeOf(IDictionary<object, object?>? items) =>
        items is not null && items.TryGetValue(s_node, out object? node) ? (PublicKey?)node : null;

    /// <summary>The address that is counted: of IPv6 the network, as whoever has one address there has all.</summary>
    public static UInt128 CountedAddress(IPAddress? address)
    {
        if (address is null)
            return default;
        Span<byte> bytes = stackalloc byte[16];
        address.MapToIPv6().TryWriteBytes(bytes, out _);
        if (address is { AddressFamily: AddressFamily.InterNetworkV6, IsIPv4MappedToIPv6: false })
            bytes[8..].Clear();
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }

    /// <summary>Before TLS.</summary>
    public ConnectionDelegate Admit(ConnectionDelegate next) => async connection =>
    {
        UInt128 address = CountedAddress((connection.RemoteEndPoint as IPEndPoint)?.Address);
        lock (_lock)
        {
            if (_count >= PeerLimits.ConnectionsMax || !TryAdd(_byAddress, address, PeerLimits.ConnectionsPerAddressMax))
            {
                Refuse(connection);
                return;
            }

            _count++;
        }

        try
        {
            await next(connection);
        }
        finally
        {
            lock (_lock)
            {
                _count--;
                Remove(_byAddress, address);
            }
        }
    };

    /// <summary>After TLS, which has proven the key.</summary>
    public ConnectionDelegate Identify(ConnectionDelegate next) => async connection =>
    {
        if (!NodeCertificate.TryReadKey(connection.Features.Get<ITlsConnectionFeature>()?.ClientCertificate, out PublicKey node))
        {
            connection.Abort();
            return;
        }

        bool isStranger = !book.Names(node);
        lock (_lock)
        {
            if ((isStranger && _strangers >= PeerLimits.StrangersMax) || !TryAdd(_byNode, node, PeerLimits.ConnectionsPerNodeMax))
            {
                Refuse(connection);
                return;
            }

            _strangers += isStranger ? 1 : 0;
        }

        connection.Items[s_node] = node;
        try
        {
            await next(connection);
        }
        finally
        {
            lock (_lock)
            {
                _strangers -= isStranger ? 1 : 0;
                Remove(_byNode, node);
            }
        }
    };

    private void Refuse(ConnectionContext connection)
    {
        metrics.Refused(PeerError.Busy);
        connection.Abort();
    }

    private static bool TryAdd<TKey>(Dictionary<TKey, int> counts, TKey key, int countMax)
        where TKey : notnull
    {
        int count = counts.GetValueOrDefault(key);
        if (count >= countMax)
            return false;
        counts[key] = count + 1;
        return true;
    }

    private static void Remove<TKey>(Dictionary<TKey, int> counts, TKey key)
        where TKey : notnull
    {
        if (--counts[key] == 0)
            counts.Remove(key);
    }
}
