using Cess.Primitives;

namespace Cess.Ledger.Modules.Staking;

/// <summary>The chain's parameters of eras, stakes and issuance. A permille is a thousandth.</summary>
public sealed record StakingParameters : IScaleValue<StakingParameters>
{
    private const uint Whole = 1000;

    /// <summary>Blocks of an era, at least 1. A change counts from the next era on.</summary>
    public uint EraBlocks { get; init; } = 14_400;

    /// <summary>Most validators of an era, 1 to <see cref="LedgerLimits.ValidatorsMax"/>.</summary>
    public uint Seats { get; init; } = 11;

    /// <summary>Fewest candidates that an era's validators are drawn from, at least 1; with fewer, the validators stay.</summary>
    public uint CandidatesMin { get; init; } = 4;

    /// <summary>Least own stake of a validator.</summary>
    public Balance ValidatorBondMin { get; init; }

    /// <summary>Least amount of a nomination.</summary>
    public Balance NominationMin { get; init; }

    /// <summary>
    /// Eras from leaving to having the tokens, 1 to <see cref="LedgerLimits.UnbondingErasMax"/>; until then they can be slashed.
    /// </summary>
    public uint UnbondingEras { get; init; } = 112;

    /// <summary>Eras that a jailed validator stays out, at most <see cref="LedgerLimits.JailErasMax"/>.</summary>
    public uint JailEras { get; init; } = 4;

    /// <summary>What contradictory votes cost, in permille of stake and nominations.</summary>
    public uint EquivocationSlashPermille { get; init; } = 100;

    /// <summary>What an era's absence costs, in permille of stake and nominations.</summary>
    public uint AbsenceSlashPermille { get; init; } = 1;

    /// <summary>A validator is absent that has proposed fewer blocks than this permille of an equal share; 0 for never.</summary>
    public uint AbsencePermille { get; init; } = 100;

    /// <summary>New tokens in the first year.</summary>
    public Balance FirstYearIssuance { get; init; }

    /// <summary>A year's new tokens in permille of the year's before.</summary>
    public uint YearlyPermille { get; init; } = 841;

    /// <summary>Years with new tokens, at most <see cref="LedgerLimits.IssuanceYearsMax"/>.</summary>
    public uint IssuanceYears { get; init; } = 30;

    /// <summary>Eras of a year, at least 1.</summary>
    public uint ErasPerYear { get; init; } = 1460;

    /// <summary>What part of the new tokens goes to the treasury; the rest goes to the validators.</summary>
    public uint TreasuryPermille { get; init; } = 200;

    /// <summary>Writes the fields in the order of their declaration.</summary>
    public void Encode(ScaleWriter writer)
    {
        writer.WriteCompact(EraBlocks);
        writer.WriteCompact(Seats);
        writer.WriteCompact(CandidatesMin);
        writer.WriteAmount(ValidatorBondMin);
        writer.WriteAmount(NominationMin);
        writer.WriteCompact(UnbondingEras);
        writer.WriteCompact(JailEras);
        writer.WriteCompact(EquivocationSlashPermille);
        writer.WriteCompact(AbsenceSlashPermille);
        writer.WriteCompact(AbsencePermille);
        writer.WriteAmount(FirstYearIssuance);
        writer.WriteCompact(YearlyPermille);
        writer.WriteCompact(IssuanceYears);
        writer.WriteCompact(ErasPerYear);
        writer.WriteCompact(TreasuryPermille);
    }

    /// <summary>Reads the parameters; their rules are checked with those of the chain.</summary>
    public static StakingParameters Decode(ref ScaleReader reader) => new()
    {
        EraBlocks = reader.ReadCompactU32(),
        Seats = reader.ReadCompactU32(),
        CandidatesMin = reader.ReadCompactU32(),
        ValidatorBondMin = reader.ReadAmount(),
        NominationMin = reader.ReadAmount(),
        UnbondingEras = reader.ReadCompactU32(),
        JailEras = reader.ReadCompactU32(),
        EquivocationSlashPermille = reader.ReadCompactU32(),
        AbsenceSlashPermille = reader.ReadCompactU32(),
        AbsencePermille = reader.ReadCompactU32(),
        FirstYearIssuance = reader.ReadAmount(),
        YearlyPermille = reader.ReadCompactU32(),
        IssuanceYears = reader.ReadCompactU32(),
        ErasPerYear = reader.ReadCompactU32(),
        TreasuryPermille = reader.ReadCompactU32(),
    };

    internal string? FindFault()
    {
        if (EraBlocks == 0 || ErasPerYear == 0)
            return "An era has at least one block, and a year at least one era.";
        if (Seats is 0 or > LedgerLimits.ValidatorsMax || CandidatesMin == 0)
            return "The number of validators is out of bounds.";
        if (UnbondingEras is 0 or > LedgerLimits.UnbondingErasMax || JailEras > LedgerLimits.JailErasMax)
            return "Unbonding or jail takes too few or too many eras.";
        if (Math.Max(EquivocationSlashPermille, AbsenceSlashPermille) > Whole || AbsencePermille > Whole)
            return "A slash, or the share that makes an absence, is more than the whole.";
        if (YearlyPermille > Whole || TreasuryPermille > Whole || IssuanceYears > LedgerLimits.IssuanceYearsMax)
            return "The issuance is out of bounds.";
        return FirstYearIssuance > LedgerLimits.SupplyMax ? "The issuance exceeds the largest supply." : null;
    }
}
