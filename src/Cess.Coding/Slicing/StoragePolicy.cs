using System.Globalization;

namespace Cess.Coding;

/// <summary>How a segment is coded: into k data and m parity fragments, of which any k give it back. Written "k+m".</summary>
public readonly record struct StoragePolicy
{
    /// <summary>Makes a policy.</summary>
    /// <param name="dataFragments">k ≥ 1.</param>
    /// <param name="parityFragments">m ≥ 0, with k + m ≤ 255.</param>
    /// <exception cref="CodingException"><see cref="CodingError.PolicyInvalid"/>.</exception>
    public StoragePolicy(int dataFragments, int parityFragments)
    {
        if (!IsValid(dataFragments, parityFragments))
        {
            throw new CodingException(CodingError.PolicyInvalid,
                $"no policy of {dataFragments}+{parityFragments}: k ≥ 1, m ≥ 0, k + m ≤ {CodingLimits.TotalShardsMax}");
        }
        DataFragments = dataFragments;
        ParityFragments = parityFragments;
    }

    /// <summary>The number k of data fragments; zero only in a value that no constructor made.</summary>
    public int DataFragments { get; }

    /// <summary>The number m of parity fragments: so many may be lost.</summary>
    public int ParityFragments { get; }

    /// <summary>k + m.</summary>
    public int TotalFragments => DataFragments + ParityFragments;

    /// <summary>The code of this policy.</summary>
    public ReedSolomon Code => ReedSolomon.For(DataFragments, ParityFragments);

    /// <summary>Reads a policy as it is written: two decimal numbers joined by a plus, without signs, spaces or leading zeros.</summary>
    /// <param name="text">For instance "4+8".</param>
    /// <exception cref="CodingException"><see cref="CodingError.PolicyInvalid"/>.</exception>
    public static StoragePolicy Parse(ReadOnlySpan<char> text) =>
        TryParse(text, out StoragePolicy policy)
            ? policy
            : throw new CodingException(CodingError.PolicyInvalid, $"'{text[..Math.Min(text.Length, 16)]}' is no policy such as 4+8");

    /// <summary>As <see cref="Parse"/>, with no for an answer.</summary>
    /// <param name="text">For instance "4+8".</param>
    /// <param name="policy">The policy.</param>
    public static bool TryParse(ReadOnlySpan<char> text, out StoragePolicy policy)
    {
        policy = default;
        int plus = text.IndexOf('+');
        if (plus < 0 || !TryCount(text[..plus], out int data) || !TryCount(text[(plus + 1)..], out int parity) || !IsValid(data, parity))
            return false;
        policy = new(data, parity);
        return true;
    }

    /// <summary>Bytes of every fragment of a segment: ⌈length / k⌉.</summary>
    /// <param name="segmentLength">Ciphertext bytes of the segment.</param>
    public int FragmentSize(int segmentLength) => (int)(((long)segmentLength + DataFragments - 1) / DataFragments);

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{DataFragments}+{ParityFragments}");

    private static bool IsValid(int data, int parity) =>
        data >= 1 && parity >= 0 && (long)data + parity <= CodingLimits.TotalShardsMax;

    private static bool TryCount(ReadOnlySpan<char> digits, out int count)
    {
        count = 0;
        bool canonical = digits.Length is >= 1 and <= 3 && (digits[0] != '0' || digits.Length == 1);
        return canonical && int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out count);
    }
}
