namespace Cess.Consensus;

/// <summary>
/// How iterations are numbered: era · 2^40 + 1, + 2, …. So a number tells its era, and with it the validators who may sign
/// for it, and no number ever comes twice in a chain.
/// </summary>
public static class Iterations
{
    private const int BitsInEra = 40;

    /// <summary>The number before the era's first iteration: where the last block of the era before counts as final.</summary>
    public static ulong BaseOf(ulong era) => era << BitsInEra >> BitsInEra == era
        ? era << BitsInEra
        : throw new ArgumentOutOfRangeException(nameof(era), era, "Eras have at most 24 bits.");

    /// <summary>The era of an iteration.</summary>
    public static ulong EraOf(ulong iteration) => iteration >> BitsInEra;
}
