namespace Cess.Peers.Tests;

/// <summary>Keeps records over the restart of a node within a test.</summary>
internal sealed class MemoryStore : IPeerStore
{
    public byte[]? Bytes { get; set; }

    public byte[]? Load() => Bytes;

    public void Save(ReadOnlySpan<byte> records) => Bytes = records.ToArray();
}
