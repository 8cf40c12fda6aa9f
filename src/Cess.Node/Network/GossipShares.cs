using Cess.Node.Setup;
using Cess.Peers;

namespace Cess.Node.Network;

/// <summary>
/// Counts whose lists of transactions are being verified: each node that a record names has a share of its own; strangers have one for each
/// address, and one for all. So no node takes another's, and strangers none of those. For many threads at a time.
/// </summary>
internal sealed class GossipShares
{
    private readonly Lock _gate = new();
    private readonly Dictionary<PeerCaller, int> _underWay = [];
    private int _strangers;

    /// <summary>False if the sender has its share under way. Whoever enters leaves, as the same sender.</summary>
    public bool TryEnter(PeerCaller sender)
    {
        lock (_gate)
        {
            int own = _underWay.GetValueOrDefault(sender.Counted);
            bool isFull = sender.IsStranger
                ? own >= NodeLimits.GossipOfAddress || _strangers >= NodeLimits.GossipOfStrangers
                : own >= NodeLimits.GossipOfNode;
            if (isFull)
                return false;
            _underWay[sender.Counted] = own + 1;
            _strangers += sender.IsStranger ? 1 : 0;
            return true;
        }
    }

    public void Leave(PeerCaller sender)
    {
        lock (_gate)
        {
            if (--_underWay[sender.Counted] == 0)
                _underWay.Remove(sender.Counted);
            _strangers -= sender.IsStranger ? 1 : 0;
        }
    }
}
