using Cess.Ledger.State;
using Cess.Primitives;

namespace Cess.Ledger.Modules.Files;

/// <summary>
/// Open deals by the height at which they end. A deal's place is fixed when it opens and emptied when it completes, so that
/// completing touches no other deal.
/// </summary>
internal sealed class DeadlineQueue(StateOverlay overlay)
{
    public static readonly StateCollection<DeadlineHeight, DeadlineCount> CountCollection =
        new(ModuleId.Files, 5, StateCollections.ByValue);

    public static readonly StateCollection<DeadlinePlace, DeadlineEntry> EntryCollection =
        new(ModuleId.Files, 6, StateCollections.ByValue);

    public static readonly StateCollection<Singleton, DeadlineCursor> CursorCollection = new(ModuleId.Files, 7, Singleton.Key);

    private readonly StateTable<DeadlineHeight, DeadlineCount> _counts = overlay.Table(CountCollection);
    private readonly StateTable<DeadlinePlace, DeadlineEntry> _entries = overlay.Table(EntryCollection);
    private readonly StateTable<Singleton, DeadlineCursor> _cursor = overlay.Table(CursorCollection);

    /// <summary>Enters a deal; gives its place.</summary>
    public uint Add(ulong deadline, FileId file)
    {
        DeadlineHeight height = new(deadline);
        uint index = _counts.Get(height)?.Value ?? 0;
        _counts.Set(height, new DeadlineCount(checked(index + 1)));
        _entries.Set(new DeadlinePlace(deadline, index), new DeadlineEntry(file));
        return index;
    }

    /// <summary>Empties a deal's place.</summary>
    public void Remove(ulong deadline, uint index) => _entries.Remove(new DeadlinePlace(deadline, index));

    /// <summary>
    /// Ends the deals whose deadline is <paramref name="height"/> or before, those left over from earlier blocks first, up to
    /// <see cref="LedgerLimits.DeadlineWorkPerBlockMax"/>; remembers where it has stopped.
    /// </summary>
    /// <param name="height">Height of the block.</param>
    /// <param name="end">Ends a deal and says how much work it was.</param>
    public void EndDue(ulong height, Func<FileId, int> end)
    {
        DeadlineCursor? cursor = _cursor.Get(default);
        ulong at = cursor?.Height ?? height;
        uint index = cursor?.Index ?? 0;
        int work = 0;
        for (; at <= height; at++, index = 0)
        {
            DeadlineHeight atHeight = new(at);
            if (_counts.Get(atHeight) is not { } count)
                continue;

            for (; index < count.Value; index++)
            {
                if (work >= LedgerLimits.DeadlineWorkPerBlockMax)
                {
                    _cursor.Set(default, new DeadlineCursor(at, index));
                    return;
                }

                work++;
                if (_entries.Get(new DeadlinePlace(at, index)) is { } entry)
                    work += end(entry.File);
            }

            _counts.Remove(atHeight);
        }

        if (cursor is not null)
            _cursor.Remove(default);
    }
}

/// <summary>How many places the queue of a deadline has, empty ones included.</summary>
internal sealed record DeadlineCount(uint Value) : IScaleValue<DeadlineCount>
{
    public void Encode(ScaleWriter writer) => writer.WriteCompact(Value);

    public static DeadlineCount Decode(ref ScaleReader reader) => new(reader.ReadCompactU32());
}

/// <summary>A deal in the queue of its deadline.</summary>
internal sealed record DeadlineEntry(FileId File) : IScaleValue<DeadlineEntry>
{
    public void Encode(ScaleWriter writer) => writer.Write(File);

    public static DeadlineEntry Decode(ref ScaleReader reader) => new(reader.Read<FileId>());
}

/// <summary>Where the processing of deadlines has stopped for lack of room in a block; absent while nothing is left over.</summary>
internal sealed record DeadlineCursor(ulong Height, uint Index) : IScaleValue<DeadlineCursor>
{
    public void Encode(ScaleWriter writer)
    {
        writer.WriteCompact(Height);
        writer.WriteCompact(Index);
    }

    public static DeadlineCursor Decode(ref ScaleReader reader) => new(reader.ReadCompactU64(), reader.ReadCompactU32());
}

/// <summary>A deadline: a height.</summary>
internal readonly record struct DeadlineHeight(ulong Value) : IScaleValue<DeadlineHeight>
{
    public void Encode(ScaleWriter writer) => writer.WriteCompact(Value);

    public static DeadlineHeight Decode(ref ScaleReader reader) => new(reader.ReadCompactU64());
}

/// <summary>A place in the queue of a deadline.</summary>
internal readonly record struct DeadlinePlace(ulong Height, uint Index) : IScaleValue<DeadlinePlace>
{
    public void Encode(ScaleWriter writer)
    {
        writer.WriteCompact(Height);
        writer.WriteCompact(Index);
    }

    public static DeadlinePlace Decode(ref ScaleReader reader) => new(reader.ReadCompactU64(), reader.ReadCompactU32());
}
