using Cess.BlockStore.Files;

namespace Cess.BlockStore.Simulated;

/// <summary>An open file of a <see cref="SimulatedLogDirectory"/>.</summary>
internal sealed class SimulatedLogFile(SimulatedLogDirectory disk, SimulatedInode inode) : ILogFile
{
    public long Length => disk.Look(() => (long)inode.Bytes.Length);

    public ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        return ValueTask.FromResult(disk.Look(() =>
        {
            ReadOnlySpan<byte> bytes = inode.Bytes;
            ReadOnlySpan<byte> rest = offset < bytes.Length ? bytes[(int)offset..] : [];
            int count = Math.Min(rest.Length, buffer.Length);
            rest[..count].CopyTo(buffer.Span);
            return count;
        }));
    }

    public ValueTask WriteAsync(long offset, IReadOnlyList<ReadOnlyMemory<byte>> pieces)
    {
        foreach (ReadOnlyMemory<byte> piece in pieces)
        {
            disk.Write(inode, offset, piece.Span);
            offset += piece.Length;
        }
        return ValueTask.CompletedTask;
    }

    public void SetLength(long length) => disk.Change(() => inode.SetLength((int)length));

    public ValueTask SyncAsync()
    {
        disk.Sync(inode.Sync);
        return ValueTask.CompletedTask;
    }

    public void Dispose()
    {
    }
}
