using Cess.TestNetwork;

namespace Cess.EndToEnd.Clients;

/// <summary>A folder with files of several sizes and depths, to be synchronised.</summary>
internal sealed class FileTree
{
    private readonly Dictionary<string, PseudoRandomContent> _files = new()
    {
        ["one.txt"] = new PseudoRandomContent(11, 1),
        ["with space/zwei.bin"] = new PseudoRandomContent(12, 65_537),
        ["with space/deeper/três.bin"] = new PseudoRandomContent(13, 6_000_000),
        ["empty.dat"] = new PseudoRandomContent(14, 0),
    };

    private FileTree(string root) => Root = root;

    public string Root { get; }

    public static FileTree Create(string root)
    {
        var tree = new FileTree(root);
        foreach (var (name, content) in tree._files)
        {
            var path = Path.Combine(root, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            content.WriteTo(path);
        }

        return tree;
    }

    public void DeleteOne()
    {
        File.Delete(Path.Combine(Root, "one.txt"));
        _files.Remove("one.txt");
    }

    public void AssertSameAs(string folder)
    {
        var there = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(folder, path));
        Assert.Equal(_files.Keys.Order(StringComparer.Ordinal), there.Order(StringComparer.Ordinal));
        foreach (var (name, content) in _files)
        {
            Assert.True(content.DifferenceTo(Path.Combine(folder, name)) is null, name);
        }
    }
}
