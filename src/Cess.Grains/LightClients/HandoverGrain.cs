using Orleans.Runtime;

namespace Cess.Grains.LightClients;

/// <summary>State of a <see cref="HandoverGrain"/>.</summary>
[GenerateSerializer, Alias("cess.HandoverState")]
public sealed class HandoverState
{
    /// <summary>SCALE bytes of the handover; empty for none.</summary>
    [Id(0)]
    public byte[] Bytes { get; set; } = [];
}

/// <inheritdoc cref="IHandoverGrain"/>
public sealed class HandoverGrain(
    [PersistentState("handover", StateNames.Provider)] IPersistentState<HandoverState> state) : Grain, IHandoverGrain
{
    /// <inheritdoc/>
    public Task<StoredHandover?> GetAsync() => Task.FromResult(
        state.State.Bytes.Length == 0 ? null : new StoredHandover((ulong)this.GetPrimaryKeyLong(), state.State.Bytes));

    /// <inheritdoc/>
    public Task KeepAsync(StoredHandover handover)
    {
        state.State.Bytes = handover.Bytes.ToArray();
        return state.WriteStateAsync();
    }
}
