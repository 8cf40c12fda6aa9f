using Cess.Ledger.Modules;
using Cess.Ledger.Modules.Files;
using Cess.Primitives;

namespace Cess.Grains.Chain;

/// <summary>How many files name each segment, by the segment's first fragment. One writer, any number of readers.</summary>
internal sealed class SegmentReferences
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Hash256, int> _counts = [];

    public bool Contains(Hash256 firstFragment)
    {
        lock (_lock)
            return _counts.ContainsKey(firstFragment);
    }

    public void Add(FileRecord file) => Change(file, 1);

    /// <summary>Counts what a block declared and what it ended. A file that came and went within it was never counted.</summary>
    public void Apply(FinalBlock block)
    {
        foreach (LedgerEvent happened in block.Events)
        {
            if (happened is DealOpened opened && block.Block.State.File(opened.File) is { } file)
                Change(file, 1);
            if (EndedBy(happened) is { } gone && block.Before.File(gone) is { } former)
                Change(former, -1);
        }
    }

    private static FileId? EndedBy(LedgerEvent happened) => happened switch
    {
        DealDropped dropped => dropped.File,
        FileDeleted deleted => deleted.File,
        _ => null,
    };

    private void Change(FileRecord file, int by)
    {
        lock (_lock)
        {
            foreach (FileSegment segment in file.Declaration.Parts.SelectMany(part => part.Segments))
            {
                Hash256 key = segment.Fragments[0].Root;
                int count = _counts.GetValueOrDefault(key) + by;
                if (count > 0)
                    _counts[key] = count;
                else
                    _counts.Remove(key);
            }
        }
    }
}
