using Cess.Ledger.Blocks;
using Cess.Ledger.Modules.Balances;
using Cess.Ledger.Modules.Staking;
using Cess.Primitives;

namespace Cess.Ledger.Tests.Modules;

public sealed class RewardTests
{
    private static readonly StakingParameters s_issuance = new()
    {
        FirstYearIssuance = Balance.FromTokens(477) + new Balance(7),
        YearlyPermille = 841,
        IssuanceYears = 3,
        ErasPerYear = 1_460,
    };

    [Fact]
    public void The_eras_of_a_year_bring_exactly_the_years_tokens_and_years_fall_geometrically()
    {
        Balance year = s_issuance.FirstYearIssuance;
        for (ulong y = 0; y < 3; y++)
        {
            Balance sum = Balance.Zero;
            for (ulong e = 0; e < 1_460; e++)
                sum += Issuance.OfEra(s_issuance, (y * 1_460) + e);
            Assert.Equal(year, sum);
            year = year.MulDivFloor(841, 1_000);
        }

        Assert.Equal(Balance.Zero, Issuance.OfEra(s_issuance, 3 * 1_460));
        Assert.Equal(Balance.Zero, Issuance.OfEra(s_issuance, ulong.MaxValue));
    }

    [Fact]
    public void An_era_is_paid_by_blocks_and_nominators_share_by_stake_after_the_commission()
    {
        using StakingFixture staking = new(p => p with { FirstYearIssuance = Balance.FromTokens(1_000), ErasPerYear = 10, TreasuryPermille = 200 });
        staking.ElectThree();
        Assert.Equal(Balance.FromTokens(8_100), staking.State.Supply);
        Balance treasury = staking.State.Account(TestChain.Treasury).Free;
        staking.Chain.MustDo(staking[6], new Bond(Balance.FromTokens(600)));
        staking.Chain.MustDo(staking[6], new Nominate(staking[1].Id, Balance.FromTokens(600)));
        Balance[] before = [.. Enumerable.Range(0, 4).Select(Free)];

        ExecutedBlock end = staking.EndEra(1, 1, 1, 2);
        // Ten blocks, the first two by account 0, which is no validator of the era; then 1 1 1 2 1 1 1 2: six and two.
        Assert.Equal(2, end.StartEvents.OfType<Rewarded>().Count());
        Balance one = Balance.FromTokens(60);
        Balance pool = (one - one.MulDivFloor(100, 1_000)).MulDivFloor(600, 800);
        Assert.Equal(Balance.FromTokens(600) + pool, staking.Validator(1).Pool.Tokens);
        Assert.Equal(before[1] + one - pool, Free(1));
        Assert.Equal(before[2] + Balance.FromTokens(20), Free(2));
        Assert.Equal(before[3], Free(3));
        Assert.Equal(treasury + Balance.FromTokens(20), staking.State.Account(TestChain.Treasury).Free);
        Assert.Equal(Balance.FromTokens(8_200), staking.State.Supply);
        Assert.Equal(staking.State.Supply, staking.Chain.Supply());
        Assert.All(staking.State.EraMembers().Blocks, blocks => Assert.Equal(0u, blocks));

        Balance Free(int account) => staking.State.Account(staking[account].Id).Free;
    }

    [Fact]
    public void A_validator_alone_is_paid_for_all_blocks()
    {
        using StakingFixture staking = new(p => p with { FirstYearIssuance = Balance.FromTokens(100), ErasPerYear = 10, TreasuryPermille = 500 });
        Balance before = staking.State.Account(staking[0].Id).Free;
        staking.EndEra();
        Assert.Equal(before + Balance.FromTokens(5), staking.State.Account(staking[0].Id).Free);
        Assert.Equal(Balance.FromTokens(5), staking.State.Account(TestChain.Treasury).Free);
    }

    [Fact]
    public void No_era_takes_the_supply_beyond_its_bound()
    {
        using StakingFixture staking = new(p => p with { FirstYearIssuance = LedgerLimits.SupplyMax, ErasPerYear = 1 });
        Assert.NotEqual(LedgerLimits.SupplyMax, staking.State.Supply);
        for (int i = 0; i < 3; i++)
            staking.EndEra();
        Assert.Equal(LedgerLimits.SupplyMax, staking.State.Supply);
        Assert.Equal(LedgerLimits.SupplyMax, staking.Chain.Supply());
    }

    [Fact]
    public void Nominators_own_their_pool_in_proportion_and_leave_with_what_it_is_worth()
    {
        using StakingFixture staking = new(p => p with { FirstYearIssuance = Balance.FromTokens(1_000), ErasPerYear = 10 });
        staking.ElectThree();
        foreach (int account in new[] { 5, 6 })
        {
            staking.Chain.MustDo(staking[account], new Bond(Balance.FromTokens(400)));
            staking.Chain.MustDo(staking[account], new Nominate(staking[1].Id, Balance.FromTokens(account == 5 ? 100u : 300u)));
        }

        Assert.Equal((Balance.FromTokens(600), Balance.FromTokens(300)), Amounts(5));
        staking.EndEra(1);
        SharedPool pool = staking.Validator(1).Pool;
        Assert.True(pool.Tokens > Balance.FromTokens(400));
        NominationRecord nomination = staking.State.Nomination(staking[5].Id, staking[1].Id)!;
        Assert.Equal(pool.Tokens.MulDivFloor(1, 4), pool.Worth(nomination.Shares));

        staking.Fails(StakingError.SharesInsufficient, 5, new LeaveNomination(staking[1].Id, nomination.Shares + 1));
        staking.Fails(StakingError.AmountZero, 5, new LeaveNomination(staking[1].Id, 0));
        staking.Fails(StakingError.NominationUnknown, 7, new LeaveNomination(staking[1].Id, 1));
        staking.Fails(StakingError.NothingToWithdraw, 5, new WithdrawNomination(staking[1].Id));
        staking.Chain.MustDo(staking[5], new LeaveNomination(staking[1].Id, nomination.Shares));
        Assert.Equal(pool.Tokens - pool.Worth(nomination.Shares), staking.Validator(1).Pool.Tokens);
        Assert.Equal([staking.State.Era.Index + 2], staking.Validator(1).LeavingEras.AsEnumerable());
        staking.EndEra(1);
        staking.Fails(StakingError.NothingToWithdraw, 5, new WithdrawNomination(staking[1].Id));
        staking.EndEra(1);
        staking.Chain.MustDo(staking[5], new WithdrawNomination(staking[1].Id));
        Assert.Equal(Balance.FromTokens(600) + pool.Worth(nomination.Shares), Amounts(5).Free);
        Assert.Null(staking.State.Nomination(staking[5].Id, staking[1].Id));
        Assert.Empty(staking.State.NominationsOf(staking[5].Id));
        Assert.Single(staking.State.NominationsOf(staking[6].Id));
        Assert.Equal(staking.State.Supply, staking.Chain.Supply());

        (Balance Free, Balance Reserved) Amounts(int account)
        {
            AccountRecord record = staking.State.Account(staking[account].Id);
            return (record.Free, record.Reserved);
        }
    }

    [Fact]
    public void Only_candidates_are_nominated_with_enough_and_no_more_than_bonded_and_not_too_many_of_them()
    {
        using StakingFixture staking = new();
        staking.MakeCandidate(1);
        staking.Chain.MustDo(staking[6], new Bond(Balance.FromTokens(100)));
        staking.Fails(StakingError.ValidatorUnknown, 6, new Nominate(staking[2].Id, Balance.FromTokens(5)));
        staking.Fails(StakingError.NominationTooSmall, 6, new Nominate(staking[1].Id, Balance.OneToken - new Balance(1)));
        staking.Fails(StakingError.BondInsufficient, 6, new Nominate(staking[1].Id, Balance.FromTokens(101)));
        staking.Fails(StakingError.BondTooSmall, 1, new Nominate(staking[1].Id, Balance.FromTokens(101)));
        staking.Chain.MustDo(staking[1], new Nominate(staking[1].Id, Balance.FromTokens(100)));
        staking.Chain.MustDo(staking[1], new Chill());
        staking.Fails(StakingError.NotCandidate, 6, new Nominate(staking[1].Id, Balance.FromTokens(5)));
    }

    [Theory]
    [InlineData(0, 0, false)]
    [InlineData(1, 1, false)]
    [InlineData(0, 1, true)]
    [InlineData(1, 1 << 20, false)]
    [InlineData(1, 1 << 21, true)]
    public void A_pool_that_has_lost_nearly_all_takes_nothing_new(int tokens, int shares, bool isImpaired) =>
        Assert.Equal(isImpaired, new SharedPool(new Balance((UInt128)tokens), (UInt128)shares).IsImpaired);
}
