using System.Collections.Immutable;
using Cess.Ledger.Modules.Chain;
using Cess.Ledger.Modules.Governance;
using Cess.Ledger.Modules.Staking.Selection;
using Cess.Primitives;

namespace Cess.Ledger.Modules.Staking;

/// <summary>
/// What the start of a block does for staking: counts its proposer, and at an era's last block pays the era, punishes the
/// absent, lets credit age, draws the next validators and drops what former ones have proposed. All of it is bounded by the numbers of
/// validators, candidates and open proposals.
/// </summary>
internal static class Eras
{
    private const uint Whole = 1000;

    /// <summary>Before a block's first transaction.</summary>
    public static void BeginBlock(CallContext context, AccountId proposer)
    {
        CountProposer(context, proposer);
        if (context.Height >= context.Staking.Era.End)
            EndEra(context);
    }

    private static void CountProposer(CallContext context, AccountId proposer)
    {
        // Who validates alone proposes all: there is nothing to count, and nothing to write for every block.
        if (context.Staking.Set.Keys.Length == 1)
            return;

        EraMembers members = context.Staking.Members;
        int place = members.Accounts.IndexOf(proposer);
        if (place >= 0)
            context.Staking.SetMembers(members with { Blocks = members.Blocks.SetItem(place, members.Blocks[place] + 1) });
    }

    private static void EndEra(CallContext context)
    {
        StakingParameters parameters = context.Parameters.Staking;
        EraRecord ended = context.Staking.Era;
        EraMembers members = context.Staking.Members;
        Balance issued = Pay(context, members, Issuance.OfEra(parameters, ended.Index));
        NoteSilence(context, members, ended.Index);
        PunishAbsence(context, members);
        AgeCredit(context, members);

        Hash256 seed = context.Staking.Randomness(context.Genesis).SeedOf(ended.Index + 1);
        ImmutableArray<AccountId> next = Draw(context, ended.Index + 1, seed) ?? members.Accounts;
        Seat(context, members, next);
        EraRecord era = new(ended.Index + 1, context.Height, context.Height + parameters.EraBlocks, seed);
        context.Staking.BeginEra(era);
        context.Emit(new EraStarted(era.Index, era.End, issued, next));
        GovernanceModule.BeginEra(context);
    }

    /// <summary>Makes the era's new tokens and hands them out; the treasury gets its part and what rounding leaves.</summary>
    private static Balance Pay(CallContext context, EraMembers members, Balance wanted)
    {
        Balance issued = context.Balances.Issue(wanted);
        Balance left = issued;
        Balance share = issued - issued.MulDivFloor(context.Parameters.Staking.TreasuryPermille, Whole);
        bool isAlone = members.Accounts.Length == 1;
        ulong all = isAlone ? 1 : (ulong)members.Blocks.Sum(blocks => (long)blocks);
        for (int i = 0; i < members.Accounts.Length && all > 0; i++)
        {
            Balance reward = share.MulDivFloor(isAlone ? 1 : members.Blocks[i], all);
            if (reward.IsZero)
                continue;
            Reward(context, members.Accounts[i], reward);
            left -= reward;
        }

        context.Balances.Credit(context.Parameters.Treasury, left);
        return issued;
    }

    private static void Reward(CallContext context, AccountId account, Balance reward)
    {
        Balance forPool = Balance.Zero;
        if (context.Staking.Validator(account) is { } validator && !validator.Pool.Tokens.IsZero)
        {
            Balance shared = reward - reward.MulDivFloor(validator.CommissionPermille, Whole);
            Balance all = context.Staking.Stake(account).Active + validator.Pool.Tokens;
            forPool = shared.MulDivFloor(validator.Pool.Tokens.Units, all.Units);
            context.Staking.SetValidator(
                account, validator with { Pool = validator.Pool with { Tokens = validator.Pool.Tokens + forPool } });
        }

        context.Balances.Credit(account, reward - forPool);
        context.Emit(new Rewarded(account, reward - forPool, forPool));
    }

    /// <summary>A validator that has kept its value back may have done so to choose the draw: its credit suffers.</summary>
    private static void NoteSilence(CallContext context, EraMembers members, ulong era)
    {
        foreach (AccountId account in members.Accounts)
        {
            if (context.Staking.Validator(account) is { } validator && validator.Chain.Position < era)
                context.Staking.SetValidator(account, validator with { Credit = validator.Credit.Punish() });
        }
    }

    private static void PunishAbsence(CallContext context, EraMembers members)
    {
        StakingParameters parameters = context.Parameters.Staking;
        for (int i = 0; i < members.Accounts.Length; i++)
        {
            if (members.IsAbsent(i, parameters.AbsencePermille)
                && context.Staking.Validator(members.Accounts[i]) is { Status: not CandidateStatus.Jailed })
                Slashing.Punish(context, members.Accounts[i], parameters.AbsenceSlashPermille, SlashReason.Absence);
        }
    }

    private static void AgeCredit(CallContext context, EraMembers members)
    {
        // Jailed ones are no candidates any more; members are looked at, too, so that their punishments count.
        ImmutableArray<AccountId> accounts = [.. context.Staking.Candidates.Union(members.Accounts)];
        UInt128 all = 0;
        foreach (AccountId account in accounts)
            all += context.Staking.Validator(account)?.Credit.Points ?? 0;
        foreach (AccountId account in accounts)
        {
            if (context.Staking.Validator(account) is { } validator && validator.Credit != CreditRecord.Empty)
                context.Staking.SetValidator(account, validator with { Credit = validator.Credit.EndEra(all) });
        }
    }

    /// <summary>The next era's validators by R²S; null if there are too few candidates.</summary>
    private static ImmutableArray<AccountId>? Draw(CallContext context, ulong era, Hash256 seed)
    {
        StakingParameters parameters = context.Parameters.Staking;
        List<Candidate> candidates = [];
        HashSet<PublicKey> keys = [];
        foreach (AccountId account in context.Staking.Candidates)
        {
            ValidatorRecord validator = context.Staking.Validator(account)!;
            Balance own = context.Staking.Stake(account).Active;
            // Two accounts can have taken the same key; it gets one seat, and one vote.
            bool isWorthy = own >= parameters.ValidatorBondMin && validator.ChainLast >= era;
            if (isWorthy && keys.Add(context.Balances.Account(account).Key!.Value))
                candidates.Add(new Candidate(account, validator.Credit.Score, own + validator.Pool.Tokens));
        }

        return candidates.Count < parameters.CandidatesMin
            ? null
            : [.. EraSelection.Select(candidates, (int)parameters.Seats, seed).Select(score => score.Account)];
    }

    private static void Seat(CallContext context, EraMembers before, ImmutableArray<AccountId> next)
    {
        ImmutableArray<PublicKey> keys = context.Staking.Set.Keys;
        ImmutableArray<PublicKey>.Builder seats = ImmutableArray.CreateBuilder<PublicKey>(next.Length);
        foreach (AccountId account in next)
        {
            PublicKey key = context.Balances.Account(account).Key ?? keys[before.Accounts.IndexOf(account)];
            seats.Add(key);
            if (context.Staking.Validator(account) is { } validator && validator.SeatKey != key)
                ChangeSeatKey(context, account, validator, key);
        }

        ValidatorSet set = new(seats.MoveToImmutable());
        bool isSame = set.Keys.SequenceEqual(keys);
        if (!isSame)
            context.Staking.SetValidators(set);
        if (!isSame || next.Length > 1)
            context.Staking.SetMembers(new EraMembers(next, [.. new uint[next.Length]]));
    }

    /// <summary>Notes until when the seat had its key before: what that has signed can be shown until the stake is free.</summary>
    private static void ChangeSeatKey(CallContext context, AccountId account, ValidatorRecord validator, PublicKey key)
    {
        ulong ended = context.Staking.Era.Index;
        IEnumerable<FormerKey> reachable =
            context.Staking.FormerKeys(account).Where(former => former.LastEra + context.Parameters.Staking.UnbondingEras > ended);
        context.Staking.SetFormerKeys(account, [.. reachable, new FormerKey(validator.SeatKey, ended)]);
        context.Staking.SetValidator(account, validator with { SeatKey = key, PreviousSeatKey = validator.SeatKey });
    }
}
