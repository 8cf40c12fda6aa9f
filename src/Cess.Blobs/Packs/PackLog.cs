using System.Buffers;
using Cess.Blobs.FileSystem;
using Cess.BlockStore.Files;

namespace Cess.Blobs.Packs;

/// <summary>The pack files: appends batches, marks deleted records, and compacts. One call at a time.</summary>
internal sealed class PackLog : IDisposable
{
    private readonly ILogDirectory _directory;
    private readonly PackOptions _options;
    private readonly PackIndex _index;
    private readonly Queue<Pack> _packs = [];
    private readonly List<PackDamage> _damages = [];
    private readonly HashSet<PackEntry> _undeleted = [];
    private Pack? _active;
    private PackCompaction? _compaction;
    private ulong _nextNumber;
    private bool _isTooFullToCompact;
    private bool _isUnreadable;
    private string? _endUnknown;
    private int _unreadableBlocks;
    private Exception? _failure;

    private PackLog(ILogDirectory directory, PackOptions options, PackIndex index) =>
        (_directory, _options, _index) = (directory, options, index);

    public IReadOnlyList<PackDamage> Damages => _damages;

    public static async ValueTask<PackLog> OpenAsync(
        ILogDirectory directory, PackOptions options, PackIndex index, CancellationToken cancellation)
    {
        var log = new PackLog(directory, options, index);
        try
        {
            string[] names = [.. directory.List().Where(PackHeader.IsFileName).Order(StringComparer.Ordinal)];
            foreach (string name in names)
                await log.OpenPackAsync(name, isLast: name == names[^1], cancellation);
            return log;
        }
        catch
        {
            log.Dispose();
            throw;
        }
    }

    /// <summary>Makes a batch durable and confirms its changes, or refuses them.</summary>
    public async ValueTask CommitAsync(List<PackChange> batch)
    {
        if (_endUnknown is not null)
        {
            batch.ForEach(change => change.Refuse(EndUnknown()));
            return;
        }
        if (_failure is not null && !await TryRecoverAsync())
        {
            batch.ForEach(change => change.Refuse(Failed()));
            return;
        }
        try
        {
            HashSet<Pack> marked = await MarkDeletedAsync(batch);
            List<PackChange> puts = [.. batch.Where(change => !change.IsDelete)];
            BlobException? refusal = null;
            if (puts.Count > 0)
            {
                refusal = await TryAppendAsync(puts);
                // Whatever was marked there has been synced with what was appended.
                if (refusal is null)
                    marked.Remove(_active!);
            }
            foreach (Pack pack in marked)
                await pack.File.SyncAsync();
            foreach (PackChange change in batch.Where(change => change.IsDelete))
                change.Confirm(_index.Remove(change.Name)?.ContentLength);
            if (refusal is not null)
                puts.ForEach(change => change.Refuse(refusal));
            _isTooFullToCompact &= marked.Count == 0;
        }
        catch (Exception e)
        {
            _failure = e;
            _undeleted.UnionWith(batch.Where(change => change.IsDelete).Select(change => _index.Find(change.Name)).OfType<PackEntry>());
            batch.ForEach(change => change.Refuse(Failed()));
        }
    }

    /// <summary>
    /// Moves a piece of the oldest pack to the end if more than half of all packs is dead, and removes the pack when nothing is
    /// left in it. True if there is more to do.
    /// </summary>
    /// <remarks>
    /// Always the oldest: a deleted record hides older ones of its name, so it can go only when those have. With half of the
    /// bytes dead, a round through all packs frees as much as it copies.
    /// </remarks>
    public async ValueTask<bool> CompactAsync()
    {
        if (_failure is not null || _isTooFullToCompact || _isUnreadable)
            return false;
        if (_compaction is null)
        {
            long total = _packs.Sum(pack => pack.End);
            long live = _packs.Sum(pack => pack.LiveBytes);
            if (_packs.Count < 2 || total - live <= Math.Max(live, _options.PackBytes))
                return false;
            _compaction = new PackCompaction(_packs.Peek(), _index);
        }
        if (await TryReadAsync(_compaction) is not { } moved)
            return false;
        try
        {
            if (moved.Count > 0)
            {
                _isTooFullToCompact = !await TryMoveAsync(moved);
                return !_isTooFullToCompact;
            }
            await RemoveOldestAsync();
            _compaction = null;
            return true;
        }
        catch (Exception e)
        {
            _failure = e;
            return false;
        }
    }

    public void Dispose()
    {
        foreach (Pack pack in _packs)
            _index.Retire(pack);
    }

    private async ValueTask OpenPackAsync(string name, bool isLast, CancellationToken cancellation)
    {
        ILogFile file = _directory.Open(name);
        try
        {
            byte[] bytes = new byte[PackHeader.Bytes];
            var salvaged = new SalvagedFile(file, BlobLimits.UnreadableBlocksMax - _unreadableBlocks);
            int count = await salvaged.ReadAsync(0, bytes, cancellation);
            _nextNumber = ulong.Parse(name.AsSpan(0, name.IndexOf('.'))) + 1;
            if (PackHeader.Decode(bytes.AsSpan(0, count)) is not { } header || header.FileName != name)
            {
                // A header is durable before a record follows it: without records nothing is lost.
                if (file.Length > PackHeader.Bytes || salvaged.UnreadableBlocks > 0)
                    _damages.Add(new PackDamage(name, 0, file.Length));
                else
                    _directory.Delete(name);
                NoteUnreadable(name, salvaged, isEndUnknown: isLast && salvaged.UnreadableBlocks > 0);
                file.Dispose();
                return;
            }
            var pack = new Pack(header, file);
            var scan = new PackScan(header, salvaged) { IsUnreadableFrom = salvaged.IsUnreadableFrom };
            await foreach (FoundRecord found in scan.ReadAsync(mayBeTorn: isLast, cancellation))
                Apply(found, pack);
            _damages.AddRange(scan.Damages);
            NoteUnreadable(name, salvaged, scan.IsEndUnknown);
            if (scan.End < file.Length)
            {
                file.SetLength(scan.End);
                await file.SyncAsync();
            }
            pack.End = scan.End;
            _packs.Enqueue(pack);
            _active = isLast ? pack : null;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Of a pack with bytes that can't be read. Compaction ends: among those bytes may be records that decide about names in other packs,
    /// and the bytes may be readable again one day.
    /// </summary>
    private void NoteUnreadable(string name, SalvagedFile salvaged, bool isEndUnknown)
    {
        if (salvaged.UnreadableBlocks == 0)
            return;
        _isUnreadable = true;
        _unreadableBlocks += salvaged.UnreadableBlocks;
        if (isEndUnknown)
            _endUnknown = name;
        PackDamage[] known = [.. _damages.Where(damage => damage.File == name)];
        _damages.AddRange(salvaged.UnreadableRanges()
            .Where(range => !known.Any(damage => damage.Offset < range.Offset + range.Length && range.Offset < damage.Offset + damage.Length))
            .Select(range => new PackDamage(name, range.Offset, range.Length)));
    }

    private void Apply(FoundRecord found, Pack pack)
    {
        if (found.Record.IsDeleted)
            _index.Remove(found.Record.Name);
        else
            _index.Set(new PackEntry(found.Record.Name, pack, (uint)found.Offset, found.Record.ContentLength));
    }

    /// <summary>Marks in place: that takes no space, so it works on a full disk. Returns the packs that are to be synced.</summary>
    private async ValueTask<HashSet<Pack>> MarkDeletedAsync(List<PackChange> batch)
    {
        var marked = new HashSet<Pack>();
        foreach (PackChange change in batch.Where(change => change.IsDelete))
        {
            if (_index.Find(change.Name) is not { } entry)
                continue;
            await entry.Pack.File.WriteAsync(entry.Offset + PackRecord.StateAt, [PackRecord.DeletedState]);
            marked.Add(entry.Pack);
        }
        return marked;
    }

    /// <summary>Appends and confirms puts; if the disk is full, returns why not, and nothing has changed.</summary>
    private async ValueTask<BlobException?> TryAppendAsync(List<PackChange> puts)
    {
        int bytes = puts.Sum(put => put.RecordBytes);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(bytes);
        try
        {
            if (await TryActivateAsync() is { } cause)
                return DiskExplanations.Explain(cause, "The blob could not be packed");
            Pack active = _active!;
            int at = 0;
            foreach (PackChange put in puts)
            {
                Span<byte> record = buffer.AsSpan(at, put.RecordBytes);
                PackRecord.Encode(record, put.Name, put.Content, (uint)active.End, active.Header.Salt);
                at += record.Length;
            }
            if (await TryWriteAsync(active, buffer.AsMemory(0, bytes)) is { } full)
                return DiskExplanations.Explain(full, "The blob could not be packed");
            long offset = active.End;
            active.End += bytes;
            foreach (PackChange put in puts)
            {
                PackEntry? former = _index.Set(new PackEntry(put.Name, active, (uint)offset, (int)put.Content.Length));
                offset += put.RecordBytes;
                put.Confirm(former?.ContentLength);
            }
            return null;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>
    /// The next records to move; null if the pack can't be read or has lost a live record. Nothing was written, so only compaction
    /// ends, until the packs are opened again: a pack that is removed only when all of it was moved loses nothing.
    /// </summary>
    private async ValueTask<IReadOnlyList<MovedRecord>?> TryReadAsync(PackCompaction compaction)
    {
        try
        {
            IReadOnlyList<MovedRecord> moved = await compaction.NextAsync();
            if (moved.Count > 0 || _packs.Peek().LiveBytes == 0)
                return moved;
        }
        catch (Exception)
        {
            // Whoever reads the blobs that lie there hears of it.
        }
        _isUnreadable = true;
        return null;
    }

    /// <summary>Appends copies of records and points the index to them; false if the disk is full.</summary>
    private async ValueTask<bool> TryMoveAsync(IReadOnlyList<MovedRecord> moved)
    {
        if (await TryActivateAsync() is not null)
            return false;
        Pack active = _active!;
        byte[] bytes = new byte[moved.Sum(record => record.Bytes.Length)];
        int at = 0;
        foreach (MovedRecord record in moved)
        {
            // The content's checksum stays as it was: what was damaged before is found to be so after.
            record.Bytes.CopyTo(bytes, at);
            (record.Record with { BatchStart = (uint)active.End, IsDeleted = false }).EncodeHeader(bytes.AsSpan(at), active.Header.Salt);
            at += record.Bytes.Length;
        }
        if (await TryWriteAsync(active, bytes) is not null)
            return false;
        foreach (MovedRecord record in moved)
        {
            _index.Set(new PackEntry(record.Record.Name, active, (uint)active.End, record.Record.ContentLength));
            active.End += record.Bytes.Length;
        }
        _compaction!.Confirm();
        return true;
    }

    /// <summary>
    /// Writes at the end of a pack and syncs. If the disk is full, takes back what was written of it and returns the cause. Any
    /// other failure leaves the state unknown.
    /// </summary>
    private static async ValueTask<Exception?> TryWriteAsync(Pack pack, ReadOnlyMemory<byte> bytes)
    {
        try
        {
            await pack.File.WriteAsync(pack.End, [bytes]);
        }
        catch (Exception e) when (DiskErrors.IsFull(e))
        {
            pack.File.SetLength(pack.End);
            await pack.File.SyncAsync();
            return e;
        }
        await pack.File.SyncAsync();
        return null;
    }

    /// <summary>Begins a new pack if the active one has its size; if the disk is full, returns the cause.</summary>
    private async ValueTask<Exception?> TryActivateAsync()
    {
        if (_active is not null && _active.End < _options.PackBytes)
            return null;
        var header = new PackHeader(_nextNumber, _options.NewSalt());
        ILogFile? file = null;
        try
        {
            file = _directory.Create(header.FileName);
            await file.WriteAsync(0, [header.Encode()]);
        }
        catch (Exception e) when (DiskErrors.IsFull(e))
        {
            file?.Dispose();
            _directory.Delete(header.FileName);
            return e;
        }
        catch
        {
            file?.Dispose();
            throw;
        }
        try
        {
            await file.SyncAsync();
            await _directory.SyncAsync();
        }
        catch
        {
            // Its name stays for the next try, which empties it.
            file.Dispose();
            throw;
        }
        _nextNumber++;
        _active = new Pack(header, file);
        _packs.Enqueue(_active);
        return null;
    }

    private async ValueTask RemoveOldestAsync()
    {
        Pack oldest = _packs.Peek();
        _directory.Delete(oldest.Header.FileName);
        // One removal is durable before the next: were a later pack gone and this one back, it would show what was deleted.
        await _directory.SyncAsync();
        _packs.Dequeue();
        _index.Retire(oldest);
    }

    /// <summary>
    /// After a failed write or sync it is unknown what of it is on the disk. Takes it back: cuts off what was appended, makes live again
    /// what was marked, and syncs. False if that fails too, and nothing may be written yet.
    /// </summary>
    /// <remarks>
    /// A sync that succeeds after one that failed says nothing about the bytes of before, but it does about these: they were written
    /// since. What was confirmed had been synced by itself and is not touched.
    /// </remarks>
    private async ValueTask<bool> TryRecoverAsync()
    {
        try
        {
            var restored = new HashSet<Pack>();
            foreach (PackEntry entry in _undeleted)
            {
                await entry.Pack.File.WriteAsync(entry.Offset + PackRecord.StateAt, [PackRecord.LiveState]);
                restored.Add(entry.Pack);
            }
            if (_active is { } active)
            {
                active.File.SetLength(active.End);
                restored.Add(active);
            }
            foreach (Pack pack in restored)
                await pack.File.SyncAsync();
            _undeleted.Clear();
            _failure = null;
            return true;
        }
        catch (Exception e)
        {
            _failure = e;
            return false;
        }
    }

    /// <summary>
    /// Whatever is written behind a batch that may be torn makes it look as if it had been durable; whatever is deleted by a mark in it
    /// comes back if it is cut off after all.
    /// </summary>
    private BlobException EndUnknown() => new(
        BlobError.DeviceFault, $"The small blobs take no changes: '{_endUnknown}' can't be read to its end, so nobody knows where that is.");

    private BlobException Failed() => new(
        BlobError.DeviceFault, $"The packs of small blobs failed ({_failure!.Message}) and take no changes until they can be put right.", _failure);
}
