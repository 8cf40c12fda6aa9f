using System.Runtime.InteropServices;
using System.Text;
using System.Xml;

namespace Cess.Gateway.S3.Xml;

/// <summary>
/// Walks an XML body of a client: no DTD, no entities but XML's own, bounded depth and number of nodes. Whatever is wrong
/// with the document is MalformedXML. Namespaces are ignored, as S3 does. Documents are UTF-8, whatever they say of themselves: the
/// reader of the base library, left to find that out, switches encodings and breaks on some that are malformed.
/// </summary>
internal sealed class BoundedXml : IDisposable
{
    private static readonly XmlReaderSettings Settings = new()
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        MaxCharactersInDocument = S3Limits.XmlBatchBytesMax,
        IgnoreComments = true,
        IgnoreProcessingInstructions = true,
        IgnoreWhitespace = false,
        Async = false,
        CloseInput = true,
    };

    private static readonly UTF8Encoding s_utf8 = new(encoderShouldEmitUTF8Identifier: true, throwOnInvalidBytes: true);

    private readonly XmlReader _reader;
    private int _nodes;

    private BoundedXml(ReadOnlyMemory<byte> document)
    {
        if (!MemoryMarshal.TryGetArray(document, out ArraySegment<byte> bytes))
            bytes = document.ToArray();
        if (bytes.AsSpan().StartsWith(s_utf8.Preamble))
            bytes = bytes[s_utf8.Preamble.Length..];
        MemoryStream stream = new(bytes.Array!, bytes.Offset, bytes.Count, writable: false);
        _reader = XmlReader.Create(new StreamReader(stream, s_utf8, detectEncodingFromByteOrderMarks: false), Settings);
    }

    /// <summary>Parses a document with <paramref name="root"/> as its root element.</summary>
    /// <param name="document">The body.</param>
    /// <param name="root">Local name of the root.</param>
    /// <param name="content">Called once, inside the root; see <see cref="Children"/>.</param>
    /// <exception cref="S3Exception">MalformedXML.</exception>
    public static T Parse<T>(ReadOnlyMemory<byte> document, string root, Func<BoundedXml, T> content)
    {
        try
        {
            using BoundedXml xml = new(document);
            while (xml.Read() && xml._reader.NodeType != XmlNodeType.Element)
            {
            }

            if (xml._reader.NodeType != XmlNodeType.Element || xml._reader.LocalName != root)
                throw new S3Exception(S3Errors.MalformedXml);
            T result = content(xml);
            while (xml.Read())
            {
            }

            return result;
        }
        catch (Exception e) when (e is XmlException or DecoderFallbackException)
        {
            throw new S3Exception(S3Errors.MalformedXml);
        }
    }

    /// <summary>
    /// Calls <paramref name="child"/> with the name of each element inside the current one. What it does not read, by
    /// <see cref="Text"/> or by this, is skipped.
    /// </summary>
    public void Children(Action<string> child)
    {
        if (_reader.IsEmptyElement)
            return;
        int depth = _reader.Depth;
        while (Read() && _reader.Depth > depth)
        {
            if (_reader.NodeType == XmlNodeType.Element && _reader.Depth == depth + 1)
                child(_reader.LocalName);
        }
    }

    /// <summary>The text of the current element; elements inside it are refused.</summary>
    public string Text()
    {
        if (_reader.IsEmptyElement)
            return "";
        string text = "";
        while (Read() && _reader.NodeType != XmlNodeType.EndElement)
        {
            text = _reader.NodeType switch
            {
                XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.SignificantWhitespace or XmlNodeType.Whitespace =>
                    text.Length == 0 ? _reader.Value : text + _reader.Value,
                _ => throw new S3Exception(S3Errors.MalformedXml),
            };
            if (text.Length > S3Limits.XmlTextLengthMax)
                throw new S3Exception(S3Errors.MalformedXml);
        }

        return text;
    }

    public void Dispose() => _reader.Dispose();

    private bool Read()
    {
        if (++_nodes > S3Limits.XmlNodesMax || _reader.Depth > S3Limits.XmlDepthMax)
            throw new S3Exception(S3Errors.MalformedXml);
        return _reader.Read();
    }
}
