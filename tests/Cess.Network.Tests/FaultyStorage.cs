using System.Collections.Concurrent;
using Orleans;
using Orleans.Runtime;
using Orleans.Storage;

namespace Cess.Network.Tests;

/// <summary>Grain state whose changes can be made to wait or to fail.</summary>
internal sealed class FaultyStorage(IGrainStorage inner) : IGrainStorage
{
    private readonly ConcurrentDictionary<(string State, GrainId Grain), bool> _stored = new();
    private int _waiting;

    /// <summary>What the changes of a state, by its name, go through first.</summary>
    public Func<string, Task> Changing { get; set; } = _ => Task.CompletedTask;

    /// <summary>Changes that are in there.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>How many grains have a state of that name stored.</summary>
    public int Count(string stateName) => _stored.Keys.Count(key => key.State == stateName);

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        inner.ReadStateAsync(stateName, grainId, grainState);

    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        await WaitAsync(stateName);
        await inner.WriteStateAsync(stateName, grainId, grainState);
        _stored[(stateName, grainId)] = true;
    }

    public async Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        await WaitAsync(stateName);
        await inner.ClearStateAsync(stateName, grainId, grainState);
        _stored.TryRemove((stateName, grainId), out _);
    }

    private async Task WaitAsync(string stateName)
    {
        Interlocked.Increment(ref _waiting);
        try
        {
            await Changing(stateName);
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }
}
