namespace Cess.Wire;

/// <summary>
/// A field that is a dictionary of byte sequences: Signature (RFC 9421, section 4.2) and Content-Digest (RFC 9530, section 2).
/// </summary>
public static class ByteField
{
    /// <summary>The value of a field with one member, such as <c>sha-256=:…:</c>.</summary>
    public static string Format(string key, ReadOnlySpan<byte> value) => $"{key}=:{Convert.ToBase64String(value)}:";

    /// <summary>The bytes of member <paramref name="key"/>; null when the field is malformed or has no such member.</summary>
    public static byte[]? Find(string header, string key)
    {
        if (header.Length > WireLimits.SignatureHeaderCharsMax)
            return null;

        StructuredFieldReader reader = new(header);
        byte[]? found = null;
        do
        {
            reader.SkipOptionalWhitespace();
            if (!reader.TryReadKey(out string name) || !reader.TryTake('=') || !reader.TryReadBytes(out byte[] value))
                return null;

            // The last of two members of one name counts (RFC 9651, section 4.2.2).
            if (name == key)
                found = value;
            reader.SkipOptionalWhitespace();
        }
        while (reader.TryTake(','));

        return reader.AtEnd ? found : null;
    }
}
