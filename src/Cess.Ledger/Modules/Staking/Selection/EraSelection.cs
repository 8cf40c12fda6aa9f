using System.Buffers.Binary;
using System.Collections.Immutable;
using Cess.Primitives;

namespace Cess.Ledger.Modules.Staking.Selection;

/// <summary>Who may become a validator, and what speaks for it.</summary>
/// <param name="Account">The candidate.</param>
/// <param name="Credit">What it has earned by its work.</param>
/// <param name="Stake">What it and its nominators have bonded.</param>
public readonly record struct Candidate(AccountId Account, ulong Credit, Balance Stake);

/// <summary>A candidate's chances in one era: three numbers of the same range, weighed 5 to 3 to 2 (CESS's R²S).</summary>
/// <param name="Account">The candidate.</param>
/// <param name="Credit">Its credit, as a share of the largest, in 0 … <see cref="Range"/>.</param>
/// <param name="Stake">Its stake, as a share of the largest, in 0 … <see cref="Range"/>.</param>
/// <param name="Random">Its draw, in 0 … <see cref="Range"/>.</param>
public readonly record struct CandidateScore(AccountId Account, uint Credit, uint Stake, uint Random)
    : IComparable<CandidateScore>
{
    /// <summary>What the largest of each is normalised to.</summary>
    public const uint Range = 1_000_000;

    private const uint CreditWeight = 5;
    private const uint StakeWeight = 3;
    private const uint RandomWeight = 2;

    private static ReadOnlySpan<byte> DrawDomain => "cess/draw/1"u8;

    /// <summary>5 · credit + 3 · stake + 2 · random, in 0 … 10 · <see cref="Range"/>.</summary>
    public uint Total => (CreditWeight * Credit) + (StakeWeight * Stake) + (RandomWeight * Random);

    /// <summary>The better first; of equals, the smaller account.</summary>
    public int CompareTo(CandidateScore other)
    {
        int order = other.Total.CompareTo(Total);
        return order != 0 ? order : Account.CompareTo(other.Account);
    }

    /// <summary>Scores one candidate. Every division rounds down.</summary>
    /// <param name="candidate">The candidate.</param>
    /// <param name="creditMax">Largest credit of all candidates; with 0, no credit counts.</param>
    /// <param name="stakeMax">Largest stake of all candidates; with 0, no stake counts.</param>
    /// <param name="seed">The era's, see <see cref="EraRandomness.SeedOf"/>.</param>
    public static CandidateScore Of(Candidate candidate, ulong creditMax, Balance stakeMax, Hash256 seed) => new(
        candidate.Account,
        creditMax == 0 ? 0 : (uint)((UInt128)candidate.Credit * Range / creditMax),
        stakeMax.IsZero ? 0 : (uint)candidate.Stake.MulDivFloor(Range, stakeMax.Units).Units,
        Draw(candidate.Account, seed));

    /// <summary>
    /// First 8 bytes of SHA-256 of <c>"cess/draw/1" ‖ seed ‖ account</c>, big-endian, times (<see cref="Range"/> + 1), divided
    /// by 2^64.
    /// </summary>
    private static uint Draw(AccountId account, Hash256 seed)
    {
        using ScaleWriter writer = new();
        writer.WriteFixed(DrawDomain);
        writer.Write(seed);
        writer.Write(account);
        Span<byte> digest = stackalloc byte[Hash256.Size];
        Hash256.Sha256(writer.WrittenSpan).WriteTo(digest);
        return (uint)(((UInt128)BinaryPrimitives.ReadUInt64BigEndian(digest) * (Range + 1)) >> 64);
    }

    /// <summary>Order of selection.</summary>
    public static bool operator <(CandidateScore left, CandidateScore right) => left.CompareTo(right) < 0;

    /// <summary>Order of selection.</summary>
    public static bool operator >(CandidateScore left, CandidateScore right) => left.CompareTo(right) > 0;

    /// <summary>Order of selection.</summary>
    public static bool operator <=(CandidateScore left, CandidateScore right) => left.CompareTo(right) <= 0;

    /// <summary>Order of selection.</summary>
    public static bool operator >=(CandidateScore left, CandidateScore right) => left.CompareTo(right) >= 0;
}

/// <summary>Draws an era's validators (R²S: random rotational selection).</summary>
public static class EraSelection
{
    /// <summary>
    /// The best of the candidates, the best first. The order in which the candidates are given doesn't matter. Who is worthy of
    /// being a candidate at all (bond, jail) is the caller's rule.
    /// </summary>
    /// <param name="candidates">At most <see cref="SelectionLimits.CandidatesMax"/>, each account once.</param>
    /// <param name="seats">Most validators to draw.</param>
    /// <param name="seed">The era's, see <see cref="EraRandomness.SeedOf"/>.</param>
    /// <exception cref="ArgumentException">There are too many candidates, or one is twice among them.</exception>
    public static ImmutableArray<CandidateScore> Select(IReadOnlyCollection<Candidate> candidates, int seats, Hash256 seed)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(seats);
        if (candidates.Count > SelectionLimits.CandidatesMax)
        {
            throw new ArgumentException(
                $"{candidates.Count} candidates where {SelectionLimits.CandidatesMax} are allowed.", nameof(candidates));
        }

        ulong creditMax = 0;
        Balance stakeMax = Balance.Zero;
        HashSet<AccountId> seen = new(candidates.Count);
        foreach (Candidate candidate in candidates)
        {
            if (!seen.Add(candidate.Account))
                throw new ArgumentException($"{candidate.Account} is a candidate twice.", nameof(candidates));
            creditMax = Math.Max(creditMax, candidate.Credit);
            stakeMax = Balance.Max(stakeMax, candidate.Stake);
        }

        CandidateScore[] scores = [.. candidates.Select(candidate => CandidateScore.Of(candidate, creditMax, stakeMax, seed))];
        Array.Sort(scores);
        return [.. scores.AsSpan(0, Math.Min(seats, scores.Length))];
    }
}
