using System.Text.RegularExpressions;
using Cess.EndToEnd.Clients;

namespace Cess.EndToEnd.Documentation;

/// <summary>A reader who follows a link arrives.</summary>
public sealed partial class LinkTests
{
    private static readonly string Root = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(TestClients.Script)!, "..", ".."));

    [Fact]
    public void Every_link_between_pages_leads_to_a_file()
    {
        foreach (var page in Pages())
        {
            foreach (var target in LinksOf(page))
            {
                Assert.True(Path.Exists(target), $"{Path.GetRelativePath(Root, page)} links to {Path.GetRelativePath(Root, target)}, which is not there.");
            }
        }
    }

    [Fact]
    public void Every_byte_format_is_in_the_index()
    {
        var linked = LinksOf(Path.Combine(Root, "docs", "format.md")).ToHashSet(StringComparer.Ordinal);
        Assert.Subset(linked, Directory.EnumerateFiles(Path.Combine(Root, "docs", "format"), "*.md").ToHashSet(StringComparer.Ordinal));
    }

    private static IEnumerable<string> Pages() =>
        Directory.EnumerateFiles(Root, "*.md").Concat(Directory.EnumerateFiles(Path.Combine(Root, "docs"), "*.md", SearchOption.AllDirectories));

    private static IEnumerable<string> LinksOf(string page) =>
        Link().Matches(File.ReadAllText(page))
            .Select(match => match.Groups[1].Value.Split('#')[0])
            .Where(target => target.Length > 0 && !target.Contains("://", StringComparison.Ordinal))
            .Select(target => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(page)!, target)));

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();
}
