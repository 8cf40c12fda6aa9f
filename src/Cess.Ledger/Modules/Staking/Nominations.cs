using System.Collections.Immutable;
using Cess.Primitives;

namespace Cess.Ledger.Modules.Staking;

/// <summary>
/// Nominators own shares of their validator's pool. Rewards and slashes change the pool alone, so that an era's end costs the
/// same for any number of nominators, and each of them still gains and loses in proportion. What leaves goes to a
/// pool of the era in which it can be withdrawn, which the validator's slashes reach until then.
/// </summary>
internal static class Nominations
{
    public static LedgerError? Apply(CallContext context, Nominate call)
    {
        if (context.Staking.Validator(call.Validator) is not { } validator)
            return StakingError.ValidatorUnknown;
        if (validator.Status != CandidateStatus.Candidate)
            return StakingError.NotCandidate;
        // In another's pool its stake would not answer for what it has signed.
        if (call.Validator != context.Sender && context.Staking.Validator(context.Sender) is not null)
            return StakingError.NominatorIsValidator;
        if (call.Amount.IsZero || call.Amount < context.Parameters.Staking.NominationMin)
            return StakingError.NominationTooSmall;

        StakeRecord stake = context.Staking.Stake(context.Sender);
        if (StakingModule.TakeActive(context, stake, call.Amount, out Balance rest) is { } error)
            return error;
        if (validator.Pool.IsImpaired)
            return StakingError.PoolImpaired;
        UInt128 shares = validator.Pool.SharesFor(call.Amount);
        if (shares == 0)
            return StakingError.NominationTooSmall;

        NominationRecord nomination = context.Staking.Nomination(context.Sender, call.Validator)
            ?? new NominationRecord(context.Sender, call.Validator, 0, []);
        if (!context.Staking.TrySetNomination(nomination with { Shares = nomination.Shares + shares }))
            return StakingError.NominationsTooMany;

        context.Balances.TakeReserved(context.Sender, call.Amount);
        context.Staking.SetStake(context.Sender, stake with { Active = rest });
        context.Staking.SetValidator(call.Validator, validator with { Pool = validator.Pool.Join(call.Amount, shares) });
        context.Emit(new Nominated(context.Sender, call.Validator, call.Amount, shares));
        return null;
    }

    public static LedgerError? Apply(CallContext context, LeaveNomination call)
    {
        if (call.Shares == 0)
            return StakingError.AmountZero;
        if (context.Staking.Nomination(context.Sender, call.Validator) is not { } nomination)
            return StakingError.NominationUnknown;
        if (call.Shares > nomination.Shares)
            return StakingError.SharesInsufficient;

        ulong now = context.Staking.Era.Index;
        ulong era = now + context.Parameters.Staking.UnbondingEras;
        ValidatorRecord validator = context.Staking.Validator(call.Validator)!;
        Balance worth = validator.Pool.Worth(call.Shares);
        SharedPool leaving = context.Staking.LeavingPool(call.Validator, era);
        if (leaving.IsImpaired)
            return StakingError.PoolImpaired;

        // Shares of a pool that was slashed to nothing are worth nothing, and go without a trace.
        UInt128 shares = worth.IsZero ? 0 : leaving.SharesFor(worth);
        ImmutableArray<LeavingShares> entries = nomination.Leaving;
        if (shares > 0)
        {
            if (Add(entries, new LeavingShares(era, shares)) is not { } added)
                return StakingError.PendingTooMany;
            entries = added;
            context.Staking.SetLeavingPool(call.Validator, era, leaving.Join(worth, shares));
        }

        context.Staking.TrySetNomination(nomination with { Shares = nomination.Shares - call.Shares, Leaving = entries });
        // Only eras to come matter: what can be withdrawn can't be slashed.
        IEnumerable<ulong> eras = validator.LeavingEras.Where(e => e > now);
        context.Staking.SetValidator(call.Validator, validator with
        {
            Pool = validator.Pool.Leave(call.Shares),
            LeavingEras = [.. (shares > 0 ? eras.Append(era) : eras).Distinct().Order()],
        });
        context.Emit(new NominationLeft(context.Sender, call.Validator, worth, era));
        return null;
    }

    public static LedgerError? Apply(CallContext context, WithdrawNomination call)
    {
        if (context.Staking.Nomination(context.Sender, call.Validator) is not { } nomination)
            return StakingError.NominationUnknown;

        ulong now = context.Staking.Era.Index;
        Balance ready = Balance.Zero;
        foreach (LeavingShares entry in nomination.Leaving.Where(entry => entry.Era <= now))
        {
            SharedPool pool = context.Staking.LeavingPool(call.Validator, entry.Era);
            ready += pool.Worth(entry.Shares);
            context.Staking.SetLeavingPool(call.Validator, entry.Era, pool.Leave(entry.Shares));
        }

        ImmutableArray<LeavingShares> rest = [.. nomination.Leaving.Where(entry => entry.Era > now)];
        if (rest.Length == nomination.Leaving.Length)
            return StakingError.NothingToWithdraw;

        context.Staking.TrySetNomination(nomination with { Leaving = rest });
        context.Balances.Credit(context.Sender, ready);
        context.Emit(new Withdrawn(context.Sender, ready));
        return null;
    }

    private static ImmutableArray<LeavingShares>? Add(ImmutableArray<LeavingShares> entries, LeavingShares entry)
    {
        for (int i = 0; i < entries.Length; i++)
        {
            if (entries[i].Era == entry.Era)
                return entries.SetItem(i, entry with { Shares = entries[i].Shares + entry.Shares });
        }

        if (entries.Length >= LedgerLimits.UnbondingChunksMax)
            return null;
        return entries.Insert(entries.Count(other => other.Era < entry.Era), entry);
    }
}
