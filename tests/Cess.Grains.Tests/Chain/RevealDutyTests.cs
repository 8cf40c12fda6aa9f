using Cess.Grains.Chain;
using Cess.Ledger.Modules.Staking;
using Cess.Ledger.Tests.Modules;
using Cess.Primitives;

namespace Cess.Grains.Tests.Chain;

public sealed class RevealDutyTests : IDisposable
{
    private readonly StakingFixture _staking = new();

    [Fact]
    public void Who_is_of_the_era_owes_the_value_of_that_era_from_its_first_block_on_and_until_it_is_shown()
    {
        Assert.Null(DutyOf(1));
        _staking.ElectThree();

        RevealDuty duty = DutyOf(1)!;
        Assert.Equal(_staking.State.Era.Index, duty.Era);
        Assert.Equal(_staking.Validator(1).Chain, duty.Commitment);
        _staking.Chain.MustDo(_staking[1], _staking.RevealOf(1));

        Assert.Null(DutyOf(1));
        Assert.NotNull(DutyOf(2));
    }

    [Fact]
    public void A_duty_is_the_same_after_every_block_so_that_its_transaction_is_too()
    {
        _staking.ElectThree();
        RevealDuty first = DutyOf(1)!;
        _staking.Chain.Seal();
        _staking.Chain.Seal();
        Assert.Equal(first, DutyOf(1));
    }

    [Fact]
    public void The_last_block_that_a_duty_names_takes_the_value_and_the_one_after_it_does_not()
    {
        _staking.ElectThree();
        RevealDuty duty = DutyOf(1)!;
        Reveal first = _staking.RevealOf(1);
        Reveal second = _staking.RevealOf(2);
        _staking.Chain.SealUntil(duty.LastHeight - 1);
        _staking.Chain.MustDo(_staking[1], first);
        Assert.Equal(duty.LastHeight, _staking.State.Height);

        _staking.Fails(StakingError.RevealWrong, 2, second);
        Assert.Equal(duty.Era + 1, _staking.State.Era.Index);
    }

    [Fact]
    public void Nothing_is_owed_when_every_block_to_come_is_of_the_next_era()
    {
        _staking.ElectThree();
        _staking.Chain.SealUntil(_staking.State.Era.End - 1);
        Assert.Null(DutyOf(1));
    }

    [Fact]
    public void Who_is_bound_to_nothing_or_whose_chain_is_over_owes_nothing()
    {
        // Account 0 validates from the genesis on, and has never committed to a chain.
        Assert.Null(DutyOf(0));
        _staking.ElectThree();
        Assert.NotNull(DutyOf(1));
        Assert.Null(RevealDuty.Of(_staking.State, _staking[4].Id));
        while (_staking.State.Era.Index <= _staking.Validator(1).ChainLast)
            _staking.EndEra(1, 2, 3);
        Assert.Null(DutyOf(1));
    }

    public void Dispose() => _staking.Dispose();

    private RevealDuty? DutyOf(int account) => RevealDuty.Of(_staking.State, _staking[account].Id);
}
