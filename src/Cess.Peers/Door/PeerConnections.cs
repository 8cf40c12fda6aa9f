using System.Net;
using Cess.Primitives;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace Cess.Peers;

/// <summary>
/// The door's connections: counted before their handshake in all and by address, after it by node. What is too many is closed; of those that
/// have not done their handshake, others than the newest.
/// </summary>
internal sealed class PeerConnections(PeerBook book, RequestBudgets budgets, PeerMetrics metrics)
{
    private static readonly object s_node = new();

    private readonly Lock _lock = new();
    private readonly Dictionary<UInt128, int> _byAddress = [];
    private readonly Dictionary<PublicKey, int> _byNode = [];
    private readonly Handshakes _handshakes = new();
    private int _count;

    /// <summary>The node at the other end; null on connections of other doors.</summary>
    public static PublicKey? NodeOf(IDictionary<object, object?>? items) =>
        items is not null && items.TryGetValue(s_node, out object? node) ? (PublicKey?)node : null;

    /// <summary>Before TLS, whose handshake costs more than to make it.</summary>
    public ConnectionDelegate Admit(ConnectionDelegate next) => async connection =>
    {
        UInt128 address = CountedAddress.Of((connection.RemoteEndPoint as IPEndPoint)?.Address);
        if (!budgets.TrySpend(address, RequestCosts.Handshake) || !TryEnter(address))
        {
            Refuse(connection);
            return;
        }

        try
        {
            MakeRoomFor(connection, address);
            await next(connection);
        }
        finally
        {
            lock (_lock)
            {
                _handshakes.Leave(connection);
                _count--;
                Remove(_byAddress, address);
            }
        }
    };

    /// <summary>After TLS, which has proven the key.</summary>
    public ConnectionDelegate Identify(ConnectionDelegate next) => async connection =>
    {
        lock (_lock)
            _handshakes.Leave(connection);
        if (!NodeCertificate.TryReadKey(connection.Features.Get<ITlsConnectionFeature>()?.ClientCertificate, out PublicKey node)
            || !TryEnter(node))
        {
            Refuse(connection);
            return;
        }

        connection.Items[s_node] = node;
        try
        {
            await next(connection);
        }
        finally
        {
            lock (_lock)
                Remove(_byNode, node);
        }
    };

    private bool TryEnter(UInt128 address)
    {
        lock (_lock)
        {
            if (_count >= PeerLimits.ConnectionsMax || !TryAdd(_byAddress, address, PeerLimits.ConnectionsPerAddressMax))
                return false;
            _count++;
            return true;
        }
    }

    private bool TryEnter(PublicKey node)
    {
        lock (_lock)
        {
            // Counted anew each time: who was a stranger when it connected may be known by now.
            bool hasRoom = book.Names(node)
                || _byNode.Where(entry => !book.Names(entry.Key)).Sum(entry => entry.Value) < PeerLimits.StrangersMax;
            return hasRoom && TryAdd(_byNode, node, PeerLimits.ConnectionsPerNodeMax);
        }
    }

    private void MakeRoomFor(ConnectionContext connection, UInt128 address)
    {
        ConnectionContext? closed;
        lock (_lock)
            closed = _handshakes.Enter(address, connection);
        if (closed is not null)
            Refuse(closed);
    }

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
