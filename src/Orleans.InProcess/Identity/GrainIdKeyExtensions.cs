using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using Orleans.InProcess;

namespace Orleans.Runtime;

/// <summary>
/// How keys are written: an integer as upper-case hexadecimal, a GUID as 32 digits, an extension after a <c>+</c>.
/// The same forms as Orleans', so that stored state can move between the runtimes.
/// </summary>
public static class GrainIdKeyExtensions
{
    private const byte ExtensionMark = (byte)'+';
    private const int GuidDigits = 32;
    private const int LongDigits = 16;

    /// <summary>Writes an integer key.</summary>
    public static IdSpan CreateIntegerKey(long key) => CreateIntegerKey(key, ReadOnlySpan<byte>.Empty);

    /// <summary>Writes an integer key with an extension; a blank one is left out.</summary>
    public static IdSpan CreateIntegerKey(long key, string? keyExtension) =>
        CreateIntegerKey(key, ExtensionBytes(keyExtension));

    /// <summary>Writes an integer key with an extension; an empty one is left out.</summary>
    public static IdSpan CreateIntegerKey(long key, ReadOnlySpan<byte> keyExtension)
    {
        Span<byte> digits = stackalloc byte[LongDigits];
        Utf8Formatter.TryFormat(key, digits, out int length, 'X');
        return Join(digits[..length], keyExtension);
    }

    /// <summary>Writes a GUID key.</summary>
    public static IdSpan CreateGuidKey(Guid key) => CreateGuidKey(key, ReadOnlySpan<byte>.Empty);

    /// <summary>Writes a GUID key with an extension; a blank one is left out.</summary>
    public static IdSpan CreateGuidKey(Guid key, string? keyExtension) => CreateGuidKey(key, ExtensionBytes(keyExtension));

    /// <summary>Writes a GUID key with an extension; an empty one is left out.</summary>
    public static IdSpan CreateGuidKey(Guid key, ReadOnlySpan<byte> keyExtension)
    {
        Span<byte> digits = stackalloc byte[GuidDigits];
        Utf8Formatter.TryFormat(key, digits, out _, 'N');
        return Join(digits, keyExtension);
    }

    /// <summary>Reads an integer key and its extension, if any.</summary>
    public static bool TryGetIntegerKey(this GrainId grainId, out long key, out string? keyExt)
    {
        var text = grainId.Key.AsSpan();
        int mark = text.IndexOf(ExtensionMark);
        keyExt = mark >= 0 ? Encoding.UTF8.GetString(text[(mark + 1)..]) : null;
        var digits = mark >= 0 ? text[..mark] : text;
        return Utf8Parser.TryParse(digits, out key, out int read, 'X') && read == digits.Length;
    }

    /// <summary>Reads a GUID key and its extension, if any.</summary>
    public static bool TryGetGuidKey(this GrainId grainId, out Guid key, out string? keyExt)
    {
        var text = grainId.Key.AsSpan();
        keyExt = null;
        key = default;
        if (text.Length > GuidDigits && text[GuidDigits] == ExtensionMark)
        {
            keyExt = Encoding.UTF8.GetString(text[(GuidDigits + 1)..]);
        }
        else if (text.Length != GuidDigits)
        {
            return false;
        }

        return Utf8Parser.TryParse(text[..GuidDigits], out key, out int read, 'N') && read == GuidDigits;
    }

    /// <summary>Reads an integer key.</summary>
    /// <exception cref="ArgumentException">The key is no integer.</exception>
    public static long GetIntegerKey(this GrainId grainId) => grainId.GetIntegerKey(out _);

    /// <summary>Reads an integer key and its extension.</summary>
    /// <exception cref="ArgumentException">The key is no integer.</exception>
    public static long GetIntegerKey(this GrainId grainId, out string? keyExt)
    {
        if (!grainId.TryGetIntegerKey(out long key, out keyExt))
        {
            ThrowNotA("Integer", grainId);
        }

        return key;
    }

    /// <summary>Reads a GUID key.</summary>
    /// <exception cref="ArgumentException">The key is no GUID.</exception>
    public static Guid GetGuidKey(this GrainId grainId) => grainId.GetGuidKey(out _);

    /// <summary>Reads a GUID key and its extension.</summary>
    /// <exception cref="ArgumentException">The key is no GUID.</exception>
    public static Guid GetGuidKey(this GrainId grainId, out string? keyExt)
    {
        if (!grainId.TryGetGuidKey(out var key, out keyExt))
        {
            ThrowNotA("Guid", grainId);
        }

        return key;
    }

    internal static IdSpan CreateStringKey(string key)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(key);
        return Bounded(Encoding.UTF8.GetBytes(key));
    }

    private static byte[] ExtensionBytes(string? extension) =>
        string.IsNullOrWhiteSpace(extension) ? [] : Encoding.UTF8.GetBytes(extension);

    private static IdSpan Join(ReadOnlySpan<byte> digits, ReadOnlySpan<byte> extension)
    {
        if (extension.IsEmpty)
        {
            return new IdSpan(digits.ToArray());
        }

        byte[] joined = new byte[digits.Length + 1 + extension.Length];
        digits.CopyTo(joined);
        joined[digits.Length] = ExtensionMark;
        extension.CopyTo(joined.AsSpan(digits.Length + 1));
        return Bounded(joined);
    }

    private static IdSpan Bounded(byte[] key) =>
        key.Length <= Limits.GrainKeyBytesMax
            ? new IdSpan(key)
            : throw new ArgumentException(
                $"A grain key has at most {Limits.GrainKeyBytesMax} bytes; this one has {key.Length}.", nameof(key));

    [DoesNotReturn]
    private static void ThrowNotA(string form, GrainId grainId) =>
        throw new ArgumentException($"Value \"{grainId}\" is not in the correct format for a {form} key.", nameof(grainId));
}
