namespace Cess.Grains;

/// <summary>Where bytes lie in this silo's memory. Grain messages carry this, never the bytes.</summary>
/// <param name="Buffer">The registered buffer.</param>
/// <param name="Offset">First byte.</param>
/// <param name="Length">How many.</param>
[GenerateSerializer, Immutable, Alias("cess.BufferAddress")]
public readonly record struct BufferAddress(
    [property: Id(0)] long Buffer, [property: Id(1)] int Offset, [property: Id(2)] int Length);

/// <summary>
/// Buffers of this silo that grains may be told of. A buffer goes back to its owner only when its lease is disposed and
/// nobody has it pinned, so a push that outlives its caller never reads somebody else's bytes.
/// </summary>
public interface IBufferRegistry
{
    /// <summary>Makes a buffer addressable until the lease is disposed.</summary>
    /// <param name="memory">The bytes; they must not change while the lease lives.</param>
    /// <param name="release">Runs once, when the lease is disposed and the last pin is gone.</param>
    IBufferLease Register(ReadOnlyMemory<byte> memory, Action release);

    /// <summary>Pins an address for reading; null when the buffer is gone.</summary>
    IBufferPin? Pin(BufferAddress address);
}

/// <summary>A registered buffer.</summary>
public interface IBufferLease : IDisposable
{
    /// <summary>The address of a part of it.</summary>
    BufferAddress At(int offset, int length);
}

/// <summary>Keeps a buffer in place while it is read.</summary>
public interface IBufferPin : IDisposable
{
    /// <summary>The bytes at the pinned address.</summary>
    ReadOnlyMemory<byte> Memory { get; }
}
