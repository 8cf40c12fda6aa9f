using System.Collections.Immutable;
using Cess.Primitives;

namespace Cess.Peers;

/// <summary>Where other nodes are, for who asks before there are links: by records that nobody has checked.</summary>
public static class KnownNodes
{
    /// <summary>The URLs of the nodes in what a book has saved, but for one's own; none if that is damaged or missing.</summary>
    /// <param name="store">Where it was saved.</param>
    /// <param name="self">This node.</param>
    public static ImmutableArray<string> Load(IPeerStore store, PublicKey self)
    {
        try
        {
            return Scale.TryDecode<PeerRecords>(store.Load() ?? [], out PeerRecords? kept, out _) ? UrlsOf(kept, self) : [];
        }
        catch (IOException)
        {
            return [];
        }
    }

    internal static ImmutableArray<string> UrlsOf(PeerRecords records, PublicKey self) =>
        [.. records.Records.Where(record => record.Node != self).Select(record => record.Url).Distinct()];
}
