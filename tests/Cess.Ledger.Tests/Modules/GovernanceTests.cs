using Cess.Ledger.Blocks;
using Cess.Ledger.Modules;
using Cess.Ledger.Modules.Balances;
using Cess.Ledger.Modules.Chain;
using Cess.Ledger.Modules.Governance;
using Cess.Ledger.Modules.Staking;
using Cess.Primitives;

namespace Cess.Ledger.Tests.Modules;

public sealed class GovernanceTests : IDisposable
{
    private const uint VotingBlocks = 5;

    /// <summary>Accounts 1, 2 and 3 validate; three approvals are two thirds.</summary>
    private readonly StakingFixture _staking = new(p => p with { EraBlocks = 100 }, votingBlocks: VotingBlocks);

    public GovernanceTests() => _staking.ElectThree();

    private TestChain Chain => _staking.Chain;

    private ChainParameters Changed => Chain.State.Parameters with { TransactionFee = new Balance(7) };

    private ulong Soon => Chain.State.Height + 1 + VotingBlocks;

    public void Dispose() => _staking.Dispose();

    [Fact]
    public void Two_thirds_of_the_validators_change_the_parameters_at_the_proposed_height()
    {
        ulong at = Soon + 2;
        ChainParameters changed = Changed;
        Receipt receipt = Propose(1, new ChangeParameters(changed), at);
        Assert.Equal(new Proposed(0, _staking[1].Id, at), Assert.Single(receipt.Events));
        Chain.MustDo(_staking[2], new Vote(0, true));
        Receipt last = Chain.MustDo(_staking[3], new Vote(0, true));
        Assert.Equal(new Voted(0, _staking[3].Id, true), Assert.Single(last.Events));
        Assert.Equal(3, Chain.State.Proposal(0)!.Approvals.Length);

        Chain.SealUntil(at - 1);
        Assert.NotEqual(changed, Chain.State.Parameters);
        // The block that enacts is still under the parameters of its parent.
        Receipt old = Chain.MustDo(_staking[5], new Transfer(_staking[6].Id, new Balance(1)));
        Assert.Equal(Balance.Zero, old.Fee);
        Assert.Equal(new Enacted(0, _staking[1].Id), Assert.Single(Chain.Last!.StartEvents));
        Assert.Equal(changed, Chain.State.Parameters);
        Assert.Equal(new Balance(7), Chain.MustDo(_staking[5], new Transfer(_staking[6].Id, new Balance(1))).Fee);
        Assert.Empty(Chain.State.Proposals());
    }

    [Fact]
    public void Too_few_approvals_change_nothing()
    {
        ulong at = Soon + 3;
        Propose(1, new ChangeParameters(Changed), at);
        Chain.MustDo(_staking[2], new Vote(0, true));
        Chain.MustDo(_staking[3], new Vote(0, true));
        Chain.MustDo(_staking[2], new Vote(0, false));
        ChainParameters before = Chain.State.Parameters;
        Chain.SealUntil(at);
        Assert.Equal(new ProposalDropped(0, _staking[1].Id, ProposalEnd.VotesInsufficient), Assert.Single(Chain.Last!.StartEvents));
        Assert.Equal(before, Chain.State.Parameters);
    }

    [Fact]
    public void Who_is_no_validator_any_more_does_not_count()
    {
        ulong at = Chain.State.Era.End + 3;
        Propose(2, new ChangeParameters(Changed), at);
        Chain.MustDo(_staking[1], new Vote(0, true));
        Chain.MustDo(_staking[3], new Vote(0, true));
        Replace(1, by: 4);
        Assert.DoesNotContain(_staking[1].Id, Chain.State.EraMembers().Accounts);
        Chain.SealUntil(at);
        Assert.Equal(ProposalEnd.VotesInsufficient, Assert.IsType<ProposalDropped>(Assert.Single(Chain.Last!.StartEvents)).Reason);
    }

    [Fact]
    public void What_former_validators_have_proposed_takes_no_place_any_more()
    {
        ulong at = Chain.State.Height + LedgerLimits.EnactmentBlocksMax;
        Propose(1, new SpendTreasury(_staking[7].Id, Balance.OneToken), at);
        Propose(2, new SpendTreasury(_staking[7].Id, Balance.OneToken), at);
        Propose(1, new SpendTreasury(_staking[7].Id, Balance.OneToken), at);
        Replace(1, by: 4);
        Assert.Equal<GovernanceEvent>(
            [new ProposalDropped(0, _staking[1].Id, ProposalEnd.ProposerLeft), new ProposalDropped(2, _staking[1].Id, ProposalEnd.ProposerLeft)],
            Chain.Last!.StartEvents.OfType<GovernanceEvent>());
        Assert.Equal([1u], Chain.State.Proposals().Select(p => p.Id));
        _staking.EndEra();
        Assert.NotNull(Chain.State.Proposal(1));
    }

    [Fact]
    public void Of_two_changes_approved_at_once_the_second_is_outdated()
    {
        ulong at = Soon + 5;
        Propose(1, new ChangeParameters(Changed), at);
        Propose(2, new ChangeParameters(Changed with { FeePerByte = new Balance(1) }), at);
        Approve(0, 2, 3);
        Approve(1, 1, 3);
        Chain.SealUntil(at);
        Assert.Equal<LedgerEvent>(
            [new Enacted(0, _staking[1].Id), new ProposalDropped(1, _staking[2].Id, ProposalEnd.Outdated)], Chain.Last!.StartEvents);
        Assert.Equal(Balance.Zero, Chain.State.Parameters.FeePerByte);
    }

    [Fact]
    public void The_treasury_pays_what_is_approved_if_it_can()
    {
        Chain.MustDo(_staking[5], new Transfer(TestChain.Treasury, Balance.FromTokens(100)));
        ulong at = Soon + 5;
        Propose(1, new SpendTreasury(_staking[7].Id, Balance.FromTokens(70)), at);
        Propose(2, new SpendTreasury(_staking[7].Id, Balance.FromTokens(70)), at);
        Approve(0, 2, 3);
        Approve(1, 1, 3);
        Chain.SealUntil(at);
        Assert.Equal<LedgerEvent>(
            [new Enacted(0, _staking[1].Id), new ProposalDropped(1, _staking[2].Id, ProposalEnd.FundsInsufficient)], Chain.Last!.StartEvents);
        Assert.Equal(Balance.FromTokens(30), Chain.State.Account(TestChain.Treasury).Free);
        Assert.Equal(Balance.FromTokens(1_070), Chain.State.Account(_staking[7].Id).Free);
        Assert.Equal(Chain.State.Supply, Chain.Supply());
    }

    [Fact]
    public void Proposals_are_made_by_validators_in_time_and_not_too_many()
    {
        _staking.Fails(GovernanceError.NotValidator, 5, new Propose(new ChangeParameters(Changed), Soon));
        _staking.Fails(GovernanceError.EnactmentOutOfBounds, 1, new Propose(new ChangeParameters(Changed), Soon - 1));
        _staking.Fails(GovernanceError.EnactmentOutOfBounds, 1, new Propose(new ChangeParameters(Changed), 0));
        _staking.Fails(GovernanceError.EnactmentOutOfBounds, 1, new Propose(new ChangeParameters(Changed), Soon + LedgerLimits.EnactmentBlocksMax));
        _staking.Fails(GovernanceError.AmountZero, 1, new Propose(new SpendTreasury(_staking[7].Id, Balance.Zero), Soon));
        Propose(1, new ChangeParameters(Changed), Soon + 50);
        Propose(1, new ChangeParameters(Changed), Soon + 50);
        _staking.Fails(GovernanceError.ProposalsTooMany, 1, new Propose(new ChangeParameters(Changed), Soon));
        _staking.Fails(GovernanceError.ProposalOfOtherAccount, 2, new Retract(1));
        Chain.MustDo(_staking[1], new Retract(1));
        Assert.Equal([0u], Chain.State.Proposals().Select(p => p.Id));
        _staking.Fails(GovernanceError.ProposalUnknown, 1, new Retract(1));
        _staking.Fails(GovernanceError.ProposalUnknown, 2, new Vote(1, true));
        _staking.Fails(GovernanceError.VoteUnchanged, 1, new Vote(0, true));
        _staking.Fails(GovernanceError.VoteUnchanged, 2, new Vote(0, false));
        _staking.Fails(GovernanceError.NotValidator, 5, new Vote(0, true));
        Propose(1, new ChangeParameters(Changed), Soon + 50);
        Assert.NotNull(Chain.State.Proposal(2));
    }

    [Fact]
    public void Parameters_that_break_a_rule_are_no_proposal()
    {
        Call call = new Propose(new ChangeParameters(Changed with { BlockWeight = LedgerLimits.BlockWeightMin - 1 }), Soon);
        Assert.False(Scale.TryDecode<Call>(Scale.Encode(call), out _, out ScaleError error));
        Assert.Equal(ScaleError.InvalidValue, error);
    }

    [Fact]
    public void A_lone_validator_decides_alone_and_a_new_era_length_counts_from_the_next_era_on()
    {
        using StakingFixture lone = new(votingBlocks: 1);
        ChainParameters changed = lone.State.Parameters with { Staking = lone.State.Parameters.Staking with { EraBlocks = 3 } };
        lone.Chain.MustDo(lone[0], new Propose(new ChangeParameters(changed), 2));
        lone.Chain.Seal();
        Assert.Equal((changed, 10ul), (lone.State.Parameters, lone.State.Era.End));
        lone.EndEra();
        Assert.Equal((10ul, 13ul), (lone.State.Era.Start, lone.State.Era.End));
    }

    /// <summary>Ends the era; in the next, another account has a validator's seat.</summary>
    private void Replace(int account, int by)
    {
        _staking.MakeCandidate(by);
        Chain.MustDo(_staking[account], new Chill());
        _staking.EndEra();
    }

    private void Approve(uint proposal, params int[] accounts)
    {
        foreach (int account in accounts)
            Chain.Queue(_staking[account], new Vote(proposal, true));
        Assert.All(Chain.Seal().Receipts, r => Assert.Null(r.Error));
    }

    private Receipt Propose(int account, ProposedChange change, ulong at) => Chain.MustDo(_staking[account], new Propose(change, at));
}
