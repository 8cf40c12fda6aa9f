using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Cess.Peers.Tests;

/// <summary>What the instruments of one node say.</summary>
internal sealed class Counts : IDisposable
{
    private readonly ConcurrentDictionary<string, long> _sums = new();
    private readonly MeterListener _listener = new();

    public Counts(IMeterFactory meters)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (ReferenceEquals(instrument.Meter.Scope, meters))
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            _sums.AddOrUpdate(instrument.Name, value, (_, sum) => sum + value);
            foreach (KeyValuePair<string, object?> tag in tags)
                _sums.AddOrUpdate($"{instrument.Name}:{tag.Value}", value, (_, sum) => sum + value);
        });
        _listener.Start();
    }

    /// <summary>The sum of an instrument, or of its measurements with a tag of this value.</summary>
    public long Of(string name, object? tag = null) => _sums.GetValueOrDefault(tag is null ? name : $"{name}:{tag}");

    public long Refused(PeerError reason) => Of("cess.peers.refused", reason);

    public void Dispose() => _listener.Dispose();
}
