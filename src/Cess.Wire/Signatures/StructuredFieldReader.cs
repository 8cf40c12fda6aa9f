using System.Globalization;
using System.Text;

namespace Cess.Wire;

/// <summary>
/// Reads the parts of Structured Field Values for HTTP (RFC 9651, section 4.2) that signatures and digests are made of. A
/// method that answers false may have moved: the whole field is to be refused then.
/// </summary>
internal ref struct StructuredFieldReader(string text)
{
    private const int IntegerDigitsMax = 15;

    private readonly string _text = text.Trim(' ');
    private int _position;

    public readonly int Position => _position;

    public readonly bool AtEnd => _position == _text.Length;

    public readonly bool IsNext(char expected) => _position < _text.Length && _text[_position] == expected;

    public bool TryTake(char expected)
    {
        if (!IsNext(expected))
            return false;
        _position++;
        return true;
    }

    public void SkipSpaces()
    {
        while (IsNext(' '))
            _position++;
    }

    public void SkipOptionalWhitespace()
    {
        while (IsNext(' ') || IsNext('\t'))
            _position++;
    }

    /// <summary>A dictionary key: a lower-case letter or '*', then lower-case letters, digits, '_', '-', '.' or '*'.</summary>
    public bool TryReadKey(out string key)
    {
        int start = _position;
        while (_position < _text.Length && IsKeyCharacter(_text[_position], isFirst: _position == start))
            _position++;
        key = _text[start.._position];
        return key.Length > 0;
    }

    public bool TryReadInteger(out long value)
    {
        int start = _position;
        _ = TryTake('-');
        int digits = _position;
        while (_position < _text.Length && char.IsAsciiDigit(_text[_position]))
            _position++;
        value = 0;
        return _position > digits
            && _position - digits <= IntegerDigitsMax
            && long.TryParse(_text.AsSpan(start, _position - start), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);
    }

    /// <summary>A string in quotes: printable ASCII, in which '"' and '\' have a '\' before them.</summary>
    public bool TryReadString(out string value)
    {
        value = "";
        if (!TryTake('"'))
            return false;

        StringBuilder text = new();
        while (_position < _text.Length)
        {
            char next = _text[_position++];
            if (next == '"')
            {
                value = text.ToString();
                return true;
            }

            if (next == '\\')
            {
                if (!IsNext('"') && !IsNext('\\'))
                    return false;
                next = _text[_position++];
            }
            else if (next is < ' ' or > '~')
            {
                return false;
            }

            text.Append(next);
        }

        return false;
    }

    /// <summary>A byte sequence: base 64 between colons.</summary>
    public bool TryReadBytes(out byte[] value)
    {
        value = [];
        if (!TryTake(':'))
            return false;

        int end = _text.IndexOf(':', _position);
        if (end < 0)
            return false;

        ReadOnlySpan<char> encoded = _text.AsSpan(_position, end - _position);
        byte[] decoded = new byte[encoded.Length / 4 * 3];
        if (!Convert.TryFromBase64Chars(encoded, decoded, out int written))
            return false;

        _position = end + 1;
        value = decoded[..written];
        return true;
    }

    private static bool IsKeyCharacter(char character, bool isFirst) =>
        char.IsAsciiLetterLower(character)
        || character == '*'
        || (!isFirst && (char.IsAsciiDigit(character) || character is '_' or '-' or '.'));
}
