using Microsoft.AspNetCore.Connections;

namespace Cess.Peers;

/// <summary>
/// Connections whose handshake is not done. Nobody knows yet who they are, so none may wait at the cost of others: when they are too many, the
/// address that has most of them loses its oldest. To keep somebody out, one has to make a whole room of connections from as many addresses
/// while that one shakes hands. For one thread at a time.
/// </summary>
internal sealed class Handshakes
{
    /// <summary>The oldest first.</summary>
    private readonly LinkedList<(UInt128 Address, ConnectionContext Connection)> _waiting = [];
    private readonly Dictionary<UInt128, int> _byAddress = [];

    /// <summary>Lets a connection in; gives the one to be closed for it, or null.</summary>
    public ConnectionContext? Enter(UInt128 address, ConnectionContext connection)
    {
        _waiting.AddLast((address, connection));
        _byAddress[address] = _byAddress.GetValueOrDefault(address) + 1;
        if (_waiting.Count <= PeerLimits.HandshakesMax)
            return null;
        int most = _byAddress.Values.Max();
        ConnectionContext oldest = _waiting.First(waiting => _byAddress[waiting.Address] == most).Connection;
        Leave(oldest);
        return oldest;
    }

    /// <summary>The handshake is done or has failed. May be told again.</summary>
    public void Leave(ConnectionContext connection)
    {
        for (LinkedListNode<(UInt128 Address, ConnectionContext Connection)>? node = _waiting.First; node is not null; node = node.Next)
        {
            if (node.Value.Connection != connection)
                continue;
            _waiting.Remove(node);
            if (--_byAddress[node.Value.Address] == 0)
                _byAddress.Remove(node.Value.Address);
            return;
        }
    }
}
