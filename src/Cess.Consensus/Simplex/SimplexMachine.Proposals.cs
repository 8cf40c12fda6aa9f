using System.Collections.Immutable;
using Cess.Consensus.Evidence;
using Cess.Consensus.Messages;
using Cess.Ledger.Blocks;
using Cess.Primitives;

namespace Cess.Consensus.Simplex;

/// <content>Proposals: making, taking and voting for them; and blocks that become final.</content>
public sealed partial class SimplexMachine
{
    private ulong _finalTimeMs;

    private void OnProposal(int from, ProposalMessage message)
    {
        SignedProposal proposal = message.Proposal;
        if (!IsOpen(proposal.Iteration) || proposal.Iteration > _iteration + ConsensusLimits.FutureProposalsMax)
            return;
        Round round = _rounds[proposal.Iteration];
        bool isNotarised = round.Block?.Block == proposal.Block;
        bool isKnown = round.Proposals.Exists(proposal.SaysTheSameAs);
        if (isKnown && (message.Block is null || _tree.Find(proposal.Block) is not null))
            return;

        // What comes too late to be voted for matters only if it is built upon, or shows that its leader contradicts itself.
        int leader = _era.LeaderOf(proposal.Iteration);
        bool isLate = proposal.Iteration < _iteration && round.Proposals.Count == 0;
        if (!isNotarised && (isLate || round.IsAccused(leader)))
            return;
        if (!isKnown && !_settings.Verify(_era.Validators.Keys[leader], proposal.Digest(_era.Genesis), proposal.Signature))
        {
            Refuse(from, ConsensusError.SignatureInvalid);
            return;
        }

        if (CheckBlockOf(message) is var error and not ConsensusError.None)
        {
            Refuse(from, error);
            return;
        }

        if (!isKnown && !TakeProposal(round, leader, proposal, isNotarised))
            return;
        if (message.Block is { } block)
            _tree.Add(proposal.Block, block);
    }

    /// <summary>True if the block of a new proposal is worth keeping.</summary>
    private bool TakeProposal(Round round, int leader, SignedProposal proposal, bool isNotarised)
    {
        if (round.Proposals.Count > 0)
            Accuse(round, EquivocationEvidence.Of((ushort)leader, round.Proposals[0], proposal));
        if (round.Proposals.Count > 0 && !isNotarised)
            return false;
        round.Proposals.RemoveRange(Math.Min(1, round.Proposals.Count), Math.Max(0, round.Proposals.Count - 1));
        round.Proposals.Add(proposal);
        return true;
    }

    /// <summary>Whether the block's bytes are those that were signed for. What they mean is for the host to check.</summary>
    private ConsensusError CheckBlockOf(ProposalMessage message)
    {
        SignedProposal proposal = message.Proposal;
        if (proposal.ParentIteration >= proposal.Iteration)
            return ConsensusError.ParentWrong;
        if (_tree.Find(proposal.Block) is { } known)
            return CheckHeader(proposal, known.Block.Header);
        if (message.Block is not { } block)
            return proposal.IsRepeat ? ConsensusError.None : ConsensusError.BlockMismatch;
        if (block.Header.ComputeHash() != proposal.Block)
            return ConsensusError.BlockMismatch;
        if (CheckHeader(proposal, block.Header) is var error and not ConsensusError.None)
            return error;
        return block.HasItsTransactions() ? ConsensusError.None : ConsensusError.TransactionsMismatch;
    }

    /// <summary>A repeated block is another leader's, on another parent.</summary>
    private ConsensusError CheckHeader(SignedProposal proposal, BlockHeader header)
    {
        if (proposal.IsRepeat)
            return ConsensusError.None;
        if (header.Parent != proposal.Parent)
            return ConsensusError.BlockMismatch;
        // Rewards and absences are counted by it.
        AccountId leader = _era.Accounts[_era.LeaderOf(proposal.Iteration)];
        return header.Proposer == leader ? ConsensusError.None : ConsensusError.ProposerWrong;
    }

    private void VoteForProposal()
    {
        if (!MaySign
            || _rounds.Find(_iteration) is not { Proposals: [var proposal, ..] } round
            || !_rules.MayNotarise(round))
        {
            return;
        }

        if (!_rules.IsJustified(_rounds, proposal))
        {
            AskForJustification(proposal);
            return;
        }

        if (!IsExecutable(proposal.Block) || (!proposal.IsRepeat && !IsWelcome(proposal.Block)))
            return;
        if (!round.IsPersisted)
            Accept(round, proposal);
        Cast(round, VoteKind.Notarise, proposal.Block);
    }

    private bool IsWelcome(Hash256 hash) =>
        _tree.Find(hash) is { State: BlockState.Valid } candidate && HasRoom(candidate.Height);

    private bool HasRoom(ulong height) =>
        height <= _era.LastHeight && height <= _tree.Height + ConsensusLimits.UnfinalisedBlocksMax;

    private void Accept(Round round, SignedProposal proposal)
    {
        round.IsPersisted = true;
        Persist(new AcceptedProposal(proposal, _tree.TakeUnpersisted(proposal.Block, proposal.Iteration, _reportedIteration)));
    }

    /// <summary>
    /// True if the host has the state after the block. If not, the host is asked to check the first block on the way whose parent
    /// it can execute, or a peer for the first one that is missing.
    /// </summary>
    private bool IsExecutable(Hash256 hash)
    {
        (Hash256 Hash, Candidate Candidate)? first = null;
        while (hash != _tree.Block)
        {
            if (_tree.Find(hash) is not { } candidate)
            {
                AskForBlock(hash, child: first?.Hash);
                return false;
            }

            if (candidate.State is BlockState.Valid or BlockState.Unwelcome)
                break;
            if (candidate.State != BlockState.Unchecked || candidate.Height <= _tree.Height)
                return false;
            first = (hash, candidate);
            hash = candidate.Parent;
        }

        if (first is not { } next)
            return true;
        next.Candidate.State = BlockState.Asked;
        _effects.Add(new CheckBlock(next.Hash, next.Candidate.Block));
        return false;
    }

    private void OnChecked(Hash256 hash, Candidate candidate, BlockVerdict verdict)
    {
        candidate.State = verdict switch
        {
            BlockVerdict.Valid => BlockState.Valid,
            BlockVerdict.Unwelcome => BlockState.Unwelcome,
            _ => BlockState.Invalid,
        };
        if (candidate.State != BlockState.Invalid)
            return;
        foreach (Round round in _rounds.All)
        {
            if (round.Block?.Block == hash)
                Halt($"Block {hash} is notarised in iteration {round.Iteration} and breaks the rules.");
            else if (round.Proposals is [var first, ..] && first.Block == hash)
                Refuse(_era.LeaderOf(round.Iteration), ConsensusError.BlockInvalid);
        }
    }

    private void AskForProposal()
    {
        if (!MaySign || _settings.Self != Leader || _asked is not null || !_rules.MayPropose(_rounds[_iteration]))
            return;
        if (_rounds.FindParent(_iteration, out ulong missing) is not { } parent)
        {
            const ulong span = ConsensusLimits.NotarisationsPerAnswer - 1;
            AskForNotarisations(Math.Max(_rounds.FinalIteration + 1, missing - Math.Min(missing, span)), missing);
            return;
        }

        if (!IsExecutable(parent.Block) || _tree.HeightOf(parent.Block) is not { } height)
            return;
        if (!HasRoom(height + 1))
        {
            Propose(parent.Iteration, parent.Block, block: null);
            return;
        }

        _asked = (_iteration, parent.Iteration, parent.Block, height + 1);
        _effects.Add(new ProposeBlock(_iteration, parent.Block, height + 1));
    }

    /// <summary>Proposes a block, or the parent again, and votes for it.</summary>
    private void Propose(ulong parentIteration, Hash256 parent, Block? block)
    {
        Hash256 hash = block?.Header.ComputeHash() ?? parent;
        if (block is not null)
            _tree.Add(hash, block).State = BlockState.Valid;
        if (IsAlone)
        {
            // Nobody waits for a proposal or a notarisation, and nobody but the durable chain remembers: the certificate is all.
            Signature vote = _settings.Sign(Certificate.VoteDigest(_era.Genesis, hash, _iteration));
            Finalise(new Certificate(hash, _iteration, [new CertificateVote(0, vote)]));
            return;
        }

        Round round = _rounds[_iteration];
        SignedProposal proposal = new(_iteration, parentIteration, parent, hash, default);
        proposal = proposal with { Signature = _settings.Sign(proposal.Digest(_era.Genesis)) };
        round.HasProposed = true;
        round.Proposals.Insert(0, proposal);
        Accept(round, proposal);
        Broadcast(new ProposalMessage(proposal, block));
        VoteForProposal();
    }

    /// <summary>Hands the host what is final, once all of it is here.</summary>
    private void Apply()
    {
        if (_certificate is not { } certificate || certificate.Iteration == _reportedIteration)
            return;
        List<Block> chain = [];
        for (Hash256 hash = certificate.BlockHash; hash != _tree.Block;)
        {
            if (_tree.Find(hash) is not { } candidate)
            {
                AskForFinalBlocks();
                return;
            }

            if (candidate.State == BlockState.Invalid || candidate.Height <= _tree.Height)
            {
                Halt($"Block {certificate.BlockHash} is final in {certificate.Iteration} and does not follow block {_tree.Block} by the rules.");
                return;
            }

            chain.Add(candidate.Block);
            hash = candidate.Parent;
        }

        chain.Reverse();
        Handover([.. chain], certificate);
    }

    /// <summary>Gives final blocks to the host, and forgets what they decide.</summary>
    private void Handover(ImmutableArray<Block> blocks, Certificate? certificate)
    {
        _effects.Add(new FinaliseBlocks(blocks, certificate));
        if (!blocks.IsEmpty)
        {
            _tree.Finalise(blocks[^1].Header.Height, certificate?.BlockHash ?? blocks[^1].Header.ComputeHash());
            _finalTimeMs = blocks[^1].Header.TimeMs;
        }

        if (certificate is null)
            return;
        EndAbstention();

        _reportedIteration = certificate.Iteration;
        if (!IsAlone)
            _effects.Add(new ForgetRecords(certificate.Iteration));
        ForgetBlocks();
        if (_tree.Height >= _era.LastHeight)
            End(certificate);
    }

    /// <summary>
    /// The block that has just become final may be the one that was waited for. The newest certificate is the first thing that is
    /// remembered: nothing is signed in iterations up to its own.
    /// </summary>
    private void EndAbstention()
    {
        if (_abstention?.EndsWith(_finalTimeMs, _now) != true)
            return;
        _abstention = null;
        Persist(new KnownCertificate(_certificate!));
        // Its time in this iteration may have run out while it could not vote for the dummy.
        StartClock();
    }

    /// <summary>Blocks of iterations that are over are needed only as long as a certificate's chain is not complete.</summary>
    private void ForgetBlocks()
    {
        if (_tree.Block != _rounds.FinalBlock)
            return;
        HashSet<Hash256> needed = [];
        foreach (Round round in _rounds.All)
        {
            foreach (SignedProposal proposal in round.Proposals)
                needed.Add(proposal.Block);
            if (round.Block?.Block is { } notarised)
                needed.Add(notarised);
        }

        _tree.Keep(needed.Contains);
    }

    private void End(Certificate certificate)
    {
        HasEnded = true;
        if (!IsAlone)
            Broadcast(new FinalisationMessage(certificate));
        _effects.Add(new EndEra(_tree.Height, _tree.Block));
    }
}
