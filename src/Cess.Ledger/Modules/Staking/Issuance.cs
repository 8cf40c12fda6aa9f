using Cess.Primitives;

namespace Cess.Ledger.Modules.Staking;

/// <summary>How many new tokens an era brings: a yearly amount that falls geometrically, spread over its eras.</summary>
internal static class Issuance
{
    private const uint Whole = 1000;

    /// <summary>
    /// The new tokens of an era, counted from 0. Exact: the eras of a year add up to the year's amount, which is the year's
    /// before times <see cref="StakingParameters.YearlyPermille"/>, rounded down.
    /// </summary>
    public static Balance OfEra(StakingParameters parameters, ulong era)
    {
        ulong year = era / parameters.ErasPerYear;
        if (year >= parameters.IssuanceYears)
            return Balance.Zero;

        Balance amount = parameters.FirstYearIssuance;
        for (ulong i = 0; i < year; i++)
            amount = amount.MulDivFloor(parameters.YearlyPermille, Whole);

        ulong place = era % parameters.ErasPerYear;
        return amount.MulDivFloor(place + 1, parameters.ErasPerYear) - amount.MulDivFloor(place, parameters.ErasPerYear);
    }
}
