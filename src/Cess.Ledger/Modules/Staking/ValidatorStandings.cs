using System.Collections.Immutable;
using Cess.Ledger.Modules.Chain;
using Cess.Primitives;

namespace Cess.Ledger.Modules.Staking;

/// <summary>A validator of the era, or a candidate for the next, as it stands in some state.</summary>
/// <param name="Account">Its account.</param>
/// <param name="Stake">Its own bonded tokens.</param>
/// <param name="Record">What the ledger keeps of it; null for a validator of the genesis that has never been a candidate.</param>
/// <param name="Seat">Its place among the era's validators, and what it has done there; null for one that has none.</param>
public sealed record ValidatorStanding(AccountId Account, Balance Stake, ValidatorRecord? Record, SeatStanding? Seat);

/// <summary>A seat of the era.</summary>
/// <param name="Index">Its place: by it votes name the validator.</param>
/// <param name="Key">The key that signs there.</param>
/// <param name="Blocks">Blocks that it has proposed in the era; a validator that is alone is not counted.</param>
/// <param name="IsAbsent">Whether it would be punished as absent if the era ended now.</param>
public sealed record SeatStanding(int Index, PublicKey Key, uint Blocks, bool IsAbsent);

/// <summary>The validators of an era and the candidates for the next.</summary>
/// <param name="Era">The era.</param>
/// <param name="Validators">In the order of their seats.</param>
/// <param name="Candidates">Who can be drawn and has no seat now, ascending.</param>
public sealed record ValidatorStandings(
    EraRecord Era, ImmutableArray<ValidatorStanding> Validators, ImmutableArray<ValidatorStanding> Candidates)
{
    /// <summary>How they stand.</summary>
    /// <param name="era">The era of the state.</param>
    /// <param name="inForce">Its parameters.</param>
    /// <param name="set">Its validators.</param>
    /// <param name="members">Their accounts.</param>
    /// <param name="candidates">Who can be drawn, ascending.</param>
    /// <param name="stake">What an account has staked; null for nothing.</param>
    /// <param name="record">What the ledger keeps of a validator; null for nothing.</param>
    public static ValidatorStandings Of(
        EraRecord era,
        ChainParameters inForce,
        ValidatorSet set,
        EraMembers members,
        ImmutableArray<AccountId> candidates,
        Func<AccountId, StakeRecord?> stake,
        Func<AccountId, ValidatorRecord?> record)
    {
        return new ValidatorStandings(
            era,
            [.. members.Accounts.Select((account, index) => Standing(
                account, new SeatStanding(index, set.Keys[index], members.Blocks[index], members.IsAbsent(index, inForce.Staking.AbsencePermille))))],
            [.. candidates.Except(members.Accounts).Select(account => Standing(account, null))]);

        ValidatorStanding Standing(AccountId account, SeatStanding? seat) =>
            new(account, (stake(account) ?? StakeRecord.Empty).Active, record(account), seat);
    }
}
