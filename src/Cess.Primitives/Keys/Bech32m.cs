namespace Cess.Primitives;

/// <summary>
/// Bech32m (BIP-350): bytes as lower-case letters and digits behind a prefix that says what they are, with a checksum
/// that finds any four wrong characters.
/// </summary>
public static class Bech32m
{
    private const string Alphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    private const char Separator = '1';
    private const int ChecksumChars = 6;
    private const uint ChecksumConstant = 0x2BC830A3;
    private const byte NotInAlphabet = 0xFF;

    private static readonly byte[] s_values = ValuesOfCharacters();

    /// <summary>Writes <paramref name="data"/> behind <paramref name="prefix"/>.</summary>
    /// <exception cref="AddressException">
    /// <see cref="AddressError.MissingPart"/>: the prefix is empty. <see cref="AddressError.InvalidCharacter"/>: it has other
    /// characters than visible ASCII in lower case. <see cref="AddressError.TooLong"/>: the text would be.
    /// </exception>
    public static string Encode(string prefix, ReadOnlySpan<byte> data)
    {
        Span<byte> groups = stackalloc byte[PrimitivesLimits.Bech32mCharsMax];
        int count = ((data.Length * 8) + 4) / 5;
        if (prefix.Length + 1 + count + ChecksumChars > PrimitivesLimits.Bech32mCharsMax)
            throw new AddressException(AddressError.TooLong, $"{data.Length} bytes do not fit behind \"{prefix}\".");

        SplitIntoGroups(data, groups);
        return EncodeGroups(prefix, groups[..count]);
    }

    /// <summary>Reads the bytes behind <paramref name="prefix"/>; the text may be in upper case throughout.</summary>
    /// <param name="text">What was written or typed.</param>
    /// <param name="prefix">The prefix to insist on, in lower case.</param>
    /// <param name="data">Room for exactly as many bytes as are expected.</param>
    /// <param name="error">What is wrong, if the answer is false.</param>
    public static bool TryDecode(ReadOnlySpan<char> text, string prefix, Span<byte> data, out AddressError error)
    {
        Span<byte> groups = stackalloc byte[PrimitivesLimits.Bech32mCharsMax];
        if (!TryDecodeGroups(text, groups, out int prefixLength, out int count, out error))
            return false;

        if (!text[..prefixLength].Equals(prefix, StringComparison.OrdinalIgnoreCase))
            error = AddressError.WrongPrefix;
        else
            error = JoinGroups(groups[..count], data);
        return error == AddressError.None;
    }

    /// <summary>Writes groups of 5 bits behind a prefix.</summary>
    internal static string EncodeGroups(string prefix, ReadOnlySpan<byte> groups)
    {
        if (prefix.Length == 0)
            throw new AddressException(AddressError.MissingPart, "the prefix is empty.");
        if (prefix.AsSpan().ContainsAnyExceptInRange('!', '~') || prefix.AsSpan().ContainsAnyInRange('A', 'Z'))
            throw new AddressException(AddressError.InvalidCharacter, $"\"{prefix}\" is no prefix.");

        uint checksum = StartChecksum(prefix);
        foreach (byte group in groups)
            checksum = Step(checksum, group);
        for (int i = 0; i < ChecksumChars; i++)
            checksum = Step(checksum, 0);
        checksum ^= ChecksumConstant;

        Span<char> text = stackalloc char[prefix.Length + 1 + groups.Length + ChecksumChars];
        prefix.CopyTo(text);
        text[prefix.Length] = Separator;
        Span<char> tail = text[(prefix.Length + 1)..];
        for (int i = 0; i < groups.Length; i++)
            tail[i] = Alphabet[groups[i]];
        for (int i = 0; i < ChecksumChars; i++)
            tail[groups.Length + i] = Alphabet[(int)(checksum >> (5 * (ChecksumChars - 1 - i))) & 31];
        return new string(text);
    }

    /// <summary>Reads the groups of 5 bits between prefix and checksum.</summary>
    internal static bool TryDecodeGroups(
        ReadOnlySpan<char> text, Span<byte> groups, out int prefixLength, out int count, out AddressError error)
    {
        prefixLength = 0;
        count = 0;
        error = CheckCharacters(text);
        if (error != AddressError.None)
            return false;

        prefixLength = text.LastIndexOf(Separator);
        count = text.Length - prefixLength - 1 - ChecksumChars;
        error = AddressError.MissingPart;
        if (prefixLength < 1 || count < 0)
            return false;

        uint checksum = StartChecksum(text[..prefixLength]);
        ReadOnlySpan<char> tail = text[(prefixLength + 1)..];
        for (int i = 0; i < tail.Length; i++)
        {
            byte value = s_values[tail[i]];
            error = AddressError.InvalidCharacter;
            if (value == NotInAlphabet)
                return false;

            checksum = Step(checksum, value);
            if (i < count)
                groups[i] = value;
        }

        error = checksum == ChecksumConstant ? AddressError.None : AddressError.WrongChecksum;
        return error == AddressError.None;
    }

    /// <summary>Joins groups of 5 bits to exactly as many bytes as <paramref name="data"/> has room for.</summary>
    internal static AddressError JoinGroups(ReadOnlySpan<byte> groups, Span<byte> data)
    {
        int bitCount = groups.Length * 5;
        if (bitCount % 8 >= 5)
            return AddressError.WrongPadding;
        if (bitCount / 8 != data.Length)
            return AddressError.WrongLength;

        uint bits = 0;
        int pending = 0;
        int length = 0;
        foreach (byte group in groups)
        {
            bits = (bits << 5) | group;
            pending += 5;
            if (pending >= 8)
            {
                pending -= 8;
                data[length++] = (byte)(bits >> pending);
            }
        }

        return (bits & ((1u << pending) - 1)) == 0 ? AddressError.None : AddressError.WrongPadding;
    }

    private static void SplitIntoGroups(ReadOnlySpan<byte> data, Span<byte> groups)
    {
        uint bits = 0;
        int pending = 0;
        int count = 0;
        foreach (byte value in data)
        {
            bits = (bits << 8) | value;
            pending += 8;
            while (pending >= 5)
            {
                pending -= 5;
                groups[count++] = (byte)((bits >> pending) & 31);
            }
        }

        if (pending > 0)
            groups[count] = (byte)((bits << (5 - pending)) & 31);
    }

    private static AddressError CheckCharacters(ReadOnlySpan<char> text)
    {
        if (text.Length > PrimitivesLimits.Bech32mCharsMax)
            return AddressError.TooLong;
        if (text.ContainsAnyExceptInRange('!', '~'))
            return AddressError.InvalidCharacter;
        return text.ContainsAnyInRange('a', 'z') && text.ContainsAnyInRange('A', 'Z') ? AddressError.MixedCase : AddressError.None;
    }

    private static uint StartChecksum(ReadOnlySpan<char> prefix)
    {
        uint checksum = 1;
        foreach (char c in prefix)
            checksum = Step(checksum, (uint)char.ToLowerInvariant(c) >> 5);
        checksum = Step(checksum, 0);
        foreach (char c in prefix)
            checksum = Step(checksum, (uint)char.ToLowerInvariant(c) & 31);
        return checksum;
    }

    /// <summary>One step of the BCH code's remainder (BIP-173, <c>bech32_polymod</c>).</summary>
    private static uint Step(uint checksum, uint value)
    {
        uint top = checksum >> 25;
        checksum = ((checksum & 0x1FFFFFF) << 5) ^ value;
        checksum ^= (top & 1) != 0 ? 0x3B6A57B2u : 0;
        checksum ^= (top & 2) != 0 ? 0x26508E6Du : 0;
        checksum ^= (top & 4) != 0 ? 0x1EA119FAu : 0;
        checksum ^= (top & 8) != 0 ? 0x3D4233DDu : 0;
        checksum ^= (top & 16) != 0 ? 0x2A1462B3u : 0;
        return checksum;
    }

    private static byte[] ValuesOfCharacters()
    {
        byte[] values = new byte[128];
        values.AsSpan().Fill(NotInAlphabet);
        for (byte value = 0; value < Alphabet.Length; value++)
        {
            values[Alphabet[value]] = value;
            values[char.ToUpperInvariant(Alphabet[value])] = value;
        }

        return values;
    }
}
