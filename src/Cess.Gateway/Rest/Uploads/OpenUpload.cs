using Cess.Coding;
using Cess.Ledger;
using Cess.Primitives;
using Cess.Wire;

namespace Cess.Gateway.Rest.Uploads;

/// <summary>Where a segment stands in a file.</summary>
/// <param name="Part">From 0.</param>
/// <param name="Segment">From 0, in the part.</param>
internal readonly record struct SegmentPlace(int Part, int Segment);

/// <summary>An upload and the segments stored for it so far.</summary>
internal sealed class OpenUpload(string id, AccountId owner, StoragePolicy policy, DateTimeOffset expires)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<SegmentPlace, Entry> _segments = [];

    public string Id { get; } = id;

    public AccountId Owner { get; } = owner;

    public StoragePolicy Policy { get; } = policy;

    /// <summary>Guarded by the table.</summary>
    public DateTimeOffset Expires { get; set; } = expires;

    /// <summary>All segments stored so far.</summary>
    public IReadOnlyList<StoredSegment> Segments
    {
        get
        {
            lock (_lock)
                return [.. _segments.Values.Select(entry => entry.Segment)];
        }
    }

    /// <summary>The segment at a place when it has just this content; else null.</summary>
    public StoredSegment? Find(SegmentPlace place, Hash256 digest)
    {
        lock (_lock)
            return _segments.TryGetValue(place, out Entry entry) && entry.Digest == digest ? entry.Segment : null;
    }

    /// <summary>The segment at a place; null when none is stored.</summary>
    public StoredSegment? Find(SegmentPlace place)
    {
        lock (_lock)
            return _segments.TryGetValue(place, out Entry entry) ? entry.Segment : null;
    }

    /// <summary>
    /// Remembers a segment, unless the same content came to its place while it was being stored: what was answered first stays.
    /// </summary>
    /// <returns>The segment that is at the place now, and what was stored of another that nobody needs; null for nothing.</returns>
    /// <exception cref="RestException">InvalidSegment: there are as many as a file may have.</exception>
    public (StoredSegment Kept, StoredSegment? Surplus) Keep(SegmentPlace place, Hash256 digest, StoredSegment segment)
    {
        lock (_lock)
        {
            bool replaces = _segments.TryGetValue(place, out Entry old);
            if (!replaces && _segments.Count == LedgerLimits.SegmentsMax)
                throw new RestException(WireErrors.InvalidSegment, $"A file has at most {LedgerLimits.SegmentsMax} segments.");
            if (replaces && old.Digest == digest)
                return (old.Segment, Beyond(segment, old.Segment));

            _segments[place] = new Entry(digest, segment);
            return (segment, replaces ? Beyond(old.Segment, segment) : null);
        }
    }

    /// <summary>What a segment has that another has not: the same content's fragments have the same names, and may lie at the same miners.</summary>
    private static StoredSegment? Beyond(StoredSegment segment, StoredSegment other)
    {
        StoredFragment[] fragments = [.. segment.Fragments.Except(other.Fragments)];
        return fragments.Length > 0 ? segment with { Fragments = fragments } : null;
    }

    private readonly record struct Entry(Hash256 Digest, StoredSegment Segment);
}
