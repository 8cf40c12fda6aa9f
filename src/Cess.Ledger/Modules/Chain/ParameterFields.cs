using System.Collections.Immutable;
using System.Globalization;
using Cess.Ledger.Modules.Staking;
using Cess.Primitives;

namespace Cess.Ledger.Modules.Chain;

/// <summary>
/// One of the chain's parameters by its name, with its value as text: counts in decimal, amounts in whole tokens, accounts as addresses.
/// </summary>
public sealed class ParameterField
{
    private const int QuotedCharsMax = 64;

    private readonly Func<ChainParameters, string> _read;
    private readonly Func<ChainParameters, string, ChainParameters?> _write;

    internal ParameterField(
        string name, string range, string meaning, Func<ChainParameters, string> read, Func<ChainParameters, string, ChainParameters?> write)
    {
        Name = name;
        Range = range;
        Meaning = meaning;
        _read = read;
        _write = write;
    }

    /// <summary>The property's name in camel case.</summary>
    public string Name { get; }

    /// <summary>What it can be, such as "1 to 1024".</summary>
    public string Range { get; }

    /// <summary>What it says, in a few words.</summary>
    public string Meaning { get; }

    /// <summary>Its value among some parameters.</summary>
    public string Read(ChainParameters parameters) => _read(parameters);

    /// <summary>The same parameters with another value here.</summary>
    /// <exception cref="FormatException">The text is no value in the range; the message names both.</exception>
    public ChainParameters Write(ChainParameters parameters, string text) => _write(parameters, text)
        ?? throw new FormatException($"{Name} must be {Range}, not '{text[..Math.Min(text.Length, QuotedCharsMax)]}'.");
}

/// <summary>A parameter that differs.</summary>
/// <param name="Name">Of its field.</param>
/// <param name="From">The one value.</param>
/// <param name="To">The other.</param>
public readonly record struct ParameterChange(string Name, string From, string To);

/// <summary>
/// All of the chain's parameters by their names: one catalogue for genesis files, proposals, and whoever shows them. Its ranges are those
/// that the ledger itself refuses to leave.
/// </summary>
public static class ParameterFields
{
    private const uint Whole = 1000;

    /// <summary>In the order of the encoding.</summary>
    public static ImmutableArray<ParameterField> All { get; } =
    [
        Tokens("transactionFee", "what every transaction pays", LedgerLimits.FeeMax,
            p => p.TransactionFee, (p, value) => p with { TransactionFee = value }),
        Tokens("feePerByte", "what each of its bytes pays on top", LedgerLimits.FeeMax,
            p => p.FeePerByte, (p, value) => p with { FeePerByte = value }),
        Tokens("feePerWeight", "what each unit of its weight pays on top", LedgerLimits.FeePerWeightMax,
            p => p.FeePerWeight, (p, value) => p with { FeePerWeight = value }),
        Count("blockWeight", "most weight of a block", LedgerLimits.BlockWeightMin, LedgerLimits.BlockWeightMax,
            p => p.BlockWeight, (p, value) => p with { BlockWeight = value }),
        new("treasury", "an address", "the account that fees go to", p => p.Treasury.ToString(),
            (p, text) => AccountId.TryParse(text, out AccountId account, out _) ? p with { Treasury = account } : null),
        Tokens("stakePerTebibyte", "what a miner stakes for each started TiB", Balance.MaxValue,
            p => p.StakePerTebibyte, (p, value) => p with { StakePerTebibyte = value }),
        Count("dealDeadlineBlocks", "blocks until an incomplete file is dropped", 1,
            p => p.DealDeadlineBlocks, (p, value) => p with { DealDeadlineBlocks = value }),
        Count("votingBlocks", "fewest blocks from a proposal to its enactment", 1, LedgerLimits.EnactmentBlocksMax,
            p => p.VotingBlocks, (p, value) => p with { VotingBlocks = (uint)value }),
        Staking("eraBlocks", "blocks of an era", 1, uint.MaxValue, s => s.EraBlocks, (s, value) => s with { EraBlocks = value }),
        Staking("seats", "most validators of an era", 1, LedgerLimits.ValidatorsMax, s => s.Seats, (s, value) => s with { Seats = value }),
        Staking("candidatesMin", "fewest candidates to draw validators from", 1, uint.MaxValue,
            s => s.CandidatesMin, (s, value) => s with { CandidatesMin = value }),
        Staking("validatorBondMin", "least own stake of a validator", Balance.MaxValue,
            s => s.ValidatorBondMin, (s, value) => s with { ValidatorBondMin = value }),
        Staking("nominationMin", "least nomination", Balance.MaxValue, s => s.NominationMin, (s, value) => s with { NominationMin = value }),
        Staking("unbondingEras", "eras from leaving to having the tokens", 1, LedgerLimits.UnbondingErasMax,
            s => s.UnbondingEras, (s, value) => s with { UnbondingEras = value }),
        Staking("jailEras", "eras that a jailed validator stays out", 0, LedgerLimits.JailErasMax,
            s => s.JailEras, (s, value) => s with { JailEras = value }),
        Staking("equivocationSlashPermille", "what contradictory votes cost, in thousandths of the stake", 0, Whole,
            s => s.EquivocationSlashPermille, (s, value) => s with { EquivocationSlashPermille = value }),
        Staking("absenceSlashPermille", "what an era's absence costs, in thousandths of the stake", 0, Whole,
            s => s.AbsenceSlashPermille, (s, value) => s with { AbsenceSlashPermille = value }),
        Staking("absencePermille", "absent is who proposes less than so many thousandths of an equal share; 0 for nobody", 0, Whole,
            s => s.AbsencePermille, (s, value) => s with { AbsencePermille = value }),
        Staking("firstYearIssuance", "new tokens of the first year", LedgerLimits.SupplyMax,
            s => s.FirstYearIssuance, (s, value) => s with { FirstYearIssuance = value }),
        Staking("yearlyPermille", "a year's new tokens, in thousandths of the year's before", 0, Whole,
            s => s.YearlyPermille, (s, value) => s with { YearlyPermille = value }),
        Staking("issuanceYears", "years with new tokens", 0, LedgerLimits.IssuanceYearsMax,
            s => s.IssuanceYears, (s, value) => s with { IssuanceYears = value }),
        Staking("erasPerYear", "eras of a year", 1, uint.MaxValue, s => s.ErasPerYear, (s, value) => s with { ErasPerYear = value }),
        Staking("treasuryPermille", "the treasury's part of new tokens, in thousandths", 0, Whole,
            s => s.TreasuryPermille, (s, value) => s with { TreasuryPermille = value }),
    ];

    /// <summary>A field by its name, in whatever case; null for none.</summary>
    public static ParameterField? Find(string name) =>
        All.FirstOrDefault(field => string.Equals(field.Name, name, StringComparison.OrdinalIgnoreCase));

    /// <summary>Where two sets of parameters differ, in the order of <see cref="All"/>.</summary>
    public static ImmutableArray<ParameterChange> Differences(ChainParameters from, ChainParameters to) =>
    [
        .. All.Select(field => new ParameterChange(field.Name, field.Read(from), field.Read(to))).Where(change => change.From != change.To),
    ];

    private static ParameterField Count(
        string name, string meaning, ulong least, ulong most, Func<ChainParameters, ulong> read,
        Func<ChainParameters, ulong, ChainParameters> write) => new(
        name,
        string.Create(CultureInfo.InvariantCulture, $"{least} to {most}"),
        meaning,
        parameters => read(parameters).ToString(CultureInfo.InvariantCulture),
        (parameters, text) =>
            ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong value)
            && value >= least && value <= most
            ? write(parameters, value)
            : null);

    private static ParameterField Count(
        string name, string meaning, uint least, Func<ChainParameters, uint> read, Func<ChainParameters, uint, ChainParameters> write) =>
        Count(name, meaning, least, uint.MaxValue, p => read(p), (p, value) => write(p, (uint)value));

    private static ParameterField Tokens(
        string name, string meaning, Balance most, Func<ChainParameters, Balance> read, Func<ChainParameters, Balance, ChainParameters> write) => new(
        name,
        $"0 to {most} tokens",
        meaning,
        parameters => read(parameters).ToString(),
        (parameters, text) => Balance.TryParse(text, out Balance value, out _) && value <= most ? write(parameters, value) : null);

    private static ParameterField Staking(
        string name, string meaning, uint least, uint most, Func<StakingParameters, uint> read,
        Func<StakingParameters, uint, StakingParameters> write) =>
        Count(name, meaning, least, most, p => read(p.Staking), (p, value) => p with { Staking = write(p.Staking, (uint)value) });

    private static ParameterField Staking(
        string name, string meaning, Balance most, Func<StakingParameters, Balance> read,
        Func<StakingParameters, Balance, StakingParameters> write) =>
        Tokens(name, meaning, most, p => read(p.Staking), (p, value) => p with { Staking = write(p.Staking, value) });
}
