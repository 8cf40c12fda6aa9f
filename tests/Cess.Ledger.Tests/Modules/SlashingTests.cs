using System.Collections.Immutable;
using Cess.Ledger.Blocks;
using Cess.Ledger.Modules.Balances;
using Cess.Ledger.Modules.Staking;
using Cess.Ledger.State;
using Cess.Primitives;

namespace Cess.Ledger.Tests.Modules;

public sealed class SlashingTests : IDisposable
{
    private static readonly Hash256 s_one = Hash256.Sha256([1]);
    private static readonly Hash256 s_other = Hash256.Sha256([2]);

    private readonly StakingFixture _staking = new(p => p with { EquivocationSlashPermille = 100 });

    public void Dispose() => _staking.Dispose();

    [Theory]
    [InlineData(ConsensusVoteKind.Notarise, 1, ConsensusVoteKind.Notarise, 2, true)]
    [InlineData(ConsensusVoteKind.Finalise, 1, ConsensusVoteKind.Finalise, 2, true)]
    [InlineData(ConsensusVoteKind.Finalise, 1, ConsensusVoteKind.Dummy, 0, true)]
    [InlineData(ConsensusVoteKind.Dummy, 0, ConsensusVoteKind.Finalise, 1, true)]
    [InlineData(ConsensusVoteKind.Notarise, 1, ConsensusVoteKind.Notarise, 1, false)]
    [InlineData(ConsensusVoteKind.Finalise, 1, ConsensusVoteKind.Finalise, 1, false)]
    [InlineData(ConsensusVoteKind.Notarise, 1, ConsensusVoteKind.Finalise, 2, false)]
    [InlineData(ConsensusVoteKind.Notarise, 1, ConsensusVoteKind.Dummy, 0, false)]
    [InlineData(ConsensusVoteKind.Dummy, 1, ConsensusVoteKind.Dummy, 2, false)]
    [InlineData(ConsensusVoteKind.Propose, 1, ConsensusVoteKind.Propose, 2, true)]
    [InlineData(ConsensusVoteKind.Propose, 1, ConsensusVoteKind.Propose, 1, false)]
    [InlineData(ConsensusVoteKind.Propose, 1, ConsensusVoteKind.Notarise, 2, false)]
    public void Votes_contradict_each_other_as_the_consensus_says(
        ConsensusVoteKind first, byte firstBlock, ConsensusVoteKind second, byte secondBlock, bool contradict)
    {
        SignedVote Vote(ConsensusVoteKind kind, byte block) => new(kind, block == 0 ? Hash256.Zero : Hash256.Sha256([block]), default);
        Assert.Equal(contradict, new EquivocationEvidence(default, default, 1, Vote(first, firstBlock), Vote(second, secondBlock)).IsContradiction());
    }

    [Fact]
    public void Who_votes_for_two_blocks_loses_with_its_nominators_and_goes_to_jail()
    {
        _staking.ElectThree();
        _staking.Chain.MustDo(_staking[6], new Bond(Tokens(500)));
        _staking.Chain.MustDo(_staking[6], new Nominate(_staking[1].Id, Tokens(400)));
        _staking.Chain.MustDo(_staking[6], new LeaveNomination(_staking[1].Id, Tokens(100).Units));
        _staking.Chain.MustDo(_staking[1], new Unbond(Tokens(50)));
        Balance treasury = _staking.State.Account(TestChain.Treasury).Free;

        Receipt receipt = _staking.Chain.MustDo(_staking[7], new ReportEquivocation(Evidence(Iteration)));
        Assert.Equal([new Slashed(_staking[1].Id, Tokens(60), SlashReason.Equivocation), new CandidateChanged(_staking[1].Id, CandidateStatus.Jailed)], receipt.Events.AsEnumerable());
        Assert.Equal(treasury + Tokens(60), _staking.State.Account(TestChain.Treasury).Free);
        StakeRecord stake = _staking.State.Stake(_staking[1].Id);
        Assert.Equal((Tokens(135), Tokens(45)), (stake.Active, stake.Unbonding.Single().Amount));
        Assert.Equal(Tokens(180), _staking.State.Account(_staking[1].Id).Reserved);
        Assert.Equal(Tokens(270), _staking.Validator(1).Pool.Tokens);
        Assert.Equal(Tokens(90), _staking.State.LeavingPool(_staking[1].Id, 3).Tokens);
        Assert.DoesNotContain(_staking[1].Id, _staking.State.Candidates());
        Assert.Equal(_staking.State.Supply, _staking.Chain.Supply());

        _staking.Fails(StakingError.AlreadyPunished, 7, new ReportEquivocation(Evidence(Iteration)));
        _staking.Fails(StakingError.Jailed, 1, new Validate(0, s_one, 5));
        _staking.Fails(StakingError.NotCandidate, 6, new Nominate(_staking[1].Id, Tokens(5)));
        _staking.Fails(StakingError.JailTermRuns, 1, new Unjail());
        _staking.Chain.MustDo(_staking[7], new ReportEquivocation(Evidence(Iteration + 1)));
    }

    [Fact]
    public void A_leader_that_proposes_twice_is_punished_also_for_one_block_behind_two_parents()
    {
        _staking.ElectThree();
        EquivocationEvidence evidence = Evidence(Iteration) with { First = Proposal(new ProposedParent(s_one, 3)), Second = Proposal(new ProposedParent(s_one, 4)) };
        Assert.False((evidence with { Second = evidence.First }).IsContradiction());
        _staking.Fails(StakingError.VoteInvalid, 7, new ReportEquivocation(evidence with { Second = evidence.Second with { Parent = new ProposedParent(s_one, 5) } }));
        _staking.Chain.MustDo(_staking[7], new ReportEquivocation(evidence));

        SignedVote Proposal(ProposedParent parent) => new(
            ConsensusVoteKind.Propose,
            s_other,
            _staking[1].Key.Sign(ConsensusVotes.ProposalDigest(_staking.State.Genesis, Iteration, s_other, parent)),
            parent);
    }

    [Fact]
    public void Stake_that_has_stood_for_a_seat_does_not_escape_into_another_pool()
    {
        _staking.ElectThree();
        _staking.MakeCandidate(4);
        _staking.Fails(StakingError.NominatorIsValidator, 1, new Nominate(_staking[4].Id, Tokens(50)));
        _staking.Chain.MustDo(_staking[1], new Nominate(_staking[1].Id, Tokens(50)));
        _staking.Chain.MustDo(_staking[1], new Chill());
        _staking.Fails(StakingError.NominatorIsValidator, 1, new Nominate(_staking[4].Id, Tokens(150)));

        Receipt receipt = _staking.Chain.MustDo(_staking[7], new ReportEquivocation(Evidence(Iteration)));
        Assert.Contains(new Slashed(_staking[1].Id, Tokens(20), SlashReason.Equivocation), receipt.Events);
    }

    [Fact]
    public void However_often_the_key_was_rotated_what_an_earlier_one_has_signed_is_punished()
    {
        const int UnbondingEras = 5;
        using StakingFixture staking = new(p => p with { UnbondingEras = UnbondingEras });
        staking.ElectThree();
        for (int rotation = 0; rotation < UnbondingEras; rotation++)
        {
            staking.Rotate(1, new TestAccount(90 + rotation));
            staking.EndEra();
        }

        staking.Chain.MustDo(staking[7], new ReportEquivocation(Evidence(staking, Iteration)));
        staking.Rotate(1, new TestAccount(99));
        staking.EndEra();
        staking.Fails(StakingError.EvidenceOutdated, 7, new ReportEquivocation(Evidence(staking, Iteration + 1)));
    }

    [Fact]
    public void Keys_of_a_seat_are_forgotten_when_their_evidence_would_be_too_old()
    {
        _staking.ElectThree();
        for (int rotation = 0; rotation < 5; rotation++)
        {
            _staking.Rotate(1, new TestAccount(90 + rotation));
            _staking.EndEra();
        }

        ImmutableArray<FormerKey> kept = new StakingState(new StateOverlay(_staking.State.Tree)).FormerKeys(_staking[1].Id);
        Assert.Equal(
            [new FormerKey(new TestAccount(92).Key.PublicKey, 4), new FormerKey(new TestAccount(93).Key.PublicKey, 5)], kept.AsEnumerable());
        Assert.Equal(6ul, _staking.State.Era.Index);
    }

    [Fact]
    public void A_replaced_key_accuses_of_nothing_after_its_last_era()
    {
        _staking.ElectThree();
        _staking.Rotate(1, new TestAccount(90));
        _staking.EndEra();
        _staking.Fails(StakingError.VoteInvalid, 7, new ReportEquivocation(Evidence((2ul << 40) + 7)));
        _staking.Chain.MustDo(_staking[7], new ReportEquivocation(Evidence(Iteration)));
    }

    [Fact]
    public void A_genesis_validator_that_bonds_answers_for_the_key_that_its_seat_has_whatever_key_its_account_has_by_then()
    {
        _staking.Rotate(0, new TestAccount(90));
        _staking.MakeCandidate(0);
        _staking.Chain.MustDo(_staking[7], new ReportEquivocation(Evidence(_staking, iteration: 7, account: 0)));
    }

    [Fact]
    public void Jail_ends_after_its_term_when_the_validator_asks_for_it()
    {
        _staking.ElectThree();
        _staking.Chain.MustDo(_staking[7], new ReportEquivocation(Evidence(Iteration)));
        _staking.EndEra();
        _staking.Fails(StakingError.JailTermRuns, 1, new Unjail());
        _staking.EndEra();
        _staking.Chain.MustDo(_staking[1], new Unjail());
        _staking.Chain.MustDo(_staking[1], new Validate(0, s_one, 5));
        Assert.Contains(_staking[1].Id, _staking.State.Candidates());
    }

    [Fact]
    public void Evidence_that_proves_nothing_is_refused()
    {
        _staking.ElectThree();
        EquivocationEvidence good = Evidence(Iteration);
        Refused(StakingError.ValidatorUnknown, good with { Validator = _staking[0].Id });
        Refused(StakingError.VotesCompatible, good with { Second = good.First });
        Refused(StakingError.VoteInvalid, good with { Validator = _staking[2].Id });
        Refused(StakingError.VoteInvalid, good with { Key = _staking[2].Key.PublicKey });
        Refused(StakingError.VoteInvalid, good with { Iteration = Iteration + 1 });
        Refused(StakingError.VoteInvalid, good with { First = good.First with { Block = Hash256.Sha256([3]) } });
        Refused(StakingError.VoteInvalid, good with { Second = good.Second with { Signature = good.First.Signature } });
        Refused(StakingError.EvidenceOutdated, Evidence(2ul << 40));
        _staking.EndEra();
        _staking.EndEra();
        Assert.Equal(3ul, _staking.State.Era.Index);
        Refused(StakingError.EvidenceOutdated, Evidence(1));
        _staking.Chain.MustDo(_staking[7], new ReportEquivocation(good));

        void Refused(StakingError error, EquivocationEvidence evidence) => _staking.Fails(error, 7, new ReportEquivocation(evidence));
    }

    [Fact]
    public void What_could_be_withdrawn_before_the_report_is_not_slashed()
    {
        _staking.ElectThree();
        _staking.Chain.MustDo(_staking[1], new Unbond(Tokens(50)));
        _staking.EndEra();
        _staking.EndEra();
        _staking.Chain.MustDo(_staking[7], new ReportEquivocation(Evidence((3ul << 40) + 1)));
        Assert.Equal(Tokens(50), _staking.State.Stake(_staking[1].Id).Unbonding.Single().Amount);
        _staking.Chain.MustDo(_staking[1], new Withdraw());
        Assert.Equal(_staking.State.Supply, _staking.Chain.Supply());
    }

    [Fact]
    public void Who_proposes_far_less_than_its_share_is_slashed_and_jailed()
    {
        using StakingFixture staking = new(p => p with { EraBlocks = 40, AbsencePermille = 500, AbsenceSlashPermille = 10 });
        staking.ElectThree();
        ExecutedBlock end = staking.EndEra(1, 2, 1, 2, 1, 2, 3);
        Slashed slashed = Assert.Single(end.StartEvents.OfType<Slashed>());
        Assert.Equal(new Slashed(staking[3].Id, Tokens(2), SlashReason.Absence), slashed);
        Assert.Equal(Tokens(198), staking.State.Stake(staking[3].Id).Active);
        Assert.Equal(CandidateStatus.Jailed, staking.Validator(3).Status);

        // Two candidates are too few to draw from: the set stays, the jailed one in it, and nobody is punished for the same jail again.
        Assert.Equal(3, staking.State.Validators.Keys.Length);
        Assert.Empty(staking.EndEra(1, 2).StartEvents.OfType<Slashed>());
    }

    [Fact]
    public void Few_turns_make_no_absence()
    {
        using StakingFixture staking = new(p => p with { AbsencePermille = 1_000 });
        staking.ElectThree();
        Assert.Empty(staking.EndEra(1).StartEvents.OfType<Slashed>());
    }

    [Fact]
    public void A_pool_slashed_to_nothing_can_be_left_with_nothing()
    {
        using StakingFixture staking = new(p => p with { EquivocationSlashPermille = 1_000 });
        staking.ElectThree();
        staking.Chain.MustDo(staking[6], new Bond(Tokens(500)));
        staking.Chain.MustDo(staking[6], new Nominate(staking[1].Id, Tokens(400)));
        staking.Chain.MustDo(staking[7], new ReportEquivocation(Evidence(staking, Iteration)));
        Assert.Equal(Balance.Zero, staking.Validator(1).Pool.Tokens);
        staking.Chain.MustDo(staking[6], new LeaveNomination(staking[1].Id, Tokens(400).Units));
        Assert.Null(staking.State.Nomination(staking[6].Id, staking[1].Id));
        Assert.Equal((default, staking.State.Supply), (staking.Validator(1).Pool, staking.Chain.Supply()));
    }

    private static ulong Iteration => (1ul << 40) + 7;

    private EquivocationEvidence Evidence(ulong iteration) => Evidence(_staking, iteration);

    private static EquivocationEvidence Evidence(StakingFixture staking, ulong iteration, int account = 1) => new(
        staking[account].Id,
        staking[account].Key.PublicKey,
        iteration,
        StakingFixture.Vote(ConsensusVoteKind.Notarise, staking[account], staking.State.Genesis, iteration, s_one),
        StakingFixture.Vote(ConsensusVoteKind.Notarise, staking[account], staking.State.Genesis, iteration, s_other));

    private static Balance Tokens(ulong tokens) => Balance.FromTokens(tokens);
}
