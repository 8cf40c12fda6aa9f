using System.Collections.Immutable;
using Cess.Consensus.Messages;
using Cess.Ledger.Blocks;
using Cess.Ledger.Modules.Balances;
using Cess.Ledger.Transactions;
using Cess.Primitives;
using Cess.Simulation.World;

namespace Cess.Simulation.Faults;

/// <summary>
/// What a validator does that keeps to no rule but that it can't forge others' signatures: changes, adds and keeps back messages of the
/// software that it runs.
/// </summary>
internal sealed class Attacker(SimulatedWorld world, SimulatedNode node)
{
    private static readonly TimeSpan s_late = TimeSpan.FromSeconds(10);
    private readonly Dice _dice = new(world.Seed, $"attacker {node.Index}");
    private readonly Hash256 _genesis = world.Genesis.ComputeHash();
    private Plot? _plot;

    public void Send(SimulatedNode to, ConsensusMessage message)
    {
        if (Does(FaultKind.Withholding, 0.1))
            return;
        TimeSpan late = Does(FaultKind.LateVotes, 0.2) ? _dice.Between(TimeSpan.Zero, s_late) : TimeSpan.Zero;
        foreach (ConsensusMessage sent in Rewrite(message))
            Post(to, Scale.Encode(sent), late);
    }

    /// <summary>What it gives to one who follows.</summary>
    public FinalBlocks Rewrite(FinalBlocks blocks) => Does(FaultKind.CatchUpLie, 0.5) ? Lie(blocks) : blocks;

    private bool Does(FaultKind attack, double probability)
    {
        bool does = world.IsTroubled && world.Swarm.Contains(attack) && _dice.Chance(probability);
        if (does)
            world.Count(attack);
        return does;
    }

    private void Post(SimulatedNode to, byte[] bytes, TimeSpan late)
    {
        world.Network.SendRaw(node, to, bytes, late);
        if (!Does(FaultKind.Garbage, 0.05))
            return;
        byte[] garbage = _dice.Chance(0.5) ? _dice.Bytes(_dice.Between(1, 200)) : [.. bytes];
        garbage[_dice.Next(garbage.Length)] ^= (byte)_dice.Between(1, 255);
        world.Network.SendRaw(node, to, garbage);
    }

    private IEnumerable<ConsensusMessage> Rewrite(ConsensusMessage message) => message switch
    {
        ProposalMessage { Block: { } block } proposal when block.Header.Proposer == node.Validator.Id => [Repropose(proposal, block)],
        VoteMessage vote => Contradict(vote),
        FinalBlocks blocks => [Rewrite(blocks)],
        StatusMessage status when Does(FaultKind.CatchUpLie, 0.2) => [status with { FinalHeight = status.FinalHeight + (ulong)_dice.Next(100) }],
        _ => [message],
    };

    private ProposalMessage Repropose(ProposalMessage proposal, Block block)
    {
        ulong iteration = proposal.Proposal.Iteration;
        if (_plot?.Iteration != iteration)
            _plot = MakePlot(iteration, proposal, block);
        return _plot.Other is null || (_plot.IsForSome && _dice.Chance(0.5)) ? proposal : _plot.Other;
    }

    /// <summary>A second block goes to some; one that breaks a rule, or leaves something out, to all, so that it could come through.</summary>
    private Plot MakePlot(ulong iteration, ProposalMessage proposal, Block block)
    {
        if (Does(FaultKind.Equivocation, 0.4))
            return new Plot(iteration, Sign(proposal, block with { Header = block.Header with { TimeMs = block.Header.TimeMs + 1 } }), IsForSome: true);
        if (Does(FaultKind.ForgedBlock, 0.4) && Forge(block.Header) is { } forged)
            return new Plot(iteration, Sign(proposal, forged), IsForSome: false);
        if (Does(FaultKind.Censorship, 0.4) && Censor(block) is { } censored)
            return new Plot(iteration, Sign(proposal, censored), IsForSome: false);
        return Does(FaultKind.InvalidBlock, 0.4)
            ? new Plot(iteration, Sign(proposal, block with { Header = block.Header with { StateRoot = Hash256.Sha256(_dice.Bytes(4)) } }), IsForSome: false)
            : new Plot(iteration, null, IsForSome: false);
    }

    /// <summary>A block that is right but for a transfer to the attacker that nobody has signed; null where it does not know the state.</summary>
    private Block? Forge(BlockHeader header)
    {
        if (node.Head is not { } state || state.BlockHash != header.Parent)
            return null;
        ActorKey victim = ActorKeys.Of("client 0");
        var unsigned = new UnsignedTransaction(
            _genesis, victim.Id, state.Account(victim.Id).Nonce, header.Height + 10, Balance.Zero, new Transfer(node.Validator.Id, new Balance(1)));
        SignedTransaction forged = SignedTransaction.Assemble(unsigned, node.Validator.Sign(Scale.Sha256(unsigned)), revealedKey: null);
        world.Chain.Forged(forged.Id);
        return BlockExecutor.Execute(state, new BlockContext(header.TimeMs, header.Proposer), [forged]).Block;
    }

    /// <summary>A block that is right but lacks what one account has sent; null where there is nothing, or it does not know the state.</summary>
    private Block? Censor(Block block)
    {
        if (block.Transactions.IsEmpty || node.Head is not { } state || state.BlockHash != block.Header.Parent)
            return null;
        AccountId victim = block.Transactions[_dice.Next(block.Transactions.Length)].Unsigned.Account;
        SignedTransaction[] others = [.. block.Transactions.Where(transaction => transaction.Unsigned.Account != victim)];
        world.Chain.Censored(block.Transactions.Except(others).Select(transaction => transaction.Id));
        return BlockExecutor.Execute(state, new BlockContext(block.Header.TimeMs, block.Header.Proposer), others).Block;
    }

    private ProposalMessage Sign(ProposalMessage proposal, Block block)
    {
        SignedProposal signed = proposal.Proposal with { Block = block.Header.ComputeHash(), Signature = default };
        return new ProposalMessage(signed with { Signature = node.Validator.Sign(signed.Digest(_genesis)) }, block);
    }

    private IEnumerable<ConsensusMessage> Contradict(VoteMessage message)
    {
        yield return message;
        Vote vote = message.Vote;
        if (!Does(FaultKind.ContradictoryVotes, 0.2))
            yield break;
        Hash256 block = _plot is { Other: { } other } plot && plot.Iteration == vote.Iteration ? other.Proposal.Block : vote.Block;
        foreach (VoteKind kind in Enum.GetValues<VoteKind>())
        {
            Hash256 about = kind == VoteKind.Dummy ? default : block;
            if (kind == VoteKind.Dummy || !block.IsZero)
                yield return new VoteMessage(new Vote(vote.Validator, kind, vote.Iteration, about, node.Validator.Sign(Vote.Digest(kind, _genesis, vote.Iteration, about))));
        }
    }

    private FinalBlocks Lie(FinalBlocks blocks)
    {
        Certificate certificate = blocks.Certificate;
        switch (_dice.Next(3))
        {
            case 0:
                return blocks with { Certificate = certificate with { Votes = certificate.Votes.RemoveAt(_dice.Next(certificate.Votes.Length)) } };
            case 1:
                int at = _dice.Next(blocks.Blocks.Length);
                Block changed = blocks.Blocks[at] with { Transactions = ImmutableArray<SignedTransaction>.Empty };
                return blocks with { Blocks = blocks.Blocks.SetItem(at, changed) };
            default:
                Block last = blocks.Blocks[^1] with { Header = blocks.Blocks[^1].Header with { TimeMs = blocks.Blocks[^1].Header.TimeMs + 1 } };
                return blocks with { Blocks = blocks.Blocks.SetItem(blocks.Blocks.Length - 1, last), Certificate = certificate with { BlockHash = last.Header.ComputeHash() } };
        }
    }

    /// <summary>What it has in mind for an iteration that it leads.</summary>
    /// <param name="Iteration">Which one.</param>
    /// <param name="Other">Instead of what its software proposes; null for nothing.</param>
    /// <param name="IsForSome">Whether others get what its software proposes.</param>
    private sealed record Plot(ulong Iteration, ProposalMessage? Other, bool IsForSome);
}
