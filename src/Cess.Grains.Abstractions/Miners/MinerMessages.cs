namespace Cess.Grains;

/// <summary>A miner as the scheduler sees it.</summary>
/// <param name="Id">Number on chain.</param>
/// <param name="Address">Account.</param>
/// <param name="Endpoint">Where it is reached.</param>
/// <param name="DeclaredBytes">Space that it offers.</param>
/// <param name="ReservedBytes">Space held for deals.</param>
/// <param name="UsedBytes">Space under active files.</param>
/// <param name="Healthy">False while it rests after a failure.</param>
[GenerateSerializer, Immutable, Alias("cess.MinerView")]
public sealed record MinerView(
    [property: Id(0)] uint Id,
    [property: Id(1)] string Address,
    [property: Id(2)] string Endpoint,
    [property: Id(3)] ulong DeclaredBytes,
    [property: Id(4)] ulong ReservedBytes,
    [property: Id(5)] ulong UsedBytes,
    [property: Id(6)] bool Healthy);

/// <summary>What has to be placed.</summary>
/// <param name="Count">Distinct miners wanted.</param>
/// <param name="BytesEach">Bytes that each must have free.</param>
/// <param name="Except">Miners that may not be chosen.</param>
[GenerateSerializer, Immutable, Alias("cess.PlacementRequest")]
public sealed record PlacementRequest(
    [property: Id(0)] int Count, [property: Id(1)] long BytesEach, [property: Id(2)] IReadOnlyList<uint> Except);

/// <summary>Where it goes.</summary>
/// <param name="Miners">Distinct; fewer than wanted when there are no more.</param>
/// <param name="OutOfSpace">True when miners were left out only for want of space.</param>
[GenerateSerializer, Immutable, Alias("cess.Placement")]
public sealed record Placement([property: Id(0)] IReadOnlyList<uint> Miners, [property: Id(1)] bool OutOfSpace);

/// <summary>A fragment to be pushed to a miner.</summary>
/// <param name="Name">See <see cref="FragmentName"/>.</param>
/// <param name="Source">Where its bytes lie in this silo.</param>
/// <param name="Miner">Where it should go.</param>
/// <param name="Except">Miners that hold other fragments of the segment.</param>
[GenerateSerializer, Immutable, Alias("cess.SliceOrder")]
public sealed record SliceOrder(
    [property: Id(0)] string Name,
    [property: Id(1)] BufferAddress Source,
    [property: Id(2)] uint Miner,
    [property: Id(3)] IReadOnlyList<uint> Except);

/// <summary>A fragment that became no part of a file, as far as its uploader knows.</summary>
/// <param name="Name">See <see cref="FragmentName"/>.</param>
/// <param name="Segment">Id of the first fragment of its segment, 64 hex digits.</param>
[GenerateSerializer, Immutable, Alias("cess.DiscardedFragment")]
public sealed record DiscardedFragment([property: Id(0)] string Name, [property: Id(1)] string Segment);

/// <summary>How a push ended.</summary>
[GenerateSerializer, Alias("cess.PushStatus")]
public enum PushStatus
{
    /// <summary>Durable at the miner.</summary>
    Stored = 0,

    /// <summary>The miner has no room.</summary>
    Full = 1,

    /// <summary>The miner failed or did not answer.</summary>
    Failed = 2,

    /// <summary>The bytes are no longer at the address given.</summary>
    SourceGone = 3,
}

/// <summary>Where a slice went.</summary>
/// <param name="Status">Stored, or why not.</param>
/// <param name="Miner">The miner that holds it.</param>
[GenerateSerializer, Immutable, Alias("cess.SliceResult")]
public sealed record SliceResult([property: Id(0)] PushStatus Status, [property: Id(1)] uint Miner);
