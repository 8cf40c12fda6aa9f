using Cess.Consensus.Messages;
using Cess.Consensus.Simplex;
using Cess.Ledger.Blocks;

namespace Cess.Consensus.Tests;

/// <summary>A validator that has lost its records.</summary>
public sealed class AbstentionTests
{
    private const int Start = 1_000;
    private const int Tolerance = 10;
    private const int Late = Start + (2 * Tolerance) + 1;

    private readonly Rig _rig = new(4, new Abstention(Start, 0, Tolerance));

    [Fact]
    public void It_signs_and_remembers_nothing_whatever_comes()
    {
        List<ConsensusEffect> effects = [];
        for (ulong iteration = 1; iteration <= 12; iteration++)
        {
            (ProposalMessage proposal, int leader) = _rig.Propose(iteration, Lockstep.MakeBlock(1, _rig.Tip, Late + (int)iteration));
            if (leader != _rig.Self)
                effects.AddRange(_rig.Receive(leader, proposal));
            effects.AddRange(_rig.Machine.BlockChecked(proposal.Proposal.Block, BlockVerdict.Valid, _rig.Now));
            _rig.Now += 100 * Rig.DeltaMs;
            effects.AddRange(_rig.Tick());
            effects.AddRange(_rig.Receive(_rig.Other(1), _rig.Notarise(iteration, iteration % 2 == 0 ? null : proposal.Proposal.Block)));
        }

        Assert.True(_rig.Machine.IsAbstaining);
        Assert.Equal(13UL, _rig.Machine.Iteration);
        Assert.DoesNotContain(effects, effect => effect is PersistRecords or ProposeBlock);
        Assert.DoesNotContain(effects, effect => effect is BroadcastMessage { Message: VoteMessage or ProposalMessage });
    }

    [Fact]
    public void It_votes_after_a_block_that_nobody_can_have_voted_for_before_its_start_and_remembers_that_first()
    {
        ConsensusEffect[] effects = Finalise(1, Late, at: 1);

        Assert.False(_rig.Machine.IsAbstaining);
        PersistRecords first = Assert.IsType<PersistRecords>(effects[0]);
        Assert.Equal(1UL, Assert.IsType<KnownCertificate>(Assert.Single(first.Records)).Iteration);

        // In the iterations after that block's, and only there.
        Assert.Equal(3 * Rig.DeltaMs, _rig.NextTimeout());
        Assert.Equal(2UL, _rig.Machine.Iteration);
    }

    [Fact]
    public void Time_that_ran_out_while_it_could_not_vote_is_given_again()
    {
        _rig.Now = 10 * Rig.DeltaMs;
        _rig.Receive(_rig.Other(1), _rig.Notarise(1, null));
        _rig.Now = 20 * Rig.DeltaMs;
        _rig.Tick();
        (ProposalMessage proposal, int leader) = _rig.Propose(1, Lockstep.MakeBlock(1, _rig.Tip, Late));
        _rig.Receive(leader, _rig.Notarise(1, proposal.Proposal.Block));
        _rig.Receive(leader, proposal);
        _rig.Receive(leader, new FinalisationMessage(_rig.Certify(1, proposal.Proposal.Block)));

        Assert.False(_rig.Machine.IsAbstaining);
        Assert.Equal(2UL, _rig.Machine.Iteration);
        Assert.Equal(3 * Rig.DeltaMs, _rig.NextTimeout());
    }

    [Fact]
    public void A_block_that_may_be_older_than_its_start_does_not_end_it()
    {
        Finalise(1, Late - 1, at: 1);
        Assert.True(_rig.Machine.IsAbstaining);
        Assert.Equal(1UL, _rig.Machine.FinalHeight);
    }

    [Fact]
    public void A_block_from_the_future_does_not_end_it_since_then_its_own_clock_is_late()
    {
        Finalise(1, Late + 1_000, at: 999);
        Assert.True(_rig.Machine.IsAbstaining);
    }

    [Theory]
    [InlineData(1_020, 0, false)]
    [InlineData(1_021, 0, false)]
    [InlineData(1_021, 1, true)]
    [InlineData(1_500, 479, false)]
    [InlineData(1_500, 480, true)]
    [InlineData(1_500, 100_000, true)]
    [InlineData(900, 100_000, false)]
    public void What_ends_it_lies_two_tolerances_after_the_start_and_at_most_two_ahead_of_the_present(ulong header, long now, bool ends) =>
        Assert.Equal(ends, new Abstention(Start, 0, Tolerance).EndsWith(header, now));

    [Fact]
    public void The_notarisation_of_a_missing_ancestor_is_asked_for_and_then_the_ancestor()
    {
        var rig = new Rig(4);
        Block parent = Lockstep.MakeBlock(1, rig.Tip, 1);
        Block child = Lockstep.MakeBlock(2, parent.Header.ComputeHash(), 2);
        rig.Receive(rig.Other(1), rig.Notarise(2, null));
        ProposalMessage proposal = rig.Propose(3, child, parentIteration: 1).Message;
        rig.Receive(rig.Other(1), rig.Notarise(3, child.Header.ComputeHash()));
        rig.Receive(rig.Other(1), proposal);
        (ProposalMessage next, int nextLeader) = rig.Propose(4, Lockstep.MakeBlock(3, child.Header.ComputeHash(), 3), parentIteration: 3);

        // It may be this machine's turn, which needs the same.
        ConsensusEffect[] effects = nextLeader == rig.Self ? [] : rig.Receive(nextLeader, next);
        rig.Now += 2 * Rig.DeltaMs;
        effects = [.. effects, .. rig.Tick()];
        Assert.Contains(effects, effect => MessageOf(effect) is NotarisationsRequest { First: 1, Last: 1 });

        effects = rig.Receive(rig.Other(1), rig.Notarise(1, parent.Header.ComputeHash()));
        Assert.Contains(effects, effect => MessageOf(effect) is BlockRequest { ProposedIn: 1 } request && request.Block == parent.Header.ComputeHash());
    }

    private ConsensusEffect[] Finalise(ulong iteration, int headerTime, long at)
    {
        _rig.Now = at;
        (ProposalMessage proposal, int leader) = _rig.Propose(iteration, Lockstep.MakeBlock(1, _rig.Tip, headerTime));
        _rig.Receive(leader, proposal);
        return _rig.Receive(leader, new FinalisationMessage(_rig.Certify(iteration, proposal.Proposal.Block)));
    }

    private static ConsensusMessage? MessageOf(ConsensusEffect effect) => effect switch
    {
        SendMessage send => send.Message,
        BroadcastMessage broadcast => broadcast.Message,
        _ => null,
    };
}
