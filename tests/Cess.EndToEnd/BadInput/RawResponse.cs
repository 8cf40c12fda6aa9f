using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Xml.Linq;

namespace Cess.EndToEnd.BadInput;

/// <summary>A response as it came from the socket.</summary>
/// <param name="Status">Status code.</param>
/// <param name="Head">Status line and headers.</param>
/// <param name="Body">The rest, transfer encoding included.</param>
internal sealed record RawResponse(int Status, string Head, byte[] Body)
{
    /// <summary>The body as text.</summary>
    public string Text => Encoding.UTF8.GetString(Body);

    /// <summary>The code in an S3 error document.</summary>
    /// <exception cref="FormatException">The body is none.</exception>
    public string Code
    {
        get
        {
            var from = Text.IndexOf("<Error>", StringComparison.Ordinal);
            var to = Text.IndexOf("</Error>", StringComparison.Ordinal);
            return from >= 0 && to > from
                ? (string?)XElement.Parse(Text[from..(to + "</Error>".Length)]).Element("Code") ?? ""
                : throw new FormatException($"Not an S3 error document:\n{Head}\n{Text}");
        }
    }

    /// <summary>Fails unless this is the coded error, told without a word about the code that found it.</summary>
    public void AssertError(int status, string code)
    {
        Assert.True(status == Status, $"Expected {status} {code}:\n{Head}{Text}");
        Assert.Equal(code, Code);
        AssertNoStackTrace();
    }

    /// <summary>Fails when the response shows the inside of the node.</summary>
    public void AssertNoStackTrace()
    {
        foreach (var word in (string[])["   at ", "Exception", ".cs:line"])
        {
            Assert.DoesNotContain(word, Text, StringComparison.Ordinal);
        }
    }

    /// <summary>Reads until the node closes the connection, as it was asked to.</summary>
    public static async Task<RawResponse> ReadAsync(NetworkStream stream, CancellationToken cancellation) =>
        await TryReadAsync(stream, cancellation) ?? throw new IOException("The connection was closed without a response.");

    /// <summary>As <see cref="ReadAsync"/>; null when the connection is closed without a response.</summary>
    public static async Task<RawResponse?> TryReadAsync(NetworkStream stream, CancellationToken cancellation)
    {
        var all = new MemoryStream();
        var buffer = new byte[8192];
        try
        {
            for (int count; (count = await stream.ReadAsync(buffer, cancellation)) > 0;)
            {
                Assert.True(all.Length + count <= EndToEndLimits.RawResponseBytesMax, "The response is longer than any answer here may be.");
                all.Write(buffer, 0, count);
            }
        }
        catch (IOException)
        {
            // A reset: the node has left a part of the request unread.
        }

        return all.Length == 0 ? null : Parse(all.ToArray());
    }

    private static RawResponse Parse(byte[] bytes)
    {
        var end = bytes.AsSpan().IndexOf("\r\n\r\n"u8);
        Assert.True(end > 0, $"No response came, but {bytes.Length} bytes.");
        var head = Encoding.ASCII.GetString(bytes, 0, end + 2);
        return new RawResponse(int.Parse(head.AsSpan(9, 3), CultureInfo.InvariantCulture), head, bytes[(end + 4)..]);
    }
}
