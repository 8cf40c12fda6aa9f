using Cess.Primitives;
using Cess.Tests;

namespace Cess.Consensus.Tests;

/// <summary>The vectors of docs/format/consensus.md: the page and the code cannot say different things.</summary>
public sealed class FormatPageTests
{
    private static readonly IReadOnlyDictionary<string, byte[]> s_code = Samples.Digests
        .Concat(Samples.Messages.Select(sample => KeyValuePair.Create(sample.Key, Scale.Encode(sample.Value))))
        .Concat(Samples.Records.Select(sample => KeyValuePair.Create(sample.Key, Scale.Encode(sample.Value))))
        .Concat(Samples.Evidence.Select(sample => KeyValuePair.Create(sample.Key, Scale.Encode(sample.Value))))
        .ToDictionary();

    private static readonly FormatPage s_page = new("consensus.md", s_code);

    public static TheoryData<string> Names => s_page.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void The_page_has_the_bytes_that_the_code_writes(string name) => s_page.Agrees(name);

    [Fact]
    public void The_page_has_all_vectors_and_no_other() => s_page.IsComplete();
}
