using System.Collections.Immutable;
using System.Formats.Tar;
using System.Globalization;
using System.IO.Compression;
using Cess.Ledger.Blocks;
using Cess.Primitives;

namespace Cess.Simulation.World;

/// <summary>
/// What a network had on its disks when it stopped, as a release of the product wrote it. Later releases have to go on from there.
/// </summary>
/// <param name="Name">The release.</param>
/// <param name="Genesis">Of the network.</param>
/// <param name="Stopped">When it was stopped.</param>
/// <param name="Nodes">Files of each validator's node, in the order of their numbers.</param>
internal sealed record ReleaseImage(string Name, Genesis Genesis, DateTimeOffset Stopped, ImmutableArray<NodeImage> Nodes)
{
    private const string Folder = "Cess.Simulation.Releases.";
    private const string Extension = ".tar.br";
    private const string GenesisFile = "genesis.scale";

    /// <summary>All releases that there have been, the oldest first.</summary>
    public static IReadOnlyList<ReleaseImage> All { get; } =
    [
        .. typeof(ReleaseImage).Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Folder, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(name => Read(name[Folder.Length..^Extension.Length], typeof(ReleaseImage).Assembly.GetManifestResourceStream(name)!)),
    ];

    /// <summary>Writes it as a tar file, compressed with Brotli, whose window finds that all nodes have the same blocks.</summary>
    public void Write(Stream stream)
    {
        using var compressed = new BrotliStream(stream, CompressionLevel.SmallestSize);
        using var tar = new TarWriter(compressed);
        Add(GenesisFile, Scale.Encode(Genesis));
        for (int i = 0; i < Nodes.Length; i++)
        {
            foreach ((string file, byte[] bytes) in Nodes[i].Blocks)
                Add(string.Create(CultureInfo.InvariantCulture, $"{i}/blocks/{file}"), bytes);
            foreach ((string file, byte[] bytes) in Nodes[i].Votes)
                Add(string.Create(CultureInfo.InvariantCulture, $"{i}/votes/{file}"), bytes);
        }

        void Add(string name, byte[] bytes) => tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, name)
        {
            ModificationTime = Stopped,
            DataStream = new MemoryStream(bytes),
        });
    }

    private static ReleaseImage Read(string name, Stream stream)
    {
        using var tar = new TarReader(new BrotliStream(stream, CompressionMode.Decompress));
        Genesis? genesis = null;
        DateTimeOffset stopped = default;
        var nodes = new SortedDictionary<int, NodeImage>();
        while (tar.GetNextEntry() is { } entry)
        {
            byte[] bytes = new byte[entry.Length];
            entry.DataStream?.ReadExactly(bytes);
            stopped = entry.ModificationTime;
            if (entry.Name == GenesisFile)
            {
                genesis = Scale.Decode<Genesis>(bytes);
                continue;
            }

            string[] path = entry.Name.Split('/');
            int index = int.Parse(path[0], CultureInfo.InvariantCulture);
            if (!nodes.TryGetValue(index, out NodeImage? node))
                nodes.Add(index, node = new NodeImage([], []));
            (path[1] == "blocks" ? node.Blocks : node.Votes).Add(path[2], bytes);
        }

        return new ReleaseImage(name, genesis!, stopped, [.. nodes.Values]);
    }
}

/// <summary>The files of one node.</summary>
internal sealed record NodeImage(Dictionary<string, byte[]> Blocks, Dictionary<string, byte[]> Votes);
