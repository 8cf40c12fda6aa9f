using System.Buffers;
using System.Text.RegularExpressions;
using Cess.Primitives;

namespace Cess.Peers.Tests;

/// <summary>The vectors of docs/format/peers.md: the page and the code cannot say different things.</summary>
public sealed partial class FormatPageTests
{
    private static readonly IReadOnlyDictionary<string, string> s_page = VectorPattern()
        .Matches(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "peers.md")))
        .ToDictionary(m => m.Groups["name"].Value, m => string.Concat(m.Groups["hex"].Value.Where(c => !char.IsWhiteSpace(c))));

    private static readonly IReadOnlyDictionary<string, byte[]> s_code = new Dictionary<string, byte[]>
    {
        ["record-digest"] = Samples.Record.Digest().ToArray(),
        ["record"] = Scale.Encode(Samples.Record),
        ["records"] = Scale.Encode(PeerRecords.Of([Samples.Record])),
        ["frame-consensus"] = Bytes(Samples.Message),
        ["frame-transactions"] = Bytes(Samples.Transactions),
    };

    public static TheoryData<string> Names => [.. s_page.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void The_page_has_the_bytes_that_the_code_writes(string name) =>
        Assert.Equal(Convert.ToHexStringLower(s_code[name]), s_page[name]);

    [Fact]
    public void The_page_has_all_vectors_and_no_other() => Assert.Equal(s_code.Keys.Order(), s_page.Keys.Order());

    private static byte[] Bytes(LinkFrame frame)
    {
        ArrayBufferWriter<byte> writer = new();
        frame.WriteHead(writer);
        writer.Write(frame.Body.Span);
        return writer.WrittenSpan.ToArray();
    }

    [GeneratedRegex("^```vector (?<name>[a-z0-9-]+)\n(?<hex>[0-9a-f\\s]*?)^```$", RegexOptions.Multiline)]
    private static partial Regex VectorPattern();
}
