using Cess.Ledger.Modules.Files;
using Cess.Primitives;

namespace Cess.Gateway.Rest.Buckets;

/// <summary>
/// Pages in order of tags, out of a bucket that is kept in another order: one walk a page, and no more held in memory than
/// the page.
/// </summary>
internal static class TagPage
{
    private static readonly IComparer<Hash256> s_largestFirst = Comparer<Hash256>.Create((left, right) => right.CompareTo(left));

    /// <summary>The first objects behind a tag.</summary>
    /// <param name="objects">All objects of a bucket, in any order.</param>
    /// <param name="after">Only tags behind this one; null for all.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="isLast">Whether there are no more behind them.</param>
    public static List<(ObjectEntry Entry, FileRecord File)> Of(
        IEnumerable<(ObjectEntry Object, FileRecord File)> objects, Hash256? after, int limit, out bool isLast)
    {
        PriorityQueue<(ObjectEntry Entry, FileRecord File), Hash256> smallest = new(limit + 1, s_largestFirst);
        isLast = true;
        foreach ((ObjectEntry entry, FileRecord file) in objects)
        {
            Hash256 tag = file.Declaration.NameTag;
            if (after is { } bound && tag <= bound)
                continue;

            smallest.Enqueue((entry, file), tag);
            if (smallest.Count > limit)
            {
                smallest.Dequeue();
                isLast = false;
            }
        }

        List<(ObjectEntry Entry, FileRecord File)> page = new(smallest.Count);
        while (smallest.TryDequeue(out var item, out _))
            page.Add(item);
        page.Reverse();
        return page;
    }
}
