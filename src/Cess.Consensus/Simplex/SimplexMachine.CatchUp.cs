using System.Collections.Immutable;
using Cess.Consensus.Messages;
using Cess.Ledger.Blocks;
using Cess.Primitives;

namespace Cess.Consensus.Simplex;

/// <content>What was lost or missed: time-outs, repetitions, questions and answers.</content>
public sealed partial class SimplexMachine
{
    private readonly HashSet<Hash256> _blocksAsked = [];
    private ulong _notarisationsAsked;
    private bool _finalAsked;
    private int _turn;

    private long RetryMs => 2 * _settings.DeltaMs;

    private void OnTime()
    {
        if (!_hasTimedOut && _now >= TimeoutAt)
        {
            _hasTimedOut = true;
            if (MaySign && _rounds[_iteration] is var round && _rules.MayPass(round))
                Cast(round, VoteKind.Dummy, default);
        }

        if (_now < _retryAt)
            return;
        _retryAt = _now + RetryMs;
        _blocksAsked.Clear();
        _notarisationsAsked = 0;
        _finalAsked = false;
        if (_hasTimedOut)
            Repeat();
    }

    /// <summary>
    /// Messages may have been lost: says again where this validator is, and what it has voted that still counts.
    /// </summary>
    private void Repeat()
    {
        Broadcast(Status());
        Round round = _rounds[_iteration];
        Vote? finalise = _rounds.All.LastOrDefault(earlier => earlier.OwnFinalise.HasValue)?.OwnFinalise;
        foreach (Vote? own in (ReadOnlySpan<Vote?>)[round.OwnNotarise, round.OwnDummy, finalise])
        {
            if (own is { } vote)
                Broadcast(new VoteMessage(vote));
        }
    }

    private StatusMessage Status() => new(_iteration, _rounds.FinalIteration, _tree.Height);

    /// <summary>Tells a peer that seems to be ahead where this validator is, so that it answers with what is missing.</summary>
    private void AskWhereItIs(int peer)
    {
        if (_peers.MayAsk(peer, _now))
            Send(peer, Status());
    }

    private void AskForJustification(SignedProposal proposal)
    {
        // What does not build on the final block never will be justified.
        ulong final = _rounds.FinalIteration;
        if (proposal.ParentIteration >= final && _rounds.FindMissing(proposal) is { } missing && missing > final)
            AskForNotarisations(missing, proposal.Iteration - 1, _era.LeaderOf(proposal.Iteration));
    }

    private void AskForNotarisations(ulong first, ulong last, int? whom = null)
    {
        if (_notarisationsAsked == _iteration)
            return;
        _notarisationsAsked = _iteration;
        if (whom is { } peer && peer != _settings.Self)
            Send(peer, new NotarisationsRequest(first, last));
        else
            Broadcast(new NotarisationsRequest(first, last));
    }

    /// <summary>Asks one of those who have a block, or first for the notarisation that says who they are.</summary>
    /// <param name="hash">The block.</param>
    /// <param name="child">One that follows it and is here.</param>
    private void AskForBlock(Hash256 hash, Hash256? child)
    {
        if (_rounds.All.LastOrDefault(round => round.Block?.Block == hash) is { } notarised)
        {
            if (_blocksAsked.Add(hash))
                Send(OneOf(notarised.Block!.Votes), new BlockRequest(notarised.Iteration, hash));
        }
        else if (child is { } known)
        {
            AskForParentOf(known);
        }
    }

    /// <summary>
    /// Who enters the newest iteration at once may lack what lies before it. The child's proposal names its parent's iteration; a proposal
    /// that repeats the child only bounds it.
    /// </summary>
    private void AskForParentOf(Hash256 child)
    {
        ulong open = _rounds.FinalIteration + 1;
        foreach (Round round in _rounds.All)
        {
            if (round.Proposals.Find(proposal => proposal.Block == child) is not { } proposal)
                continue;
            const ulong span = ConsensusLimits.NotarisationsPerAnswer - 1;
            ulong last = proposal.ParentIteration;
            if (last >= open)
                AskForNotarisations(proposal.IsRepeat ? Math.Max(open, last - Math.Min(last, span)) : last, last);
            return;
        }
    }

    private void AskForFinalBlocks()
    {
        if (_finalAsked || _certificate is null)
            return;
        _finalAsked = true;
        // Not only those who signed the certificate: to finalise a block one need not have it.
        int peer = _turn++ % _era.Count;
        Send(peer != _settings.Self ? peer : (peer + 1) % _era.Count, new FinalBlocksRequest(_tree.Height));
    }

    /// <summary>One of those who signed, another each time: who notarises a block has it.</summary>
    private int OneOf(ImmutableArray<CertificateVote> votes)
    {
        int at = _turn++ % votes.Length;
        return votes[at].Validator != _settings.Self || votes.Length == 1
            ? votes[at].Validator
            : votes[(at + 1) % votes.Length].Validator;
    }

    private void Answer(int from, ConsensusMessage request)
    {
        if (!_peers.MayAnswer(from, _now))
        {
            _effects.Add(new RefuseMessage(from, ConsensusError.TooManyRequests));
            return;
        }

        switch (request)
        {
            case StatusMessage status:
                AnswerStatus(from, status);
                break;
            case NotarisationsRequest wanted:
                AnswerNotarisations(from, wanted);
                break;
            case BlockRequest wanted:
                AnswerBlock(from, wanted);
                break;
            case FinalBlocksRequest wanted when wanted.Above < _tree.Height:
                _effects.Add(new ServeFinalBlocks(from, wanted.Above));
                break;
        }
    }

    private void AnswerStatus(int from, StatusMessage status)
    {
        SendCertificate(from, status.FinalIteration);
        if (HasEnded)
            return;
        // The newest is enough to enter the newest iteration. What lies between is asked for when it is needed.
        if (_rounds.All.LastOrDefault(round => round.IsNotarised) is { } newest && newest.Iteration >= status.Current)
            SendNotarisations(from, newest);
        bool isAhead = status.FinalIteration > _rounds.FinalIteration || status.Current > _iteration;
        if (isAhead && _era.Has(status.Current))
            AskWhereItIs(from);
    }

    private void AnswerNotarisations(int from, NotarisationsRequest wanted)
    {
        SendCertificate(from, wanted.First - 1);
        ulong first = Math.Max(wanted.First, _rounds.FinalIteration + 1);
        ulong last = Math.Min(wanted.Last, _iteration);
        int sent = 0;
        for (ulong iteration = first; iteration <= last && sent < ConsensusLimits.NotarisationsPerAnswer; iteration++)
        {
            if (_rounds.Find(iteration) is { IsNotarised: true } round)
            {
                SendNotarisations(from, round);
                sent++;
            }
        }
    }

    private void AnswerBlock(int from, BlockRequest wanted)
    {
        SendCertificate(from, wanted.ProposedIn - 1);
        if (_rounds.Find(wanted.ProposedIn)?.Proposals.Find(proposal => proposal.Block == wanted.Block) is { } proposal
            && _tree.Find(wanted.Block) is { } candidate)
        {
            Send(from, new ProposalMessage(proposal, candidate.Block));
        }
    }

    /// <summary>Sends the newest certificate to a peer whose own is of that iteration, if it is older.</summary>
    private void SendCertificate(int to, ulong known)
    {
        if (_certificate is not null && _certificate.Iteration > known)
            Send(to, new FinalisationMessage(_certificate));
    }

    private void SendNotarisations(int to, Round round)
    {
        if (round.Block is not null)
            Send(to, new NotarisationMessage(round.Block));
        if (round.Dummy is not null)
            Send(to, new NotarisationMessage(round.Dummy));
    }

    private void OnFinalBlocks(int from, FinalBlocks answer)
    {
        Certificate certificate = answer.Certificate;
        if (HasEnded || answer.Blocks[0].Header.Height != _tree.Height + 1 || !_era.Has(certificate.Iteration))
            return;
        if (!answer.AreLinked())
        {
            Refuse(from, ConsensusError.BlocksUnlinked);
            return;
        }

        // Cheap checks first: whoever sends what is not final has spent more on it than it costs here.
        // The own certificate is as good, and known to have its votes; those of this one nobody has counted.
        if (_certificate?.Iteration == certificate.Iteration && _certificate.BlockHash == certificate.BlockHash)
            certificate = _certificate;
        else if (CheckCertificate(from, certificate) is { } verified)
            certificate = verified;
        else
            return;

        if (answer.Blocks[0].Header.Parent != _tree.Block)
        {
            Halt($"Block {certificate.BlockHash} is final in {certificate.Iteration} and does not follow block {_tree.Block}.");
            return;
        }

        if (!answer.Blocks.All(block => block.HasItsTransactions()))
        {
            Refuse(from, ConsensusError.TransactionsMismatch);
            return;
        }

        Finalise(certificate);
        _finalAsked = false;
        Take(answer, certificate);
    }

    /// <summary>
    /// An older certificate than the newest one is worth handing over, too: the host stores it, and has it for others who are
    /// late.
    /// </summary>
    private void Take(FinalBlocks answer, Certificate certificate)
    {
        if (answer.Links.IsEmpty && certificate.Iteration > _reportedIteration)
            Handover(answer.Blocks, certificate);
        else
            Handover(answer.Blocks, certificate: null);
    }
}
