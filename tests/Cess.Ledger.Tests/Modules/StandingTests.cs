using Cess.Ledger.Modules.Chain;
using Cess.Ledger.Modules.Governance;
using Cess.Ledger.Modules.Staking;
using Cess.Ledger.Modules.Staking.Selection;
using Cess.Primitives;

namespace Cess.Ledger.Tests.Modules;

/// <summary>Proposals and validators as they are shown: by the rules by which they will be decided and punished.</summary>
public sealed class StandingTests
{
    private static readonly TestAccount[] s_accounts = [.. Enumerable.Range(0, 4).Select(number => new TestAccount(number))];

    private static readonly ValidatorSet s_set = new([.. s_accounts.Take(3).Select(account => account.Key.PublicKey)]);

    private static readonly ChainParameters s_parameters = new();

    [Fact]
    public void Only_approvals_of_the_eras_validators_count()
    {
        ProposalRecord proposal = new(
            4, s_accounts[0].Id, new SpendTreasury(s_accounts[3].Id, Balance.OneToken), 100, default, [s_accounts[0].Id, s_accounts[3].Id]);
        ProposalStanding standing = ProposalStanding.Of(proposal, s_parameters, s_set, EraMembers.OfGenesis(s_set));
        Assert.Equal((s_accounts[0].Id, 3, 3, false), (Assert.Single(standing.Approvals), standing.Needed, standing.Validators, standing.IsOutdated));
        Assert.Empty(standing.Changes);
    }

    [Fact]
    public void A_change_of_other_parameters_than_those_in_force_is_outdated()
    {
        ChainParameters then = s_parameters with { VotingBlocks = 7 };
        ChangeParameters change = new(then with { DealDeadlineBlocks = 8 });
        ProposalRecord proposal = new(4, s_accounts[0].Id, change, 100, Scale.Sha256(then), []);
        Assert.False(ProposalStanding.Of(proposal, then, s_set, EraMembers.OfGenesis(s_set)).IsOutdated);
        ProposalStanding standing = ProposalStanding.Of(proposal, s_parameters, s_set, EraMembers.OfGenesis(s_set));
        Assert.True(standing.IsOutdated);
        Assert.Equal([new("dealDeadlineBlocks", "600", "8"), new ParameterChange("votingBlocks", "1000", "7")], standing.Changes.AsEnumerable());
    }

    [Theory]
    [InlineData(new uint[] { 40, 40, 0 }, true)]
    [InlineData(new uint[] { 40, 40, 2 }, true)]
    [InlineData(new uint[] { 40, 40, 3 }, false)]
    [InlineData(new uint[] { 11, 11, 0 }, false)]
    [InlineData(new uint[] { 12, 12, 0 }, true)]
    public void Absent_is_who_has_proposed_less_than_a_tenth_of_eight_turns_or_more(uint[] blocks, bool isAbsent)
    {
        EraMembers members = EraMembers.OfGenesis(s_set) with { Blocks = [.. blocks] };
        Assert.Equal(isAbsent, members.IsAbsent(2, s_parameters.Staking.AbsencePermille));
        Assert.False(members.IsAbsent(0, s_parameters.Staking.AbsencePermille));
    }

    [Fact]
    public void Validators_stand_in_the_order_of_their_seats_and_candidates_once()
    {
        PublicKey key = s_accounts[1].Key.PublicKey;
        ValidatorRecord jailed = new(
            CandidateStatus.Jailed, 9, 50, new HashChainCommitment(s_accounts[1].Id, default, 0), 30, key, key, default, [], CreditRecord.Empty.Punish());
        ValidatorStandings standings = ValidatorStandings.Of(
            new EraRecord(3, 20, 40, default), s_parameters, s_set, EraMembers.OfGenesis(s_set), [s_accounts[0].Id, s_accounts[3].Id],
            account => account == s_accounts[3].Id ? new StakeRecord(Balance.OneToken, []) : null,
            account => account == s_accounts[1].Id ? jailed : null);

        Assert.Equal(s_accounts.Take(3).Select((account, index) => (account.Id, index, account.Key.PublicKey)),
            standings.Validators.Select(validator => (validator.Account, validator.Seat!.Index, validator.Seat.Key)));
        Assert.Equal((9ul, 1u), (standings.Validators[1].Record!.JailedUntil, standings.Validators[1].Record!.Credit.Punishments));
        ValidatorStanding candidate = Assert.Single(standings.Candidates);
        Assert.Equal((s_accounts[3].Id, Balance.OneToken, null), (candidate.Account, candidate.Stake, candidate.Seat));
    }
}
