using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace Cess.Gateway.S3;

/// <summary>
/// Percent-encoding as Signature V4 wants it: every byte but A–Z a–z 0–9 - . _ ~ as %XX with upper-case digits, and its
/// strict reverse.
/// </summary>
internal static class PercentEncoding
{
    private const string Digits = "0123456789ABCDEF";
    private const string Unreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

    private static readonly SearchValues<char> UnreservedCharacters = SearchValues.Create(Unreserved);
    private static readonly SearchValues<char> UnreservedOrSlash = SearchValues.Create(Unreserved + "/");
    private static readonly SearchValues<byte> UnreservedBytes = SearchValues.Create(Encoding.ASCII.GetBytes(Unreserved));

    /// <summary>Whether text is its own canonical form.</summary>
    public static bool IsCanonical(ReadOnlySpan<char> text, bool keepSlash = false) =>
        !text.ContainsAnyExcept(keepSlash ? UnreservedOrSlash : UnreservedCharacters);

    /// <summary>The text that an encoded one stands for.</summary>
    /// <param name="encoded">From a request target.</param>
    /// <param name="plusIsSpace">True in a query string.</param>
    /// <exception cref="S3Exception">InvalidURI: a broken escape, a NUL, or not UTF-8.</exception>
    public static string Decode(ReadOnlySpan<char> encoded, bool plusIsSpace = false)
    {
        if (IsCanonical(encoded))
            return encoded.ToString();
        byte[] bytes = ArrayPool<byte>.Shared.Rent(encoded.Length);
        try
        {
            ReadOnlySpan<byte> decoded = bytes.AsSpan(0, DecodeBytes(encoded, bytes, plusIsSpace));
            if (!Utf8.IsValid(decoded) || decoded.Contains((byte)0))
                throw new S3Exception(S3Errors.InvalidUri);
            return Encoding.UTF8.GetString(decoded);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    /// <summary>Appends the canonical form of a path: decoded and encoded again, slashes as they are.</summary>
    /// <param name="buffer">Where to.</param>
    /// <param name="path">From a request target.</param>
    /// <exception cref="S3Exception">InvalidURI: a broken escape.</exception>
    public static void AppendCanonicalPath(PooledBuffer buffer, ReadOnlySpan<char> path)
    {
        if (IsCanonical(path, keepSlash: true))
        {
            buffer.Append(path);
            return;
        }

        byte[] bytes = ArrayPool<byte>.Shared.Rent(path.Length);
        try
        {
            AppendEncoded(buffer, bytes.AsSpan(0, DecodeBytes(path, bytes, plusIsSpace: false)), keepSlash: true);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    /// <summary>Encodes text; with <paramref name="keepSlash"/>, slashes stay.</summary>
    public static string Encode(string text, bool keepSlash = false)
    {
        if (IsCanonical(text, keepSlash))
            return text;
        using PooledBuffer buffer = new();
        AppendEncoded(buffer, Encoding.UTF8.GetBytes(text), keepSlash);
        return Encoding.ASCII.GetString(buffer.Span);
    }

    private static void AppendEncoded(PooledBuffer buffer, ReadOnlySpan<byte> bytes, bool keepSlash)
    {
        foreach (byte value in bytes)
        {
            if (UnreservedBytes.Contains(value) || (keepSlash && value == '/'))
            {
                buffer.Append(value);
                continue;
            }

            buffer.Append((byte)'%');
            buffer.Append((byte)Digits[value >> 4]);
            buffer.Append((byte)Digits[value & 15]);
        }
    }

    private static int DecodeBytes(ReadOnlySpan<char> encoded, Span<byte> bytes, bool plusIsSpace)
    {
        int length = 0;
        for (int i = 0; i < encoded.Length; i++)
        {
            char character = encoded[i];
            if (character == '%')
            {
                if (i + 2 >= encoded.Length || !char.IsAsciiHexDigit(encoded[i + 1]) || !char.IsAsciiHexDigit(encoded[i + 2]))
                    throw new S3Exception(S3Errors.InvalidUri);
                bytes[length++] = (byte)((HexValue(encoded[i + 1]) << 4) | HexValue(encoded[i + 2]));
                i += 2;
            }
            else if (char.IsAscii(character))
            {
                bytes[length++] = character == '+' && plusIsSpace ? (byte)' ' : (byte)character;
            }
            else
            {
                throw new S3Exception(S3Errors.InvalidUri);
            }
        }

        return length;
    }

    private static int HexValue(char digit) => char.IsAsciiDigit(digit) ? digit - '0' : (digit | 0x20) - 'a' + 10;
}
