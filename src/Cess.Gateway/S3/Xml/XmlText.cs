using System.Buffers;
using System.Buffers.Text;
using System.Globalization;

namespace Cess.Gateway.S3.Xml;

/// <summary>Writes XML in UTF-8 into a pooled buffer.</summary>
internal sealed class XmlText : IDisposable
{
    /// <summary>What must be escaped in text: markup, quotes as S3 writes them, and control characters.</summary>
    private static readonly SearchValues<char> Special = SearchValues.Create(
        "&<>\"\r\t\n\u007f\u0001\u0002\u0003\u0004\u0005\u0006\u0007\u0008\u000b\u000c\u000e\u000f\u0010\u0011\u0012\u0013\u0014"
        + "\u0015\u0016\u0017\u0018\u0019\u001a\u001b\u001c\u001d\u001e\u001f\ufffe\uffff");

    private readonly PooledBuffer _buffer;

    private XmlText(int capacity) => _buffer = new PooledBuffer(capacity);

    public ReadOnlyMemory<byte> Memory => _buffer.Memory;

    /// <summary>Begins a document whose root is in S3's namespace.</summary>
    public static XmlText Begin(string root, int capacity = 1_024)
    {
        XmlText xml = Begin(capacity);
        xml._buffer.Append((byte)'<');
        xml._buffer.Append(root);
        xml._buffer.Append(" xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"u8);
        return xml;
    }

    /// <summary>Begins a document whose root is in no namespace: errors.</summary>
    public static XmlText BeginPlain(string root)
    {
        XmlText xml = Begin(1_024);
        return xml.Open(root);
    }

    public XmlText Open(string name)
    {
        _buffer.Append((byte)'<');
        _buffer.Append(name);
        _buffer.Append((byte)'>');
        return this;
    }

    public XmlText Close(string name)
    {
        _buffer.Append("</"u8);
        _buffer.Append(name);
        _buffer.Append((byte)'>');
        return this;
    }

    public XmlText Element(string name, string text)
    {
        Open(name);
        Text(text);
        return Close(name);
    }

    public XmlText Element(string name, long number)
    {
        Open(name);
        Memory<byte> room = _buffer.ReserveMemory(20);
        Utf8Formatter.TryFormat(number, room.Span, out int written);
        _buffer.Advance(written);
        return Close(name);
    }

    public XmlText Element(string name, bool value) => Element(name, value ? "true" : "false");

    /// <summary>A time as S3 writes it: UTC, with milliseconds.</summary>
    public XmlText Element(string name, DateTimeOffset time) =>
        Element(name, time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));

    /// <summary>Nothing for null.</summary>
    public XmlText OptionalElement(string name, string? text) => text is null ? this : Element(name, text);

    /// <summary>An ETag, in the quotes that belong to it.</summary>
    public XmlText ETag(string etag)
    {
        Open("ETag");
        _buffer.Append("&quot;"u8);
        Text(etag);
        _buffer.Append("&quot;"u8);
        return Close("ETag");
    }

    /// <summary>Text in the element that is open.</summary>
    public XmlText Content(string text)
    {
        Text(text);
        return this;
    }

    public void Dispose() => _buffer.Dispose();

    private static XmlText Begin(int capacity)
    {
        XmlText xml = new(capacity);
        xml._buffer.Append("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"u8);
        return xml;
    }

    private void Text(ReadOnlySpan<char> text)
    {
        while (true)
        {
            int special = text.IndexOfAny(Special);
            if (special < 0)
            {
                _buffer.Append(text);
                return;
            }

            _buffer.Append(text[..special]);
            Escape(text[special]);
            text = text[(special + 1)..];
        }
    }

    private void Escape(char character)
    {
        switch (character)
        {
            case '&': _buffer.Append("&amp;"u8); break;
            case '<': _buffer.Append("&lt;"u8); break;
            case '>': _buffer.Append("&gt;"u8); break;
            case '"': _buffer.Append("&quot;"u8); break;
            default: _buffer.Append(string.Create(CultureInfo.InvariantCulture, $"&#x{(int)character:x};")); break;
        }
    }
}
