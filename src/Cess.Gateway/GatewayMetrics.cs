using System.Diagnostics.Metrics;

namespace Cess.Gateway;

/// <summary>What the object store counts, under the meter "Cess.Gateway".</summary>
internal static class GatewayMetrics
{
    private static readonly Meter s_meter = new("Cess.Gateway");

    /// <summary>Fragments that a read found missing or corrupt and rebuilt from others.</summary>
    public static Counter<long> FragmentsLost { get; } =
        s_meter.CreateCounter<long>("cess.gateway.fragments_lost", "{fragment}", "Fragments that a read found missing or corrupt.");
}
