using Cess.BlockStore.Files;

namespace Cess.BlockStore.Log;

/// <summary>
/// Finds out what a segment holds when a store is opened: which batches are whole, and whether what follows them is the torn
/// end of a batch that was never confirmed, or damage.
/// </summary>
internal sealed class SegmentRecovery(Segment segment)
{
    private readonly LogWindow _window = new(segment.File);

    /// <summary>Adds the records of all whole batches to the segment and returns where the first other byte stands.</summary>
    public async ValueTask<long> ScanAsync()
    {
        var batch = new List<int>();
        long batchStart = SegmentHeader.Bytes;
        long at = batchStart;
        while (await RecordAtAsync(at) is { } record
            && record.BatchStart == batchStart
            && record.Height == segment.FirstHeight + (ulong)(segment.Count + batch.Count))
        {
            batch.Add(RecordHeader.RecordBytes(record.Length));
            at += batch[^1];
            if (!record.IsLastOfBatch)
                continue;
            batch.ForEach(segment.Add);
            batch.Clear();
            batchStart = at;
        }
        return at;
    }

    /// <summary>
    /// Refuses a segment whose damage can't be the torn end of an unconfirmed batch. Only one batch is ever written before its
    /// sync, so what follows the whole batches is that one, unless the header of a record says that its own batch began later:
    /// then the bytes between had been durable.
    /// </summary>
    /// <param name="damage">Where the bytes stop making sense.</param>
    /// <exception cref="BlockStoreException"><see cref="BlockStoreError.CorruptMiddle"/>.</exception>
    public async ValueTask CheckIsTornAsync(long damage)
    {
        for (long at = damage; at + RecordHeader.Bytes <= _window.Length; at += RecordHeader.Alignment)
        {
            ReadOnlyMemory<byte> bytes = await _window.ReadAsync(at, RecordHeader.Bytes);
            if (RecordHeader.Decode(bytes.Span, segment.Header.Salt) is { } record && record.BatchStart > segment.End)
                throw BlockStoreException.Corrupt(
                    segment.Name, damage, $"block {record.Height} at {at} was written after it, so these bytes had been durable.");
        }
    }

    private async ValueTask<RecordHeader?> RecordAtAsync(long at)
    {
        ReadOnlyMemory<byte> header = await _window.ReadAsync(at, RecordHeader.Bytes);
        if (RecordHeader.Decode(header.Span, segment.Header.Salt) is not { } record)
            return null;
        ReadOnlyMemory<byte> content = await _window.ReadAsync(at + RecordHeader.Bytes, RecordHeader.Padded(record.Length));
        return content.Length == RecordHeader.Padded(record.Length) && Crc32C.Of(content.Span) == record.ContentChecksum
            ? record
            : null;
    }
}
