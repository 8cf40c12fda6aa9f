using System.Numerics;
using Cess.Ledger;
using Cess.Ledger.Modules.Staking;
using Cess.Primitives;

namespace Cess.Simulation.Oracle;

/// <summary>Shares of validators' pools: docs/ledger.md#staking, Pools.</summary>
internal static class NominationRules
{
    private const ulong NominationsMax = 16;
    private const int PendingMax = 16;
    private const int ImpairedBits = 20;

    public static LedgerError? Nominate(OracleLedger ledger, AccountId sender, Nominate call)
    {
        if (ledger.Validators.Find(call.Validator) is not { } validator)
            return StakingError.ValidatorUnknown;
        if (validator.Status != CandidateStatus.Candidate)
            return StakingError.NotCandidate;
        if (ledger.Validators.Find(sender) is not null && sender != call.Validator)
            return StakingError.NominatorIsValidator;
        if (call.Amount.IsZero || call.Amount < ledger.Staking.NominationMin)
            return StakingError.NominationTooSmall;
        if (StakingRules.MayTake(ledger, sender, call.Amount) is { } error)
            return error;
        if (IsImpaired(validator.Pool))
            return StakingError.PoolImpaired;
        UInt128 shares = SharesFor(validator.Pool, call.Amount);
        if (shares == 0)
            return StakingError.NominationTooSmall;
        NominationRecord? known = ledger.Nominations.Find((sender, call.Validator));
        if (known is null && (ledger.NominationCounts.Find(sender)?.Value ?? 0) >= NominationsMax)
            return StakingError.NominationsTooMany;

        StakeRecord stake = ledger.Stake(sender);
        StakingRules.SetStake(ledger, sender, stake with { Active = stake.Active - call.Amount });
        ledger.TakeReserved(sender, call.Amount);
        Set(ledger, new NominationRecord(sender, call.Validator, (known?.Shares ?? 0) + shares, known?.Leaving ?? []));
        ledger.Validators.Set(call.Validator, ledger.Validators.Find(call.Validator)! with { Pool = With(validator.Pool, call.Amount, shares) });
        ledger.Events.Add(new Nominated(sender, call.Validator, call.Amount, shares));
        return null;
    }

    public static LedgerError? Leave(OracleLedger ledger, AccountId sender, LeaveNomination call)
    {
        if (call.Shares == 0)
            return StakingError.AmountZero;
        if (ledger.Nominations.Find((sender, call.Validator)) is not { } nomination)
            return StakingError.NominationUnknown;
        if (call.Shares > nomination.Shares)
            return StakingError.SharesInsufficient;

        ulong now = ledger.Era.Index;
        ulong era = now + ledger.Staking.UnbondingEras;
        ValidatorRecord validator = ledger.Validators.Find(call.Validator)!;
        Balance worth = Worth(validator.Pool, call.Shares);
        SharedPool leaving = LeavingPool(ledger, call.Validator, era);
        if (IsImpaired(leaving))
            return StakingError.PoolImpaired;

        List<ulong> eras = [.. validator.LeavingEras.Where(other => other > now)];
        SortedDictionary<ulong, UInt128> pending = [];
        foreach (LeavingShares entry in nomination.Leaving)
            pending.Add(entry.Era, entry.Shares);
        UInt128 shares = worth.IsZero ? 0 : SharesFor(leaving, worth);
        if (shares > 0)
        {
            pending[era] = pending.GetValueOrDefault(era) + shares;
            if (pending.Count > PendingMax)
                return StakingError.PendingTooMany;
            SetLeavingPool(ledger, call.Validator, era, With(leaving, worth, shares));
            eras.Add(era);
        }

        Set(ledger, nomination with { Shares = nomination.Shares - call.Shares, Leaving = [.. pending.Select(entry => new LeavingShares(entry.Key, entry.Value))] });
        ledger.Validators.Set(call.Validator, validator with { Pool = Without(validator.Pool, call.Shares), LeavingEras = [.. eras.Distinct().Order()] });
        ledger.Events.Add(new NominationLeft(sender, call.Validator, worth, era));
        return null;
    }

    public static LedgerError? Withdraw(OracleLedger ledger, AccountId sender, WithdrawNomination call)
    {
        if (ledger.Nominations.Find((sender, call.Validator)) is not { } nomination)
            return StakingError.NominationUnknown;
        ulong now = ledger.Era.Index;
        if (!nomination.Leaving.Any(entry => entry.Era <= now))
            return StakingError.NothingToWithdraw;
        Balance amount = Balance.Zero;
        foreach (LeavingShares entry in nomination.Leaving.Where(entry => entry.Era <= now))
        {
            SharedPool pool = LeavingPool(ledger, call.Validator, entry.Era);
            amount += Worth(pool, entry.Shares);
            SetLeavingPool(ledger, call.Validator, entry.Era, Without(pool, entry.Shares));
        }

        Set(ledger, nomination with { Leaving = [.. nomination.Leaving.Where(entry => entry.Era > now)] });
        ledger.Give(sender, amount);
        ledger.Events.Add(new Withdrawn(sender, amount));
        return null;
    }

    public static SharedPool LeavingPool(OracleLedger ledger, AccountId validator, ulong era) =>
        ledger.LeavingPools.Find(new ValidatorNumber(validator, era))?.Value ?? default;

    /// <summary>There is no record of a pool that nobody has a share of.</summary>
    public static void SetLeavingPool(OracleLedger ledger, AccountId validator, ulong era, SharedPool pool)
    {
        if (pool.Shares == 0)
            ledger.LeavingPools.Remove(new ValidatorNumber(validator, era));
        else
            ledger.LeavingPools.Set(new ValidatorNumber(validator, era), new One<SharedPool>(pool));
    }

    /// <summary>What shares are worth, rounded down; all of them, everything.</summary>
    private static Balance Worth(SharedPool pool, UInt128 shares) =>
        shares == pool.Shares ? pool.Tokens : OracleLedger.Part(pool.Tokens, shares, pool.Shares);

    /// <summary>Shares for tokens, rounded down; one a unit in an empty pool.</summary>
    private static UInt128 SharesFor(SharedPool pool, Balance tokens) =>
        pool.Shares == 0 ? tokens.Units : OracleLedger.Part(tokens, pool.Shares, pool.Tokens.Units).Units;

    private static SharedPool With(SharedPool pool, Balance tokens, UInt128 shares) => new(pool.Tokens + tokens, pool.Shares + shares);

    private static SharedPool Without(SharedPool pool, UInt128 shares) => new(pool.Tokens - Worth(pool, shares), pool.Shares - shares);

    /// <summary>Whether a pool is worth less than 2^-20 of its shares, or nothing.</summary>
    private static bool IsImpaired(SharedPool pool)
    {
        if (pool.Shares == 0)
            return false;
        return pool.Tokens.IsZero || (BigInteger)pool.Tokens.Units < (BigInteger)(pool.Shares >> ImpairedBits);
    }

    /// <summary>There is no record of a nomination of which nothing is left.</summary>
    private static void Set(OracleLedger ledger, NominationRecord nomination)
    {
        (AccountId, AccountId) key = (nomination.Nominator, nomination.Validator);
        ulong count = ledger.NominationCounts.Find(nomination.Nominator)?.Value ?? 0;
        if (ledger.Nominations.Find(key) is not null)
            count--;
        if (nomination.Shares == 0 && nomination.Leaving.IsEmpty)
        {
            ledger.Nominations.Remove(key);
        }
        else
        {
            ledger.Nominations.Set(key, nomination);
            count++;
        }

        if (count == 0)
            ledger.NominationCounts.Remove(nomination.Nominator);
        else
            ledger.NominationCounts.Set(nomination.Nominator, new Number(count));
    }
}
