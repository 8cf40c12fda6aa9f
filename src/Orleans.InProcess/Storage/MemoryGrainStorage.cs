using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using Orleans.Runtime;

namespace Orleans.Storage;

/// <summary>
/// Grain state in memory, lost with the process. State is kept in its JSON form, as <see cref="SqliteGrainStorage"/> does,
/// so that a grain never shares an object with what is stored.
/// </summary>
public sealed class MemoryGrainStorage : IGrainStorage
{
    private readonly ConcurrentDictionary<(string State, GrainId Grain), Record> _records = new();
    private readonly string _name;
    private long _version;

    internal MemoryGrainStorage(string name) => _name = name;

    /// <inheritdoc/>
    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        if (_records.TryGetValue((stateName, grainId), out var record))
        {
            grainState.State = GrainStateJson.Read<T>(record.Payload);
            grainState.ETag = record.ETag;
            grainState.RecordExists = true;
        }
        else
        {
            GrainStateJson.Reset(grainState);
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var key = (stateName, grainId);
        var written = new Record(
            GrainStateJson.Write(grainState.State), Interlocked.Increment(ref _version).ToString(CultureInfo.InvariantCulture));
        while (true)
        {
            bool exists = _records.TryGetValue(key, out var stored);
            ThrowUnlessCurrent(key, stored, grainState.ETag);
            if (exists ? _records.TryUpdate(key, written, stored!) : _records.TryAdd(key, written))
            {
                grainState.ETag = written.ETag;
                grainState.RecordExists = true;
                return Task.CompletedTask;
            }
        }
    }

    /// <inheritdoc/>
    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var key = (stateName, grainId);
        while (true)
        {
            bool exists = _records.TryGetValue(key, out var stored);
            ThrowUnlessCurrent(key, stored, grainState.ETag);
            if (!exists || _records.TryRemove(new(key, stored!)))
            {
                GrainStateJson.Reset(grainState);
                return Task.CompletedTask;
            }
        }
    }

    private void ThrowUnlessCurrent((string State, GrainId Grain) key, Record? stored, string? etag)
    {
        if (stored?.ETag != etag)
        {
            throw GrainStateJson.Conflict(_name, key.State, key.Grain, stored?.ETag, etag);
        }
    }

    private sealed record Record(byte[] Payload, string ETag);
}
