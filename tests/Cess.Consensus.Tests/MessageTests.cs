using Cess.Consensus.Messages;
using Cess.Consensus.Simplex;
using Cess.Consensus.Tests.Simulation;
using Cess.Ledger.Blocks;
using Cess.Primitives;

namespace Cess.Consensus.Tests;

/// <summary>One machine's answer to one message at a time.</summary>
public sealed class MessageTests
{
    [Fact]
    public void Final_blocks_that_are_not_are_refused()
    {
        Rig rig = new(4);
        Block first = Lockstep.MakeBlock(1, rig.Tip, 1);
        Block second = Lockstep.MakeBlock(2, first.Header.ComputeHash(), 1);
        FinalBlocks right = new([first], [second.Header], rig.Certify(5, second.Header.ComputeHash()));
        int peer = rig.Other(1);
        BlockHeader forged = first.Header with { TransactionsRoot = default };
        Certificate ofFirst = right.Certificate with { BlockHash = first.Header.ComputeHash() };
        Certificate ofForged = rig.Certify(5, forged.ComputeHash());
        AssertRefused(ConsensusError.BlocksUnlinked, right with { Links = [] });
        AssertRefused(ConsensusError.BlocksUnlinked, right with { Blocks = [Lockstep.MakeBlock(1, rig.Tip, 2)] });
        AssertRefused(ConsensusError.SignatureInvalid, right with { Links = [], Certificate = ofFirst });
        AssertRefused(ConsensusError.TransactionsMismatch, new FinalBlocks([new Block(forged, [])], [], ofForged));
        ConsensusEffect[] effects = rig.Receive(rig.Other(2), right);
        FinaliseBlocks final = Assert.Single(effects.OfType<FinaliseBlocks>());
        Assert.Equal((first.Header, null), (Assert.Single(final.Blocks).Header, final.Certificate));
        Assert.Contains(effects, effect => effect is SendMessage { Message: FinalBlocksRequest { Above: 1 } });
        Assert.Equal((5UL, 6UL, 1UL), (rig.Machine.FinalIteration, rig.Machine.Iteration, rig.Machine.FinalHeight));
        effects = rig.Receive(rig.Other(2), new FinalBlocks([second], [], right.Certificate));
        Assert.Equal(right.Certificate.BlockHash, Assert.Single(effects.OfType<FinaliseBlocks>()).Certificate!.BlockHash);

        void AssertRefused(ConsensusError error, FinalBlocks answer) =>
            Assert.Equal([new RefuseMessage(peer, error)], rig.Receive(peer, answer));
    }

    [Fact]
    public void A_certificate_that_is_known_is_kept_with_its_votes_whoever_sends_it_again_with_fewer()
    {
        Rig rig = new(4);
        Block block = Lockstep.MakeBlock(1, rig.Tip, 1);
        Certificate right = rig.Certify(5, block.Header.ComputeHash());
        rig.Receive(rig.Other(2), new FinalisationMessage(right));
        ConsensusEffect[] effects = rig.Receive(rig.Other(1), new FinalBlocks([block], [], right with { Votes = right.Votes[..1] }));
        Assert.Equal<CertificateVote>([.. right.Votes], [.. Assert.Single(effects.OfType<FinaliseBlocks>()).Certificate!.Votes]);
    }

    [Fact]
    public void Final_blocks_on_another_chain_halt_the_machine()
    {
        Rig rig = new(4);
        Block other = Lockstep.MakeBlock(1, Hash256.Sha256("another"u8), 1);
        FinalBlocks answer = new([other], [], rig.Certify(5, other.Header.ComputeHash()));
        Assert.IsType<HaltConsensus>(Assert.Single(rig.Receive(rig.Other(1), answer)));
    }

    [Fact]
    public void Without_a_vote_of_its_own_a_machine_follows_what_is_final()
    {
        FakeKeys keys = new(4);
        Rig others = new(4);
        SimplexSettings settings = new(Self: null, 100, _ => throw new InvalidOperationException(), keys.Verify);
        SimplexMachine machine = new(others.Era, settings, new FinalPoint(0, others.Tip, 0), []);
        machine.Start(0);
        (ProposalMessage proposal, int leader) = others.Propose(1, 1);
        machine.Receive(leader, proposal, 0);
        Assert.DoesNotContain(machine.Tick(1000), effect => effect is BroadcastMessage { Message: VoteMessage });
        machine.Receive(leader, new NotarisationMessage(others.Notarise(1, proposal.Proposal.Block)), 1000);
        FinalisationMessage finalisation = new(others.Certify(1, proposal.Proposal.Block));
        IReadOnlyList<ConsensusEffect> effects = machine.Receive(leader, finalisation, 1000);
        Assert.Equal(proposal.Block!.Header, Assert.Single(Assert.Single(effects.OfType<FinaliseBlocks>()).Blocks).Header);
    }

    [Fact]
    public void A_proposal_over_iterations_that_this_validator_has_not_seen_is_asked_for_and_then_voted_for()
    {
        Rig rig = new(4);
        ulong iteration = rig.Era.LeaderOf(4) == rig.Self ? 5UL : 4UL;
        rig.Receive(rig.Other(1), rig.Notarise(iteration - 1, null));
        Assert.Equal(iteration, rig.Machine.Iteration);
        (ProposalMessage proposal, int leader) = rig.Propose(iteration, 1);
        Assert.Contains(new SendMessage(leader, new NotarisationsRequest(1, iteration - 1)), rig.Receive(leader, proposal));
        ConsensusEffect[] effects = [];
        for (ulong passed = 1; passed < iteration - 1; passed++)
            effects = rig.Receive(leader, rig.Notarise(passed, null));
        CheckBlock check = effects.OfType<CheckBlock>().Single();
        Assert.Contains(rig.Machine.BlockChecked(check.Hash, BlockVerdict.Valid, 0), IsVoteToNotarise);
    }

    [Fact]
    public void Time_outs_double_as_long_as_nothing_becomes_final_and_are_short_again_afterwards()
    {
        Rig rig = new(4);
        List<long> waits = [];
        for (ulong iteration = 1; iteration <= 40; iteration++)
        {
            rig.Receive(rig.Other(1), rig.Notarise(iteration, null));
            waits.Add(rig.NextTimeout());
        }

        Assert.Equal(300, waits[0]);
        Assert.Equal(300 << ConsensusLimits.TimeoutDoublingsMax, waits[^1]);
        Assert.Equal(waits.Order(), waits);
        rig.Receive(rig.Other(1), new FinalisationMessage(rig.Certify(50, Hash256.Sha256("block"u8))));
        Assert.Equal(51UL, rig.Machine.Iteration);
        Assert.Equal(300, rig.NextTimeout());
    }

    [Fact]
    public void Who_learns_the_newest_certificate_after_the_newest_iteration_waits_no_longer_than_others()
    {
        Rig rig = new(4);
        rig.Receive(rig.Other(1), rig.Notarise(40, null));
        Assert.Equal(41UL, rig.Machine.Iteration);
        rig.Receive(rig.Other(1), new FinalisationMessage(rig.Certify(39, Hash256.Sha256("block"u8))));
        Assert.Equal(41UL, rig.Machine.Iteration);
        Assert.Equal(300, rig.NextTimeout());
    }

    [Fact]
    public void A_vote_sent_by_another_is_refused()
    {
        Rig rig = new(4);
        ConsensusEffect[] effects = rig.Receive(rig.Other(1), new VoteMessage(rig.Vote(rig.Other(2), VoteKind.Dummy, 1, default)));
        Assert.Equal(Refusal(rig.Other(1), ConsensusError.VoterWrong), effects);
    }

    [Fact]
    public void Wrong_signatures_do_not_count_and_are_found_when_they_would()
    {
        Rig rig = new(4);
        rig.ReceiveVote(rig.Other(1), VoteKind.Dummy, 1, default);
        Vote wrong = rig.Vote(rig.Other(2), VoteKind.Dummy, 1, default) with { Signature = FakeKeys.Garbage(1) };
        Assert.Empty(rig.Receive(rig.Other(2), new VoteMessage(wrong)));
        Assert.Equal(Refusal(rig.Other(2), ConsensusError.SignatureInvalid), rig.ReceiveVote(rig.Other(3), VoteKind.Dummy, 1, default));
        Assert.Equal(1UL, rig.Machine.Iteration);
        rig.ReceiveVote(rig.Other(2), VoteKind.Dummy, 1, default);
        Assert.Equal(2UL, rig.Machine.Iteration);
    }

    [Fact]
    public void A_peer_that_sends_much_that_is_wrong_is_not_heard_until_the_next_iteration()
    {
        Rig rig = new(4);
        for (int i = 0; i < ConsensusLimits.InvalidMessagesMax; i++)
            Assert.NotEmpty(rig.Receive(rig.Other(1), new VoteMessage(rig.Vote(rig.Other(2), VoteKind.Dummy, 1, default))));
        Assert.Empty(rig.Receive(rig.Other(1), new VoteMessage(rig.Vote(rig.Other(2), VoteKind.Dummy, 1, default))));
        rig.Receive(rig.Other(2), rig.Notarise(1, null));
        Assert.NotEmpty(rig.Receive(rig.Other(1), new VoteMessage(rig.Vote(rig.Other(2), VoteKind.Dummy, 2, default))));
    }

    [Fact]
    public void A_notarisation_with_too_few_or_wrong_votes_is_refused()
    {
        Rig rig = new(4);
        Notarisation right = rig.Notarise(1, null);
        Assert.Equal(Refusal(rig.Other(1), ConsensusError.QuorumMissing), rig.Receive(rig.Other(1), right with { Votes = right.Votes[1..] }));
        Notarisation repeated = right with { Votes = [right.Votes[0], right.Votes[0], right.Votes[0]] };
        Assert.Equal(Refusal(rig.Other(1), ConsensusError.SignatureInvalid), rig.Receive(rig.Other(1), repeated));
        CertificateVote garbage = right.Votes[1] with { Signature = FakeKeys.Garbage(3) };
        Notarisation wrong = right with { Votes = right.Votes.SetItem(1, garbage) };
        Assert.Equal(Refusal(rig.Other(1), ConsensusError.SignatureInvalid), rig.Receive(rig.Other(1), wrong));
        Assert.Equal(1UL, rig.Machine.Iteration);
    }

    [Fact]
    public void A_validator_that_sees_a_vote_from_far_ahead_says_where_it_is_once_in_a_while()
    {
        Rig rig = new(4);
        VoteMessage vote = new(rig.Vote(rig.Other(1), VoteKind.Dummy, 2 + ConsensusLimits.FutureVotesMax, default));
        Assert.Equal([new SendMessage(rig.Other(1), new StatusMessage(1, 0, 0))], rig.Receive(rig.Other(1), vote));
        Assert.Empty(rig.Receive(rig.Other(1), vote));
    }

    [Fact]
    public void Requests_beyond_a_peers_budget_go_unanswered()
    {
        Rig rig = new(4);
        rig.Receive(rig.Other(1), rig.Notarise(1, null));
        for (int i = 0; i < ConsensusLimits.AnswersPerPeer; i++)
            Assert.IsType<SendMessage>(Assert.Single(rig.Receive(rig.Other(1), new NotarisationsRequest(1, 1))));
        Assert.Equal(Refusal(rig.Other(1), ConsensusError.TooManyRequests), rig.Receive(rig.Other(1), new NotarisationsRequest(1, 1)));
        Assert.IsType<SendMessage>(Assert.Single(rig.Receive(rig.Other(2), new NotarisationsRequest(1, 1))));
        rig.Now += Rig.DeltaMs;
        Assert.IsType<SendMessage>(Assert.Single(rig.Receive(rig.Other(1), new NotarisationsRequest(1, 1)).OfType<SendMessage>()));
    }

    [Fact]
    public void A_proposal_whose_block_is_not_what_was_signed_is_refused()
    {
        Rig rig = new(4);
        (ProposalMessage right, int leader) = rig.Propose(1, 1);
        Block block = right.Block!;
        Block other = block with { Header = block.Header with { TimeMs = 9 } };
        Assert.Equal(Refusal(leader, ConsensusError.BlockMismatch), rig.Receive(leader, right with { Block = other }));
        Assert.Equal(Refusal(leader, ConsensusError.BlockMismatch), rig.Receive(leader, right with { Block = null }));
        ProposalMessage unsigned = right with { Proposal = right.Proposal with { Signature = FakeKeys.Garbage(1) } };
        Assert.Equal(Refusal(leader, ConsensusError.SignatureInvalid), rig.Receive(leader, unsigned));
        Assert.Contains(rig.Receive(leader, right), effect => effect is CheckBlock);
    }

    [Fact]
    public void A_block_that_names_another_proposer_than_its_leader_is_refused()
    {
        Rig rig = new(4);
        BlockHeader header = Lockstep.MakeBlock(1, rig.Tip, 5).Header with { Proposer = new AccountId(Hash256.Sha256("other"u8)) };
        (ProposalMessage message, int leader) = rig.Propose(1, new Block(header, []));
        Assert.Equal(Refusal(leader, ConsensusError.ProposerWrong), rig.Receive(leader, message));
    }

    [Fact]
    public void A_block_whose_header_commits_to_other_transactions_is_refused()
    {
        Rig rig = new(4);
        BlockHeader header = Lockstep.MakeBlock(1, rig.Tip, 5).Header with { TransactionsRoot = Hash256.Sha256("others"u8) };
        (ProposalMessage message, int leader) = rig.Propose(1, new Block(header, []));
        Assert.Equal(Refusal(leader, ConsensusError.TransactionsMismatch), rig.Receive(leader, message));
    }

    [Theory]
    [InlineData(BlockVerdict.Valid)]
    [InlineData(BlockVerdict.Unwelcome)]
    [InlineData(BlockVerdict.Invalid)]
    public void A_block_gets_a_vote_when_it_was_found_valid_and_none_when_not(BlockVerdict verdict)
    {
        Rig rig = new(4);
        (ProposalMessage message, int leader) = rig.Propose(1, 1);
        CheckBlock check = rig.Receive(leader, message).OfType<CheckBlock>().Single();
        IReadOnlyList<ConsensusEffect> effects = rig.Machine.BlockChecked(check.Hash, verdict, rig.Now);
        Assert.Equal(verdict == BlockVerdict.Valid, effects.Any(IsVoteToNotarise));
        Assert.Equal(verdict == BlockVerdict.Invalid, effects.Contains(new RefuseMessage(leader, ConsensusError.BlockInvalid)));
    }

    [Fact]
    public void A_machine_halts_when_a_quorum_has_notarised_what_breaks_the_rules()
    {
        Rig rig = new(4);
        (ProposalMessage message, int leader) = rig.Propose(1, 1);
        CheckBlock check = rig.Receive(leader, message).OfType<CheckBlock>().Single();
        rig.Machine.BlockChecked(check.Hash, BlockVerdict.Invalid, rig.Now);
        Assert.IsType<HaltConsensus>(Assert.Single(rig.Receive(rig.Other(1), rig.Notarise(1, check.Hash))));
        Assert.True(rig.Machine.HasHalted);
        Assert.Empty(rig.Machine.Tick(1_000_000));
    }

    private static ConsensusEffect[] Refusal(int peer, ConsensusError error) => [new RefuseMessage(peer, error)];

    private static bool IsVoteToNotarise(ConsensusEffect effect) =>
        effect is BroadcastMessage { Message: VoteMessage { Vote.Kind: VoteKind.Notarise } };
}
