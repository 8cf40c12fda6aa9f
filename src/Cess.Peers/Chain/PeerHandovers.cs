using System.Collections.Immutable;
using Cess.Ledger.Blocks;
using Cess.Primitives;

namespace Cess.Peers;

/// <summary>Handovers of eras that follow each other, in SCALE, as they are sent: a vec of at most <see cref="PeerLimits.HandoversMax"/>.</summary>
/// <param name="Handovers">The handovers; what they prove is not said.</param>
internal sealed record PeerHandovers(ImmutableArray<EraHandover> Handovers) : IScaleValue<PeerHandovers>
{
    /// <summary>Fewest bytes of a handover: header, certificate and era, of which hashes alone are so many.</summary>
    private const int HandoverBytesMin = 7 * Hash256.Size;

    public void Encode(ScaleWriter writer) => writer.WriteVector(Handovers.AsSpan());

    public static PeerHandovers Decode(ref ScaleReader reader) =>
        new([.. reader.ReadVector<EraHandover>(PeerLimits.HandoversMax, HandoverBytesMin)]);

    /// <summary>The same of handovers that are encoded already, as many of them as one answer takes.</summary>
    public static byte[] Join(IReadOnlyList<ReadOnlyMemory<byte>> encoded)
    {
        long bytes = 0;
        ReadOnlyMemory<byte>[] fitting =
            [.. encoded.Take(PeerLimits.HandoversMax).TakeWhile(handover => (bytes += handover.Length) <= PeerLimits.HandoversBytesMax - sizeof(int))];
        using ScaleWriter writer = new();
        writer.WriteCount(fitting.Length);
        foreach (ReadOnlyMemory<byte> handover in fitting)
            writer.WriteFixed(handover.Span);
        return writer.ToArray();
    }
}
