using Cess.Ledger.Blocks;
using Cess.Ledger.Modules;
using Cess.Ledger.Modules.Staking;
using Cess.Primitives;
using Cess.Simulation.World;

namespace Cess.Simulation.Actors;

/// <summary>What an operator does with tokens besides its bond: puts some into pools, takes them back, and collects what is due.</summary>
internal sealed class StakeMoves(AccountId self, Balance bond, Dice dice)
{
    private static readonly Balance s_part = new(70_001);

    public Call? Decide(LedgerState head)
    {
        StakeRecord stake = head.Stake(self);
        if (stake.Unbonding.Any(chunk => chunk.Era <= head.Era.Index))
            return new Withdraw();
        NominationRecord? nomination = head.NominationsOf(self).FirstOrDefault();
        if (nomination is not null && nomination.Leaving.Any(shares => shares.Era <= head.Era.Index))
            return new WithdrawNomination(nomination.Validator);
        if (nomination is not null && nomination.Shares > 2 && dice.Chance(0.2))
            return new LeaveNomination(nomination.Validator, nomination.Shares / 2);
        if (stake.Active < bond + s_part)
            return dice.Chance(0.3) ? new Bond(s_part) : null;
        // Who validates has its own pool only; and sometimes tries another.
        bool isValidator = head.Validator(self) is not null && dice.Chance(0.9);
        AccountId[] pools = [.. head.Candidates().Where(candidate => (candidate == self) == isValidator)];
        return pools.Length > 0 && dice.Chance(0.7) ? new Nominate(dice.Pick(pools), s_part) : new Unbond(s_part);
    }
}
