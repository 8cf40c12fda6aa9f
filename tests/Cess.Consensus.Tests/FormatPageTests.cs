using System.Text.RegularExpressions;
using Cess.Primitives;

namespace Cess.Consensus.Tests;

/// <summary>The vectors of docs/format/consensus.md: the page and the code cannot say different things.</summary>
public sealed partial class FormatPageTests
{
    private static readonly IReadOnlyDictionary<string, string> s_page = VectorPattern()
        .Matches(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "consensus.md")))
        .ToDictionary(m => m.Groups["name"].Value, m => string.Concat(m.Groups["hex"].Value.Where(c => !char.IsWhiteSpace(c))));

    private static readonly IReadOnlyDictionary<string, byte[]> s_code = Samples.Digests
        .Concat(Samples.Messages.Select(sample => KeyValuePair.Create(sample.Key, Scale.Encode(sample.Value))))
        .Concat(Samples.Records.Select(sample => KeyValuePair.Create(sample.Key, Scale.Encode(sample.Value))))
        .Concat(Samples.Evidence.Select(sample => KeyValuePair.Create(sample.Key, Scale.Encode(sample.Value))))
        .ToDictionary();

    public static TheoryData<string> Names => [.. s_page.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void The_page_has_the_bytes_that_the_code_writes(string name) =>
        Assert.Equal(Convert.ToHexStringLower(s_code[name]), s_page[name]);

    [Fact]
    public void The_page_has_all_vectors_and_no_other() => Assert.Equal(s_code.Keys.Order(), s_page.Keys.Order());

    [GeneratedRegex("^```vector (?<name>[a-z0-9-]+)\n(?<hex>[0-9a-f\\s]*?)^```$", RegexOptions.Multiline)]
    private static partial Regex VectorPattern();
}
