using Cess.BlockStore.Files;

namespace Cess.BlockStore.Log;

/// <summary>
/// One segment file with the offsets of its records. One writer adds records; readers, who never ask for more than the store
/// has published, may run beside it.
/// </summary>
internal sealed class Segment(string name, SegmentHeader header, ILogFile file) : IDisposable
{
    private const int OffsetsAtFirst = 64;
    private uint[] _offsets = new uint[OffsetsAtFirst];

    public string Name => name;

    public SegmentHeader Header => header;

    public ILogFile File => file;

    public int Count { get; private set; }

    /// <summary>Where the next record will stand.</summary>
    public long End { get; private set; } = SegmentHeader.Bytes;

    public ulong FirstHeight => header.FirstHeight;

    /// <summary>Publishes a record that stands at the end.</summary>
    public void Add(int recordBytes)
    {
        // The last entry is the end of the last record, so that readers need nothing but this array.
        if (Count + 1 >= _offsets.Length)
        {
            uint[] larger = new uint[_offsets.Length * 2];
            _offsets.CopyTo(larger, 0);
            Volatile.Write(ref _offsets, larger);
        }
        _offsets[Count] = (uint)End;
        End += recordBytes;
        _offsets[++Count] = (uint)End;
    }

    /// <summary>Reads a run of blocks in one go: as many as fit into the read-ahead, at least one.</summary>
    /// <param name="height">The first block's height, which must be in this segment.</param>
    /// <param name="last">The last height to read: at most the newest one published in this segment.</param>
    /// <param name="readAheadBytes">Most bytes to read if that is more than one block.</param>
    /// <param name="cancellation">Ends the read.</param>
    public async ValueTask<BlockEntry[]> ReadAsync(
        ulong height, ulong last, int readAheadBytes, CancellationToken cancellation)
    {
        uint[] offsets = Volatile.Read(ref _offsets);
        int first = (int)(height - FirstHeight);
        int end = (int)(last - FirstHeight) + 1;
        int next = first + 1;
        while (next < end && offsets[next + 1] - offsets[first] <= readAheadBytes)
            next++;

        byte[] run = new byte[offsets[next] - offsets[first]];
        int count = await file.ReadAsync(offsets[first], run, cancellation);
        var blocks = new BlockEntry[next - first];
        for (int i = 0; i < blocks.Length; i++)
        {
            int start = (int)(offsets[first + i] - offsets[first]);
            int length = (int)(offsets[first + i + 1] - offsets[first + i]);
            if (start + length > count || !TryDecode(run.AsMemory(start, length), height + (ulong)i, out blocks[i]))
                throw BlockStoreException.Corrupt(name, offsets[first + i], $"block {height + (ulong)i} is not what was written.");
        }
        return blocks;
    }

    public void Dispose() => file.Dispose();

    private bool TryDecode(ReadOnlyMemory<byte> record, ulong height, out BlockEntry block)
    {
        block = default;
        if (RecordHeader.Decode(record.Span, header.Salt) is not { } found
            || found.Height != height
            || RecordHeader.RecordBytes(found.Length) != record.Length
            || Crc32C.Of(record.Span[RecordHeader.Bytes..]) != found.ContentChecksum)
            return false;
        block = new BlockEntry(height, record.Slice(RecordHeader.Bytes, found.Length));
        return true;
    }
}
