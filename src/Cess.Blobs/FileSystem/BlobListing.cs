using System.Runtime.CompilerServices;

namespace Cess.Blobs.FileSystem;

/// <summary>Walks a backend's folders in the order of names, and only into those that can hold a name that is asked for.</summary>
internal sealed class BlobListing(DiskSlots readers, string prefix, string after)
{
    /// <summary>Files whose lengths are asked for in one go.</summary>
    private const int StatBatch = 256;
    private const string What = "The blobs could not be listed";

    /// <param name="folder">A folder of segments.</param>
    /// <param name="start">How every name below it starts: empty, or segments each with its '/'.</param>
    /// <param name="cancellation">Ends the walk.</param>
    public async IAsyncEnumerable<BlobInfo> WalkAsync(
        string folder, string start, [EnumeratorCancellation] CancellationToken cancellation)
    {
        foreach ((string key, List<string> segments) in
            await readers.RunAsync(What, () => BlobLayout.FanOutsOf(folder), cancellation))
        {
            if (!MayHoldNames(start + key))
                continue;
            List<Entry> entries = await readers.RunAsync(What, () => EntriesOf(folder, key, segments, start), cancellation);
            for (int first = 0; first < entries.Count; first += StatBatch)
            {
                List<Entry> batch = entries.GetRange(first, Math.Min(StatBatch, entries.Count - first));
                long?[] lengths = await readers.RunAsync(What, () => LengthsOf(batch), cancellation);
                for (int i = 0; i < batch.Count; i++)
                {
                    if (batch[i].IsFolder)
                    {
                        await foreach (BlobInfo info in WalkAsync(batch[i].Path, batch[i].Start, cancellation))
                            yield return info;
                    }
                    else if (lengths[i] is { } length && BlobName.TryParse(batch[i].Start, out BlobName name))
                    {
                        yield return new BlobInfo(name, length);
                    }
                }
            }
        }
    }

    private List<Entry> EntriesOf(string folder, string key, List<string> segments, string start)
    {
        var entries = new List<Entry>();
        foreach (string file in BlobLayout.FilesOf(folder, key))
        {
            string name = start + file;
            if (name.StartsWith(prefix, StringComparison.Ordinal) && string.CompareOrdinal(name, after) > 0)
                entries.Add(new Entry(name, Path.Combine(folder, key, file), IsFolder: false));
        }
        foreach (string segment in segments)
        {
            string below = start + segment + '/';
            if (MayHoldNames(below))
                entries.Add(new Entry(below, BlobLayout.SegmentFolder(folder, segment), IsFolder: true));
        }
        entries.Sort((a, b) => string.CompareOrdinal(a.Start, b.Start));
        return entries;
    }

    private static long?[] LengthsOf(List<Entry> entries) =>
        [.. entries.Select(entry => entry.IsFolder ? null : BlobLayout.LengthOf(entry.Path))];

    /// <summary>Whether a name that starts like this can have the prefix and come after the last one seen.</summary>
    private bool MayHoldNames(string start)
    {
        bool fitsPrefix = start.StartsWith(prefix, StringComparison.Ordinal)
            || prefix.StartsWith(start, StringComparison.Ordinal);
        bool isLater = after.StartsWith(start, StringComparison.Ordinal) || string.CompareOrdinal(start, after) > 0;
        return fitsPrefix && isLater;
    }

    private readonly record struct Entry(string Start, string Path, bool IsFolder);
}
