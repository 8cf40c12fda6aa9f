namespace Cess.Blobs.FileSystem;

/// <summary>
/// Where a blob lies below the root. Each segment but the last is a folder <c>segment=</c>; below it a fan-out folder is named
/// by the last segment's first two characters (256 folders for names in hexadecimal), and holds the file, named by the last
/// segment. No segment has '=' or starts with '.', so blobs, folders and the backend's own files never meet, and each folder's
/// blobs are next to each other in ordinal order.
/// </summary>
internal sealed class BlobLayout(string root)
{
    public const string LockName = ".lock";
    private const string TemporaryName = ".tmp";
    private const string PacksName = ".packs";
    private const int FanOutChars = 2;
    private const char FolderMark = '=';

    public string Root { get; } = root;

    public string TemporaryFolder { get; } = Path.Combine(root, TemporaryName);

    public string PacksFolder { get; } = Path.Combine(root, PacksName);

    public string PathOf(BlobName name)
    {
        string[] segments = name.Value.Split('/');
        string path = Root;
        for (int i = 0; i < segments.Length - 1; i++)
            path = Path.Combine(path, segments[i] + FolderMark);
        return Path.Combine(path, FanOut(segments[^1]), segments[^1]);
    }

    /// <summary>
    /// What a folder of segments holds, in ordinal order of the names below it. Several parts can share a fan-out key (blobs
    /// <c>ab…</c> and a folder <c>ab-c=</c>), hence the lists.
    /// </summary>
    /// <exception cref="IOException">The folder can't be read. A missing folder is an empty one.</exception>
    public static IEnumerable<(string Key, List<string> SegmentFolders)> FanOutsOf(string folder)
    {
        var keys = new SortedDictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (string path in EntriesOf(folder, Directory.EnumerateDirectories))
        {
            string entry = Path.GetFileName(path);
            if (entry[0] == '.')
                continue;
            string? segment = entry[^1] == FolderMark ? entry[..^1] : null;
            string key = segment is null ? entry : FanOut(segment + '/');
            if (!keys.TryGetValue(key, out List<string>? segments))
                keys[key] = segments = [];
            if (segment is not null)
                segments.Add(segment);
        }
        return keys.Select(key => (key.Key, key.Value));
    }

    /// <summary>The last segments of the blobs with a fan-out key. A folder of one character has a key that no blob has.</summary>
    public static IEnumerable<string> FilesOf(string folder, string key) => key[^1] == '/'
        ? []
        : EntriesOf(Path.Combine(folder, key), Directory.EnumerateFiles).Select(path => Path.GetFileName(path)!);

    public static string SegmentFolder(string folder, string segment) => Path.Combine(folder, segment + FolderMark);

    /// <summary>All blobs' names and files, in no order. Some may be no names: files that someone else has put there.</summary>
    public IEnumerable<(string Name, string Path)> AllFiles()
    {
        var folders = new Stack<(string Folder, string Start)>([(Root, "")]);
        while (folders.TryPop(out (string Folder, string Start) at))
        {
            foreach ((string key, List<string> segments) in FanOutsOf(at.Folder))
            {
                foreach (string file in FilesOf(at.Folder, key))
                    yield return (at.Start + file, Path.Combine(at.Folder, key, file));
                foreach (string segment in segments)
                    folders.Push((SegmentFolder(at.Folder, segment), at.Start + segment + '/'));
            }
        }
    }

    public static long? LengthOf(string path)
    {
        var file = new FileInfo(path);
        return file.Exists ? file.Length : null;
    }

    private static string FanOut(string segment) => segment.Length <= FanOutChars ? segment : segment[..FanOutChars];

    private static List<string> EntriesOf(string folder, Func<string, IEnumerable<string>> enumerate)
    {
        try
        {
            return [.. enumerate(folder)];
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
    }
}
