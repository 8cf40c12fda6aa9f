using Cess.BlockStore.Files;

namespace Cess.Blobs.Packs;

/// <summary>Shows a file whose device can't give some of its blocks: those read as zeros, and are remembered.</summary>
/// <param name="file">The file.</param>
/// <param name="blocksMax">How many blocks may be so; one more, and reading fails as the device does.</param>
internal sealed class SalvagedFile(ILogFile file, int blocksMax) : ILogFile
{
    /// <summary>What a system reads at once, however little is asked for, and a disk loses at once, or a part of it.</summary>
    private const int BlockBytes = 4096;

    private readonly SortedSet<long> _unreadable = [];

    public long Length => file.Length;

    /// <summary>Blocks that could not be read, of those that were asked for.</summary>
    public int UnreadableBlocks => _unreadable.Count;

    /// <summary>The same as ranges of bytes, in order.</summary>
    public IEnumerable<(long Offset, long Length)> UnreadableRanges()
    {
        foreach (long first in _unreadable.Where(block => !_unreadable.Contains(block - 1)))
        {
            long end = first + 1;
            while (_unreadable.Contains(end))
                end++;
            yield return (first * BlockBytes, Math.Min(Length, end * BlockBytes) - (first * BlockBytes));
        }
    }

    /// <summary>Whether a byte from an offset on could not be read.</summary>
    public bool IsUnreadableFrom(long offset) => _unreadable.Count > 0 && _unreadable.Max >= offset / BlockBytes;

    /// <summary>Reads until the buffer is full or the file ends, and returns the count of bytes.</summary>
    /// <exception cref="IOException">The file can't be read for other reasons than a device's fault, or too many blocks can't be.</exception>
    public async ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellation = default)
    {
        if (!_unreadable.Any(block => block >= offset / BlockBytes && block * BlockBytes < offset + buffer.Length))
        {
            try
            {
                return await file.ReadAsync(offset, buffer, cancellation);
            }
            catch (IOException e) when (DiskErrors.IsDeviceFault(e))
            {
                // Block by block it tells which.
            }
        }
        int total = 0;
        int wanted = (int)Math.Clamp(Length - offset, 0, buffer.Length);
        while (total < wanted)
        {
            long block = (offset + total) / BlockBytes;
            int count = (int)Math.Min(((block + 1) * BlockBytes) - (offset + total), wanted - total);
            await ReadInBlockAsync(block, offset + total, buffer.Slice(total, count), cancellation);
            total += count;
        }
        return total;
    }

    public ValueTask WriteAsync(long offset, IReadOnlyList<ReadOnlyMemory<byte>> pieces) => file.WriteAsync(offset, pieces);

    public void SetLength(long length) => file.SetLength(length);

    public ValueTask SyncAsync() => file.SyncAsync();

    public void Dispose() => file.Dispose();

    private async ValueTask ReadInBlockAsync(long block, long offset, Memory<byte> buffer, CancellationToken cancellation)
    {
        buffer.Span.Clear();
        if (_unreadable.Contains(block))
            return;
        try
        {
            await file.ReadAsync(offset, buffer, cancellation);
        }
        catch (IOException e) when (DiskErrors.IsDeviceFault(e) && _unreadable.Count < blocksMax)
        {
            buffer.Span.Clear();
            _unreadable.Add(block);
        }
    }
}
