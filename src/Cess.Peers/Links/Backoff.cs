using System.Buffers.Binary;
using Cess.Coding;

namespace Cess.Peers;

/// <summary>
/// Waits that double up to a bound, each anywhere between its half and its whole, so that nodes that lost each other at once do not
/// come back at once ("equal jitter").
/// </summary>
internal sealed class Backoff(IRandomSource random)
{
    private TimeSpan _next = PeerLimits.ReconnectDelayMin;

    public TimeSpan Next()
    {
        Span<byte> draw = stackalloc byte[sizeof(uint)];
        random.Fill(draw);
        double share = BinaryPrimitives.ReadUInt32LittleEndian(draw) / (1.0 + uint.MaxValue);
        TimeSpan wait = (_next / 2) + (_next / 2 * share);
        _next = _next * 2 < PeerLimits.ReconnectDelayMax ? _next * 2 : PeerLimits.ReconnectDelayMax;
        return wait;
    }

    public void Reset() => _next = PeerLimits.ReconnectDelayMin;
}
