using System.Buffers;
using Cess.Primitives;
using Cess.Tests;

namespace Cess.Peers.Tests;

/// <summary>The vectors of docs/format/peers.md: the page and the code cannot say different things.</summary>
public sealed class FormatPageTests
{
    private static readonly IReadOnlyDictionary<string, byte[]> s_code = new Dictionary<string, byte[]>
    {
        ["record-digest"] = Samples.Record.Digest().ToArray(),
        ["record"] = Scale.Encode(Samples.Record),
        ["records"] = Scale.Encode(PeerRecords.Of([Samples.Record])),
        ["frame-consensus"] = Bytes(Samples.Message),
        ["frame-transactions"] = Bytes(Samples.Transactions),
    };

    private static readonly FormatPage s_page = new("peers.md", s_code);

    public static TheoryData<string> Names => s_page.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void The_page_has_the_bytes_that_the_code_writes(string name) => s_page.Agrees(name);

    [Fact]
    public void The_page_has_all_vectors_and_no_other() => s_page.IsComplete();

    private static byte[] Bytes(LinkFrame frame)
    {
        ArrayBufferWriter<byte> writer = new();
        frame.WriteHead(writer);
        writer.Write(frame.Body.Span);
        return writer.WrittenSpan.ToArray();
    }
}
