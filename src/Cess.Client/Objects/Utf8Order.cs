namespace Cess.Client.Objects;

/// <summary>The order of names in listings: that of their UTF-8 bytes, as in S3.</summary>
internal static class Utf8Order
{
    /// <summary>As UTF-16 units, but surrogates, which stand for what is past U+FFFF, come after U+E000 to U+FFFF.</summary>
    public static int Compare(string left, string right)
    {
        int at = left.AsSpan().CommonPrefixLength(right);
        if (at == left.Length || at == right.Length)
            return left.Length.CompareTo(right.Length);
        return Rank(left[at]).CompareTo(Rank(right[at]));
    }

    private static int Rank(char unit) => char.IsSurrogate(unit) ? unit + 0x10000 : unit;
}
