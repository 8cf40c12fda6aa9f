using Cess.Consensus.Evidence;
using Cess.Consensus.Messages;
using Cess.Consensus.Simplex;
using Cess.Consensus.Tests.Simulation;
using Cess.Primitives;

namespace Cess.Consensus.Tests;

public sealed class EvidenceTests
{
    private static readonly Hash256 s_one = Hash256.Sha256("one"u8);
    private static readonly Hash256 s_other = Hash256.Sha256("other"u8);
    private static readonly FakeKeys s_keys = new(4);

    [Fact]
    public void Two_blocks_notarised_by_one_validator_are_reported()
    {
        Rig rig = new(4);
        int voter = rig.Other(1);
        rig.ReceiveVote(voter, VoteKind.Notarise, 1, s_one);
        AssertReport(rig, voter, rig.ReceiveVote(voter, VoteKind.Notarise, 1, s_other));
    }

    [Fact]
    public void Two_blocks_finalised_by_one_validator_are_reported()
    {
        Rig rig = new(4);
        int voter = rig.Other(1);
        rig.ReceiveVote(voter, VoteKind.Finalise, 1, s_one);
        AssertReport(rig, voter, rig.ReceiveVote(voter, VoteKind.Finalise, 1, s_other));
    }

    [Theory]
    [InlineData(VoteKind.Dummy, VoteKind.Finalise)]
    [InlineData(VoteKind.Finalise, VoteKind.Dummy)]
    public void The_dummy_and_a_finalisation_by_one_validator_are_reported(VoteKind first, VoteKind second)
    {
        Rig rig = new(4);
        int voter = rig.Other(1);
        rig.ReceiveVote(voter, first, 1, first == VoteKind.Dummy ? default : s_one);
        AssertReport(rig, voter, rig.ReceiveVote(voter, second, 1, second == VoteKind.Dummy ? default : s_one));
    }

    [Fact]
    public void Two_proposals_of_one_leader_are_reported()
    {
        Rig rig = new(4);
        (ProposalMessage first, int leader) = rig.Propose(1, 1);
        (ProposalMessage second, _) = rig.Propose(1, 2);
        rig.Receive(leader, first);
        AssertReport(rig, leader, rig.Receive(rig.Other(2), second));
    }

    [Fact]
    public void A_vote_in_a_notarisation_counts_as_evidence_too()
    {
        Rig rig = new(4);
        int voter = rig.Other(1);
        rig.ReceiveVote(voter, VoteKind.Notarise, 1, s_other);
        ConsensusEffect[] effects = rig.Receive(rig.Other(2), rig.Notarise(1, s_one));
        AssertReport(rig, voter, [.. effects.OfType<ReportEquivocation>()]);
    }

    [Fact]
    public void A_block_and_then_the_dummy_is_what_honest_validators_do_when_time_is_up()
    {
        Rig rig = new(4);
        int voter = rig.Other(1);
        rig.ReceiveVote(voter, VoteKind.Notarise, 1, s_one);
        Assert.Empty(rig.ReceiveVote(voter, VoteKind.Dummy, 1, default));
    }

    [Fact]
    public void A_contradiction_with_a_wrong_signature_accuses_nobody()
    {
        Rig rig = new(4);
        int voter = rig.Other(1);
        rig.ReceiveVote(voter, VoteKind.Notarise, 1, s_one);
        Vote forged = rig.Vote(voter, VoteKind.Notarise, 1, s_other) with { Signature = FakeKeys.Garbage(1) };
        Assert.Equal([new RefuseMessage(voter, ConsensusError.SignatureInvalid)], rig.Receive(voter, new VoteMessage(forged)));
    }

    [Fact]
    public void A_validator_is_reported_once_an_iteration()
    {
        Rig rig = new(4);
        int voter = rig.Other(1);
        rig.ReceiveVote(voter, VoteKind.Notarise, 1, s_one);
        Assert.NotEmpty(rig.ReceiveVote(voter, VoteKind.Notarise, 1, s_other));
        Assert.Empty(rig.ReceiveVote(voter, VoteKind.Notarise, 1, Hash256.Sha256("third"u8)));
        Assert.Empty(rig.ReceiveVote(voter, VoteKind.Finalise, 1, s_one));
    }

    [Fact]
    public void Evidence_is_the_same_whoever_saw_which_first()
    {
        Vote one = new(1, VoteKind.Notarise, 9, s_one, default);
        Vote other = one with { Block = s_other };
        Assert.Equal(EquivocationEvidence.Of(one, other), EquivocationEvidence.Of(other, one));
        SignedProposal proposal = new(9, 8, s_one, s_other, default);
        SignedProposal later = proposal with { ParentIteration = 7 };
        Assert.Equal(EquivocationEvidence.Of(2, proposal, later), EquivocationEvidence.Of(2, later, proposal));
    }

    [Fact]
    public void Evidence_without_a_contradiction_or_with_a_wrong_signature_proves_nothing()
    {
        Hash256 genesis = Hash256.Sha256("genesis"u8);
        Vote one = Sign(new Vote(1, VoteKind.Notarise, 9, s_one, default));
        Vote other = Sign(new Vote(1, VoteKind.Notarise, 9, s_other, default));
        PublicKey key = s_keys.Validators.Keys[1];
        var right = (VoteEquivocation)EquivocationEvidence.Of(one, other);
        Assert.Equal(ConsensusError.None, right.Verify(genesis, key, s_keys.Verify));
        Assert.Equal(ConsensusError.SignatureInvalid, right.Verify(genesis, s_keys.Validators.Keys[2], s_keys.Verify));
        Assert.Equal(ConsensusError.SignatureInvalid, right.Verify(Hash256.Sha256("other chain"u8), key, s_keys.Verify));
        Assert.Equal(ConsensusError.NoEquivocation, new VoteEquivocation(one, one).Verify(genesis, key, s_keys.Verify));
        EquivocationEvidence later = EquivocationEvidence.Of(one, Sign(other with { Iteration = 10 }));
        Assert.Equal(ConsensusError.NoEquivocation, later.Verify(genesis, key, s_keys.Verify));
        VoteEquivocation swapped = right with { First = right.Second, Second = right.First };
        Assert.Equal(ConsensusError.NoEquivocation, swapped.Verify(genesis, key, s_keys.Verify));

        Vote Sign(Vote vote) => vote with { Signature = FakeKeys.Sign(1, vote.Digest(genesis)) };
    }

    [Fact]
    public void An_equivocator_in_a_network_is_named()
    {
        for (int seed = 0; seed < 40; seed++)
        {
            World world = new World(new Scenario(4, seed) { Byzantine = 1, Attack = Attack.VotesForAll }).Run();
            Assert.Equal(world.Byzantine, world.Promises.Accused);
        }
    }

    private static void AssertReport(Rig rig, int accused, ConsensusEffect[] effects)
    {
        EquivocationEvidence evidence = Assert.IsType<ReportEquivocation>(Assert.Single(effects)).Evidence;
        Assert.Equal((accused, 1UL), (evidence.Validator, evidence.Iteration));
        Assert.Equal(ConsensusError.None, evidence.Verify(rig.Era.Genesis, rig.Era.Validators.Keys[accused], s_keys.Verify));
        Assert.Equal(evidence, Scale.Decode<EquivocationEvidence>(Scale.Encode(evidence)));
    }
}
