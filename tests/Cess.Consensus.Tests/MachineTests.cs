using Cess.Consensus.Evidence;
using Cess.Consensus.Messages;
using Cess.Consensus.Simplex;
using Cess.Consensus.Tests.Simulation;
using Cess.Ledger.Blocks;
using Cess.Ledger.Modules.Chain;
using Cess.Primitives;

namespace Cess.Consensus.Tests;

public sealed class MachineTests
{
    [Fact]
    public void A_validator_alone_finalises_at_once_without_timers_or_records()
    {
        using PrivateKey key = Key(1);
        using PublicKeyCache cache = new();
        ConsensusEra era = Lockstep.EraOf(new ValidatorSet([key.PublicKey]));
        Block tip = Lockstep.Genesis(era);
        SimplexMachine machine = new(
            era, new SimplexSettings(0, 100, key.Sign, cache.Verify), new FinalPoint(0, tip.Header.ComputeHash(), 0), []);
        IReadOnlyList<ConsensusEffect> effects = machine.Start(0);
        LightClient client = new(era.Genesis, new EraRecord(0, 0, 1_000, Hash256.Zero), era.Validators, cache);
        for (ulong height = 1; height <= 20; height++)
        {
            ProposeBlock propose = Assert.IsType<ProposeBlock>(effects[^1]);
            Assert.Equal((height, tip.Header.ComputeHash()), (propose.Height, propose.Parent));
            tip = Lockstep.MakeBlock(height, propose.Parent, 1);
            Assert.Empty(machine.NothingToPropose(propose.Iteration, 0));
            effects = machine.BlockBuilt(propose.Iteration, tip, 0);
            Assert.Equal(2, effects.Count);
            FinaliseBlocks final = Assert.IsType<FinaliseBlocks>(effects[0]);
            Assert.Same(tip, Assert.Single(final.Blocks));
            Assert.Null(client.Verify(tip.Header, final.Certificate!));
        }
    }

    [Fact]
    public void A_validator_alone_restarts_after_its_last_certificate()
    {
        FakeKeys keys = new(1);
        ConsensusEra era = Lockstep.EraOf(keys.Validators);
        SimplexMachine machine = Alone(era, keys, new FinalPoint(7, era.Genesis, 12));
        Assert.Equal([new ProposeBlock(13, era.Genesis, 8)], machine.Start(0));
    }

    [Fact]
    public void Four_validators_with_real_keys_make_blocks_final_for_a_light_client()
    {
        PrivateKey[] keys = [.. Enumerable.Range(1, 4).Select(Key)];
        using PublicKeyCache cache = new();
        ConsensusEra era = Lockstep.EraOf(new ValidatorSet([.. keys.Select(key => key.PublicKey)]));
        Lockstep network = new(era, [.. keys.Select(key => (SignDigest)key.Sign)], _ => cache.Verify, height: 10);
        network.StartAll();
        LightClient client = new(era.Genesis, new EraRecord(0, 0, 1_000, Hash256.Zero), era.Validators, cache);
        for (int validator = 0; validator < 4; validator++)
        {
            Assert.Equal(11, network.Chain(validator).Count);
            Assert.Equal(network.Headers(0), network.Headers(validator));
            Assert.All(network.Chain(validator).Skip(1), entry => Assert.Null(client.Verify(entry.Block.Header, entry.Certificate!)));
        }

        foreach (PrivateKey key in keys)
            key.Dispose();
    }

    [Fact]
    public void No_signature_is_checked_twice_by_one_validator_and_none_of_its_own()
    {
        FakeKeys keys = new(7);
        ConsensusEra era = Lockstep.EraOf(keys.Validators);
        const int blocks = 20;
        var checks = new List<(PublicKey Key, Hash256, Signature)>[7];
        Lockstep network = new(
            era,
            Signers(keys, 7),
            validator =>
            {
                List<(PublicKey, Hash256, Signature)> own = checks[validator] = [];
                return (key, digest, signature) =>
                {
                    own.Add((key, digest, signature));
                    return keys.Verify(key, digest, signature);
                };
            },
            height: blocks);
        network.StartAll();
        Assert.Equal(blocks, network.Chain(3).Count - 1);
        for (int validator = 0; validator < 7; validator++)
        {
            Assert.Equal(checks[validator].Count, checks[validator].Distinct().Count());
            Assert.DoesNotContain(checks[validator], check => check.Key == era.Validators.Keys[validator]);
            // A proposal, and for a quorum of five with its own vote four others to notarise and four to finalise.
            Assert.InRange(checks[validator].Count, 1, blocks * (1 + 4 + 4));
        }
    }

    [Fact]
    public void Whatever_is_signed_is_persisted_before_it_is_sent()
    {
        FakeKeys keys = new(4);
        Lockstep network = new(Lockstep.EraOf(keys.Validators), Signers(keys, 4), _ => keys.Verify, height: 5);
        network.StartAll();
        network.Tick(1000);
        for (int validator = 0; validator < 4; validator++)
        {
            List<ConsensusRecord> persisted = [];
            foreach (ConsensusEffect effect in network.Effects(validator))
            {
                if (effect is PersistRecords persist)
                    persisted.AddRange(persist.Records);
                if (effect is BroadcastMessage { Message: VoteMessage { Vote: var vote } })
                    Assert.Contains(new CastVote(vote), persisted);
                if (effect is BroadcastMessage { Message: ProposalMessage { Proposal: var proposal } })
                    Assert.Contains(persisted, record => record is AcceptedProposal accepted && accepted.Proposal == proposal);
                if (effect is BroadcastMessage { Message: NotarisationMessage { Notarisation: var notarisation } })
                    Assert.Contains(new KnownNotarisation(notarisation), persisted);
            }
        }
    }

    [Fact]
    public void Without_a_quorum_no_more_is_remembered_however_long_it_takes()
    {
        Rig rig = new(4);
        (ProposalMessage message, int leader) = rig.Propose(1, salt: 1);
        rig.Receive(leader, message);
        List<ConsensusEffect> effects = [.. rig.Machine.BlockChecked(message.Proposal.Block, BlockVerdict.Valid, rig.Now)];
        for (int i = 0; i < 10_000; i++)
        {
            rig.Now += Rig.DeltaMs;
            effects.AddRange(rig.Tick());
        }

        Assert.Equal(
            [typeof(AcceptedProposal), typeof(CastVote), typeof(CastVote)],
            effects.OfType<PersistRecords>().SelectMany(persist => persist.Records).Select(record => record.GetType()));
    }

    [Fact]
    public void Blocks_are_persisted_once_and_again_after_their_record_was_forgotten()
    {
        Block first = Lockstep.MakeBlock(1, default, 1);
        Block second = Lockstep.MakeBlock(2, first.Header.ComputeHash(), 1);
        BlockTree tree = new(0, default);
        tree.Add(first.Header.ComputeHash(), first);
        tree.Add(second.Header.ComputeHash(), second);
        Assert.Equal([first.Header], Persist(first, 5, 0));
        Assert.Equal([second.Header], Persist(second, 6, 5));
        Assert.Equal([], Persist(second, 8, 6));
        Assert.Equal([first.Header, second.Header], Persist(second, 9, 7));

        IEnumerable<BlockHeader> Persist(Block block, ulong iteration, ulong forgotten) =>
            tree.TakeUnpersisted(block.Header.ComputeHash(), iteration, forgotten).Select(b => b.Header);
    }

    [Fact]
    public void Records_are_forgotten_when_their_blocks_are_final()
    {
        FakeKeys keys = new(4);
        Lockstep network = new(Lockstep.EraOf(keys.Validators), Signers(keys, 4), _ => keys.Verify, height: 30);
        network.StartAll();
        Assert.All(Enumerable.Range(0, 4), validator => Assert.InRange(network.Records(validator).Count, 1, 8));
    }

    [Fact]
    public void A_leader_that_is_down_costs_its_turn_and_no_more()
    {
        FakeKeys keys = new(4);
        Lockstep network = new(Lockstep.EraOf(keys.Validators), Signers(keys, 4), _ => keys.Verify, height: 9);
        network.Absent.Add(2);
        network.StartAll();
        for (int i = 0; i < 40; i++)
            network.Tick(Lockstep.DeltaMs);
        Assert.Equal(9, network.Chain(0).Count - 1);
    }

    [Fact]
    public void A_late_validator_gets_final_blocks_in_bounded_answers()
    {
        FakeKeys keys = new(4);
        const int blocks = 3 * ConsensusLimits.FinalBlocksMax;
        Lockstep network = new(Lockstep.EraOf(keys.Validators), Signers(keys, 4), _ => keys.Verify, height: blocks);
        network.Absent.Add(1);
        network.StartAll();
        for (int i = 0; i < 1000 && network.Chain(0).Count <= blocks; i++)
            network.Tick(Lockstep.DeltaMs);
        network.Absent.Clear();
        network.Start(1);
        for (int i = 0; i < 5; i++)
            network.Tick(Lockstep.DeltaMs);
        Assert.Equal(network.Headers(0), network.Headers(1));
        Assert.True(network.Effects(1).OfType<FinaliseBlocks>().All(final => final.Blocks.Length <= ConsensusLimits.FinalBlocksMax));
    }

    [Fact]
    public void A_leader_without_a_block_repeats_its_parent()
    {
        FakeKeys keys = new(4);
        Lockstep network = new(Lockstep.EraOf(keys.Validators), Signers(keys, 4), _ => keys.Verify, height: 0);
        network.StartAll();
        ulong before = network.Machines[0].FinalIteration;
        network.RepeatParent();
        Assert.Equal(before + 1, network.Machines[0].FinalIteration);
        Assert.All(network.Machines, machine => Assert.Equal(0UL, machine.FinalHeight));
        Assert.Contains(network.Effects(1), effect => effect is FinaliseBlocks { Blocks.IsEmpty: true, Certificate: not null });
    }

    [Fact]
    public void A_restarted_validator_remembers_a_certificate_that_came_with_no_block()
    {
        FakeKeys keys = new(4);
        Lockstep network = new(Lockstep.EraOf(keys.Validators), Signers(keys, 4), _ => keys.Verify, height: 3);
        network.StartAll();
        network.RepeatParent();
        network.RepeatParent();
        ulong before = network.Machines[2].FinalIteration;
        Assert.True(network.Chain(2).Max(entry => entry.Certificate?.Iteration ?? 0) < before);
        Assert.Equal(before, network.Create(2).FinalIteration);
        Assert.Equal(3UL, network.Create(2).FinalHeight);
    }

    [Fact]
    public void A_restarted_validator_goes_on_with_the_others()
    {
        FakeKeys keys = new(4);
        Lockstep network = new(Lockstep.EraOf(keys.Validators), Signers(keys, 4), _ => keys.Verify, height: 6);
        network.StartAll();
        network.Restart(2);
        for (int i = 0; i < 4; i++)
            network.Tick(Lockstep.DeltaMs);
        Assert.All(network.Machines, machine => Assert.Equal(network.Machines[0].Iteration, machine.Iteration));
        Assert.All(network.Machines, machine => Assert.False(machine.HasHalted));
    }

    [Fact]
    public void An_era_ends_with_its_last_block_and_the_next_goes_on_from_there()
    {
        FakeKeys keys = new(4);
        ConsensusEra era = Lockstep.EraOf(keys.Validators, lastHeight: 6);
        Lockstep network = new(era, Signers(keys, 4), _ => keys.Verify, height: ulong.MaxValue);
        network.StartAll();
        for (int validator = 0; validator < 4; validator++)
        {
            Assert.True(network.Machines[validator].HasEnded);
            Assert.Equal(7, network.Chain(validator).Count);
            EndEra end = Assert.Single(network.Effects(validator).OfType<EndEra>());
            Assert.Equal((6UL, network.Chain(0)[^1].Block.Header.ComputeHash()), (end.Height, end.Block));
        }

        ConsensusEra next = era with { Number = 1, LastHeight = ulong.MaxValue };
        Block tip = network.Chain(0)[^1].Block;
        ulong known = network.Chain(0)[^1].Certificate!.Iteration;
        SimplexSettings settings = new(0, 100, keys.SignerOf(0), keys.Verify);
        SimplexMachine machine = new(next, settings, new FinalPoint(6, tip.Header.ComputeHash(), known), network.Records(0));
        machine.Start(0);
        Assert.Equal(Iterations.BaseOf(1) + 1, machine.Iteration);
        Assert.Equal(Iterations.BaseOf(1), machine.FinalIteration);
    }

    [Fact]
    public void A_block_of_another_parent_than_asked_for_is_the_hosts_mistake()
    {
        FakeKeys keys = new(1);
        ConsensusEra era = Lockstep.EraOf(keys.Validators);
        SimplexMachine machine = Alone(era, keys, new FinalPoint(0, era.Genesis, 0));
        Assert.Throws<InvalidOperationException>(() => machine.Tick(0));
        machine.Start(0);
        Assert.Throws<ArgumentException>(() => machine.BlockBuilt(1, Lockstep.MakeBlock(1, default, 1), 0));
        Block block = Lockstep.MakeBlock(1, era.Genesis, 1);
        Block other = block with { Header = block.Header with { Proposer = new AccountId(era.Genesis) } };
        Assert.Throws<ArgumentException>(() => machine.BlockBuilt(1, other, 0));
        Assert.Empty(machine.BlockBuilt(2, Lockstep.MakeBlock(1, default, 1), 0));
    }

    private static SimplexMachine Alone(ConsensusEra era, FakeKeys keys, FinalPoint final) =>
        new(era, new SimplexSettings(0, 100, keys.SignerOf(0), keys.Verify), final, []);

    private static SignDigest[] Signers(FakeKeys keys, int count) => [.. Enumerable.Range(0, count).Select(keys.SignerOf)];

    private static PrivateKey Key(int number)
    {
        byte[] scalar = new byte[PrivateKey.ScalarSize];
        scalar[^1] = (byte)number;
        return PrivateKey.FromScalar(scalar);
    }
}
