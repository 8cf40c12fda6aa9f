using System.Diagnostics.Metrics;

namespace Cess.Peers;

/// <summary>Why a message did not go out.</summary>
internal enum DropReason
{
    QueueFull,
    ReceiverUnknown,
}

/// <summary>What the links count, under the meter "Cess.Peers".</summary>
internal sealed class PeerMetrics
{
    private readonly Counter<long> _messages;
    private readonly Counter<long> _bytes;
    private readonly Counter<long> _drops;
    private readonly Counter<long> _connects;
    private readonly Counter<long> _refused;
    private readonly UpDownCounter<long> _links;

    public PeerMetrics(IMeterFactory meters)
    {
        Meter meter = meters.Create("Cess.Peers");
        _messages = meter.CreateCounter<long>("cess.peers.messages", "{frame}", "Frames sent and received.");
        _bytes = meter.CreateCounter<long>("cess.peers.bytes", "By", "Their bytes.");
        _drops = meter.CreateCounter<long>("cess.peers.drops", "{frame}", "Frames that were not sent.");
        _connects = meter.CreateCounter<long>("cess.peers.connects", "{attempt}", "Attempts to make a link.");
        _refused = meter.CreateCounter<long>("cess.peers.refused", "{event}", "What was refused, by reason.");
        _links = meter.CreateUpDownCounter<long>("cess.peers.links", "{link}", "Links that are up.");
    }

    public void Sent(in LinkFrame frame) => Count("out", frame.Kind, frame.Bytes);

    public void Received(FrameKind kind, int bytes) => Count("in", kind, bytes);

    public void Dropped(DropReason reason, int count) => _drops.Add(count, new KeyValuePair<string, object?>("reason", reason.ToString()));

    public void Connecting() => _connects.Add(1);

    public void LinkUp() => _links.Add(1);

    public void LinkDown() => _links.Add(-1);

    public void Refused(PeerError reason) => _refused.Add(1, new KeyValuePair<string, object?>("reason", reason.ToString()));

    private void Count(string direction, FrameKind kind, int bytes)
    {
        KeyValuePair<string, object?> way = new("direction", direction);
        KeyValuePair<string, object?> what = new("kind", kind == FrameKind.Consensus ? "consensus" : "transactions");
        _messages.Add(1, way, what);
        _bytes.Add(bytes, way, what);
    }
}
