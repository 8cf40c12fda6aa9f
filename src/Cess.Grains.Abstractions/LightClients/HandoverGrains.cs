namespace Cess.Grains;

/// <summary>What leads light clients out of one era into the next; its key is the index of the era that ends.</summary>
[Alias("cess.IHandoverGrain")]
public interface IHandoverGrain : IGrainWithIntegerKey
{
    /// <summary>The handover, or null while the era goes on or its handover has not been kept yet.</summary>
    [Alias("Get")]
    Task<StoredHandover?> GetAsync();

    /// <summary>Keeps the handover; durable when it returns. Called by <see cref="IHandoverKeeperGrain"/> only.</summary>
    [Alias("Keep")]
    Task KeepAsync(StoredHandover handover);
}

/// <summary>
/// Keeps the handover of each era that ends, while the state that proves it is still there. Fed by the blocks stream; what it
/// has missed it makes from the stored blocks.
/// </summary>
[Alias("cess.IHandoverKeeperGrain")]
public interface IHandoverKeeperGrain : IGrainWithStringKey
{
    /// <summary>The first era whose handover is not kept.</summary>
    [Alias("Next")]
    Task<ulong> GetNextAsync();

    /// <summary>Keeps handovers that were made and proven elsewhere, in the order of their eras; durable when it returns.</summary>
    [Alias("Adopt")]
    Task AdoptAsync(IReadOnlyList<StoredHandover> handovers);
}

/// <summary>The handover at an era's end.</summary>
/// <param name="Era">Index of the era that ends.</param>
/// <param name="Bytes">SCALE bytes; see docs/format/ledger.md.</param>
[GenerateSerializer, Immutable, Alias("cess.StoredHandover")]
public sealed record StoredHandover([property: Id(0)] ulong Era, [property: Id(1)] ReadOnlyMemory<byte> Bytes);
