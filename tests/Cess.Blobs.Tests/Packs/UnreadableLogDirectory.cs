using Cess.BlockStore.Files;

namespace Cess.Blobs.Tests.Packs;

/// <summary>A disk with a file that cannot be read, or only in parts.</summary>
internal sealed class UnreadableLogDirectory(ILogDirectory inner) : ILogDirectory
{
    /// <summary>The file; null for none.</summary>
    public string? Unreadable { get; set; }

    /// <summary>Which bytes of it can't be read; all unless they are named.</summary>
    public (long Offset, long Length) Bytes { get; set; } = (0, long.MaxValue);

    public IReadOnlyList<string> List() => inner.List();

    public ILogFile Open(string name) => new UnreadableFile(this, name, inner.Open(name));

    public ILogFile Create(string name) => new UnreadableFile(this, name, inner.Create(name));

    public void Delete(string name) => inner.Delete(name);

    public void Rename(string from, string to) => inner.Rename(from, to);

    public ValueTask SyncAsync() => inner.SyncAsync();

    public IDisposable? TryLock(string name) => inner.TryLock(name);

    private sealed class UnreadableFile(UnreadableLogDirectory disk, string name, ILogFile file) : ILogFile
    {
        public long Length => file.Length;

        public ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellation) =>
            disk.Unreadable == name && offset - disk.Bytes.Offset < disk.Bytes.Length && offset + buffer.Length > disk.Bytes.Offset
                ? throw new IOException("The simulated device can't read.", 5)
                : file.ReadAsync(offset, buffer, cancellation);

        public ValueTask WriteAsync(long offset, IReadOnlyList<ReadOnlyMemory<byte>> pieces) => file.WriteAsync(offset, pieces);

        public void SetLength(long length) => file.SetLength(length);

        public ValueTask SyncAsync() => file.SyncAsync();

        public void Dispose() => file.Dispose();
    }
}
