using System.Runtime.CompilerServices;
using Cess.BlockStore.Files;

namespace Cess.BlockStore.Log;

/// <summary>The segments of a store, in order. One writer at a time; readers beside it.</summary>
internal sealed class BlockLog : IDisposable
{
    /// <summary>Instead of the height that comes next, while there is no block.</summary>
    private const long Empty = -1;

    private static readonly byte[] Padding = new byte[RecordHeader.Alignment];
    private readonly ILogDirectory _directory;
    private readonly long _segmentBytes;
    private readonly Func<ulong> _newSalt;
    private volatile Segment[] _segments;
    private long _next;

    private BlockLog(ILogDirectory directory, FileBlockStoreOptions options, Segment[] segments)
    {
        (_directory, _segmentBytes, _newSalt, _segments) = (directory, options.SegmentBytes, options.NewSalt, segments);
        _next = segments is [.., var last] ? (long)last.FirstHeight + last.Count : Empty;
    }

    public ulong? First => Volatile.Read(ref _next) != Empty && _segments is [var first, ..] ? first.FirstHeight : null;

    public ulong? Head => Volatile.Read(ref _next) is var next and not Empty ? (ulong)next - 1 : null;

    /// <summary>Opens all segments, checks every byte of them, and cuts off what an unconfirmed batch has left.</summary>
    /// <exception cref="BlockStoreException">
    /// <see cref="BlockStoreError.CorruptMiddle"/>, <see cref="BlockStoreError.Gap"/>, <see cref="BlockStoreError.UnknownVersion"/>.
    /// </exception>
    public static async ValueTask<(BlockLog Log, TornTail? Torn)> OpenAsync(
        ILogDirectory directory, FileBlockStoreOptions options, CancellationToken cancellation)
    {
        string[] names = [.. directory.List().Where(SegmentHeader.IsFileName).Order(StringComparer.Ordinal)];
        var segments = new List<Segment>();
        TornTail? torn = null;
        try
        {
            foreach (string name in names)
            {
                cancellation.ThrowIfCancellationRequested();
                bool isLast = name == names[^1];
                ulong? expected = segments.Count == 0 ? null : segments[^1].FirstHeight + (ulong)segments[^1].Count;
                (Segment? segment, long tornBytes) = await OpenSegmentAsync(directory, name, expected, isLast);
                if (tornBytes > 0)
                    torn = new TornTail(name, tornBytes);
                if (segment is null)
                    await RemoveAsync(directory, name);
                else
                    segments.Add(segment);
            }
            return (new BlockLog(directory, options, [.. segments]), torn);
        }
        catch
        {
            segments.ForEach(segment => segment.Dispose());
            throw;
        }
    }

    /// <summary>Writes a checked batch and syncs it; then readers see it.</summary>
    /// <exception cref="IOException">The state of the disk is unknown from here on.</exception>
    public async ValueTask AppendAsync(IReadOnlyList<BlockEntry> batch)
    {
        Segment segment = _segments is [.., var last] && last.End < _segmentBytes
            ? last
            : await AddSegmentAsync(batch[0].Height);
        await segment.File.WriteAsync(segment.End, RecordsOf(batch, segment));
        await segment.File.SyncAsync();
        foreach (BlockEntry block in batch)
            segment.Add(RecordHeader.RecordBytes(block.Bytes.Length));
        Volatile.Write(ref _next, (long)batch[^1].Height + 1);
    }

    /// <summary>Removes the segments all of whose blocks are below a height, the oldest first, but never the last one.</summary>
    public async ValueTask PruneAsync(ulong below)
    {
        while (_segments is [_, var second, ..] && second.FirstHeight <= below)
            await RemoveOldestAsync();
    }

    /// <summary>Removes all segments, the oldest first, so that what a crash leaves has no gap.</summary>
    public async ValueTask DropAsync()
    {
        Volatile.Write(ref _next, Empty);
        while (_segments.Length > 0)
            await RemoveOldestAsync();
    }

    /// <exception cref="BlockStoreException">
    /// <see cref="BlockStoreError.NoSuchBlock"/>, <see cref="BlockStoreError.CorruptMiddle"/>.
    /// </exception>
    public async ValueTask<BlockEntry> ReadAsync(ulong height, CancellationToken cancellation)
    {
        ulong? head = Head;
        Segment[] segments = _segments;
        if (head is null || segments.Length == 0 || height < segments[0].FirstHeight || height > head)
            throw BlockStoreException.NoSuchBlock(height, First, head);
        return (await segments[IndexOf(segments, height)].ReadAsync(height, height, 0, cancellation))[0];
    }

    /// <summary>Reads run by run from a height to the head as it is now: nothing if that is one below.</summary>
    /// <exception cref="BlockStoreException">As above.</exception>
    public async IAsyncEnumerable<BlockEntry[]> ReadFromAsync(
        ulong height, [EnumeratorCancellation] CancellationToken cancellation)
    {
        ulong? head = Head;
        Segment[] segments = _segments;
        if (head is null || segments.Length == 0)
            yield break;
        if (height < segments[0].FirstHeight || height > head + 1)
            throw BlockStoreException.NoSuchBlock(height, First, head);
        for (int i = IndexOf(segments, height); i < segments.Length && height <= head; i++)
        {
            ulong last = i + 1 < segments.Length ? Math.Min(segments[i + 1].FirstHeight - 1, head.Value) : head.Value;
            while (height <= last)
            {
                BlockEntry[] run = await segments[i].ReadAsync(height, last, BlockStoreLimits.ReadAheadBytes, cancellation);
                yield return run;
                height += (ulong)run.Length;
            }
        }
    }

    public void Dispose()
    {
        foreach (Segment segment in _segments)
            segment.Dispose();
    }

    /// <summary>Null for the segment if it holds nothing and can go: only the last one can be so.</summary>
    private static async ValueTask<(Segment? Segment, long TornBytes)> OpenSegmentAsync(
        ILogDirectory directory, string name, ulong? expected, bool isLast)
    {
        ILogFile file = directory.Open(name);
        bool isKept = false;
        try
        {
            byte[] bytes = new byte[SegmentHeader.Bytes];
            int count = await file.ReadAsync(0, bytes);
            if (SegmentHeader.Decode(bytes.AsSpan(0, count), name) is not { } header || header.FileName != name)
            {
                // A header is durable before a record follows it, so one that is torn has none.
                return isLast && file.Length <= SegmentHeader.Bytes
                    ? (null, file.Length)
                    : throw BlockStoreException.Corrupt(name, 0, "it has no valid header.");
            }
            if (expected is { } next && header.FirstHeight != next)
                throw new BlockStoreException(
                    BlockStoreError.Gap, $"Blocks {next} to {header.FirstHeight - 1} are missing before '{name}'.") { File = name };

            var segment = new Segment(name, header, file);
            var recovery = new SegmentRecovery(segment);
            long damage = await recovery.ScanAsync();
            long tornBytes = file.Length - segment.End;
            if (tornBytes > 0)
            {
                if (!isLast)
                    throw BlockStoreException.Corrupt(name, damage, "other segments follow, so these bytes had been durable.");
                await recovery.CheckIsTornAsync(damage);
                file.SetLength(segment.End);
                await file.SyncAsync();
            }
            if (isLast && segment.Count == 0)
                return (null, tornBytes);
            isKept = true;
            return (segment, tornBytes);
        }
        finally
        {
            if (!isKept)
                file.Dispose();
        }
    }

    private async ValueTask RemoveOldestAsync()
    {
        Segment oldest = _segments[0];
        _segments = _segments[1..];
        await RemoveAsync(_directory, oldest.Name);
        oldest.Dispose();
    }

    private static async ValueTask RemoveAsync(ILogDirectory directory, string name)
    {
        directory.Delete(name);
        await directory.SyncAsync();
    }

    private async ValueTask<Segment> AddSegmentAsync(ulong firstHeight)
    {
        var header = new SegmentHeader(firstHeight, _newSalt());
        ILogFile file = _directory.Create(header.FileName);
        await file.WriteAsync(0, [header.Encode()]);
        await file.SyncAsync();
        await _directory.SyncAsync();
        var segment = new Segment(header.FileName, header, file);
        _segments = [.. _segments, segment];
        return segment;
    }

    private static List<ReadOnlyMemory<byte>> RecordsOf(IReadOnlyList<BlockEntry> batch, Segment segment)
    {
        byte[] headers = new byte[batch.Count * RecordHeader.Bytes];
        var pieces = new List<ReadOnlyMemory<byte>>(batch.Count * 3);
        for (int i = 0; i < batch.Count; i++)
        {
            ReadOnlyMemory<byte> content = batch[i].Bytes;
            ReadOnlyMemory<byte> padding = Padding.AsMemory(0, RecordHeader.Padded(content.Length) - content.Length);
            uint checksum = Crc32C.Continue(Crc32C.Of(content.Span), padding.Span);
            Memory<byte> encoded = headers.AsMemory(i * RecordHeader.Bytes, RecordHeader.Bytes);
            new RecordHeader(content.Length, batch[i].Height, (uint)segment.End, i == batch.Count - 1, checksum)
                .Encode(encoded.Span, segment.Header.Salt);
            pieces.Add(encoded);
            if (!content.IsEmpty)
                pieces.Add(content);
            if (!padding.IsEmpty)
                pieces.Add(padding);
        }
        return pieces;
    }

    private static int IndexOf(Segment[] segments, ulong height)
    {
        int low = 0;
        for (int high = segments.Length - 1; low < high;)
        {
            int middle = (low + high + 1) / 2;
            if (segments[middle].FirstHeight <= height)
                low = middle;
            else
                high = middle - 1;
        }
        return low;
    }
}
