using System.Text.RegularExpressions;

namespace Cess.Tests;

/// <summary>
/// The vectors of a page of docs/format, which is copied beside the tests: the page and the code cannot say different things. Shared
/// by the test projects of the layers whose formats have a page.
/// </summary>
internal sealed partial class FormatPage(string file, IReadOnlyDictionary<string, byte[]> code)
{
    private readonly Dictionary<string, string> _page = VectorPattern()
        .Matches(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, file)))
        .ToDictionary(m => m.Groups["name"].Value, m => string.Concat(m.Groups["hex"].Value.Where(c => !char.IsWhiteSpace(c))));

    /// <summary>The names of the page's vectors.</summary>
    public TheoryData<string> Names => [.. _page.Keys];

    /// <summary>A vector's bytes are those that the code writes.</summary>
    public void Agrees(string name) => Assert.Equal(Convert.ToHexStringLower(code[name]), _page[name]);

    /// <summary>The page has all vectors of the code, and no other.</summary>
    public void IsComplete() => Assert.Equal(code.Keys.Order(), _page.Keys.Order());

    [GeneratedRegex("^```vector (?<name>[a-z0-9-]+)\n(?<hex>[0-9a-f\\s]*?)^```$", RegexOptions.Multiline)]
    private static partial Regex VectorPattern();
}
