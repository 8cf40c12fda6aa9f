using System.Collections.Immutable;
using Cess.Consensus.Evidence;
using Cess.Consensus.Messages;
using Cess.Ledger.Blocks;
using Cess.Primitives;

namespace Cess.Consensus.Simplex;

/// <content>Votes, what they come to, and entering iterations.</content>
public sealed partial class SimplexMachine
{
    private readonly List<int> _wrong = [];

    /// <summary>Notarisations of how old iterations are still passed on: those that peers may be in.</summary>
    private const ulong RelayedIterations = 4;

    private int Quorum => _rules.Quorum(_era);

    private void OnVote(int from, Vote vote)
    {
        if (vote.Validator != from)
        {
            Refuse(from, ConsensusError.VoterWrong);
            return;
        }

        if (!IsOpen(vote.Iteration))
            return;
        if (vote.Iteration > _iteration + ConsensusLimits.FutureVotesMax)
        {
            AskWhereItIs(from);
            return;
        }

        Round round = _rounds[vote.Iteration];
        if (round.Votes(vote.Kind) is not { } box || round.IsAccused(from))
            return;
        switch (box.Add(vote, out Vote other))
        {
            case VoteBox.Outcome.Added:
                LookForContradiction(round, vote);
                CountVotes(round, vote.Kind, vote.Block);
                break;
            case VoteBox.Outcome.Contradiction:
                Accuse(round, EquivocationEvidence.Of(vote, other));
                break;
            case VoteBox.Outcome.Invalid:
                Refuse(from, ConsensusError.SignatureInvalid);
                CountVotes(round, vote.Kind, vote.Block);
                break;
        }
    }

    /// <summary>The dummy and a finalisation are in different boxes.</summary>
    private void LookForContradiction(Round round, Vote vote)
    {
        if (vote.Kind == VoteKind.Notarise)
            return;
        VoteKind opposite = vote.Kind == VoteKind.Dummy ? VoteKind.Finalise : VoteKind.Dummy;
        if (round.Votes(opposite)?.Confirmed(vote.Validator) is { } other
            && round.Votes(vote.Kind)?.Confirmed(vote.Validator) is { } confirmed)
        {
            Accuse(round, EquivocationEvidence.Of(confirmed, other));
        }
    }

    private void CountVotes(Round round, VoteKind kind, Hash256 block)
    {
        // A dummy and a block may both be notarised in one iteration; each once.
        bool isDecided = kind switch
        {
            VoteKind.Notarise => round.Block is not null,
            VoteKind.Dummy => round.Dummy is not null,
            _ => round.Iteration <= _rounds.FinalIteration,
        };
        if (isDecided || round.Votes(kind) is not { } box)
            return;

        ImmutableArray<CertificateVote>? votes = box.FindQuorum(block, Quorum, _wrong);
        foreach (int validator in _wrong)
            Refuse(validator, ConsensusError.SignatureInvalid);
        _wrong.Clear();
        if (votes is not { } quorum)
            return;
        if (kind == VoteKind.Finalise)
            Finalise(new Certificate(block, round.Iteration, quorum));
        else
            Learn(round, new Notarisation(round.Iteration, kind == VoteKind.Notarise ? block : null, quorum));
    }

    private void OnNotarisation(int from, Notarisation notarisation)
    {
        if (!IsOpen(notarisation.Iteration)
            || notarisation.Iteration > _rounds.FinalIteration + ConsensusLimits.UnfinalisedIterationsMax)
        {
            return;
        }

        Round round = _rounds[notarisation.Iteration];
        Notarisation? known = notarisation.Block.HasValue ? round.Block : round.Dummy;
        if (known is not null && known.Block == notarisation.Block)
            return;
        if (CheckVotes(from, round, notarisation.Kind, notarisation.Block ?? default, notarisation.Votes) is not { } votes)
            return;
        if (known is not null)
            Halt($"Two blocks are notarised in iteration {round.Iteration}: {known.Block} and {notarisation.Block}.");
        else
            Learn(round, notarisation with { Votes = votes });
    }

    private void OnFinalisation(int from, Certificate certificate)
    {
        if (IsOpen(certificate.Iteration) && CheckCertificate(from, certificate) is { } verified)
            Finalise(verified);
    }

    private Certificate? CheckCertificate(int from, Certificate certificate)
    {
        Round round = new(_era, certificate.Iteration, _settings.Verify);
        // Its votes may be in already, and checked.
        if (IsOpen(certificate.Iteration) && _rounds.Find(certificate.Iteration) is { } open)
            round = open;
        return CheckVotes(from, round, VoteKind.Finalise, certificate.BlockHash, certificate.Votes) is { } votes
            ? certificate with { Votes = votes }
            : null;
    }

    /// <summary>The votes if they are a quorum, each of them right; else the sender is refused.</summary>
    private ImmutableArray<CertificateVote>? CheckVotes(
        int from, Round round, VoteKind kind, Hash256 block, ImmutableArray<CertificateVote> votes)
    {
        if (votes.Length < Quorum)
        {
            Refuse(from, ConsensusError.QuorumMissing);
            return null;
        }

        VoteBox box = round.Votes(kind) ?? new VoteBox(_era, kind, round.Iteration, _settings.Verify);
        ImmutableArray<CertificateVote>.Builder right = ImmutableArray.CreateBuilder<CertificateVote>(votes.Length);
        int previous = -1;
        foreach (CertificateVote vote in votes)
        {
            Signature signature = vote.Signature;
            Vote? other = null;
            bool isRight = vote.Validator > previous && vote.Validator < _era.Count
                && box.Admit(vote.Validator, block, ref signature, out other);
            if (!isRight)
            {
                Refuse(from, ConsensusError.SignatureInvalid);
                return null;
            }

            previous = vote.Validator;
            Vote checkedVote = new(vote.Validator, kind, round.Iteration, block, signature);
            if (other is { } contradicting)
                Accuse(round, EquivocationEvidence.Of(checkedVote, contradicting));
            else
                LookForContradiction(round, checkedVote);
            right.Add(new CertificateVote(vote.Validator, signature));
        }

        return right.MoveToImmutable();
    }

    /// <summary>
    /// Takes note of a new notarisation and passes it on. If it is a block's, votes to finalise it, unless the dummy had this
    /// validator's vote. Then the next iteration begins.
    /// </summary>
    private void Learn(Round round, Notarisation notarisation)
    {
        if (notarisation.Block is { } notarised && _tree.Find(notarised) is { State: BlockState.Invalid })
        {
            Halt($"Block {notarised} is notarised in iteration {round.Iteration} and breaks the rules.");
            return;
        }

        round.Learn(notarisation);
        Persist(new KnownNotarisation(notarisation));
        if (round.Iteration + RelayedIterations >= _iteration)
            Broadcast(new NotarisationMessage(notarisation));
        if (notarisation.Block is { } block && MaySign && _rules.MayFinalise(round))
            Cast(round, VoteKind.Finalise, block);
        Enter(round.Iteration + 1);
    }

    /// <summary>Signs a vote, remembers it, and only then sends it.</summary>
    private void Cast(Round round, VoteKind kind, Hash256 block)
    {
        Vote vote = new((ushort)_settings.Self!.Value, kind, round.Iteration, block, default);
        vote = vote with { Signature = _settings.Sign(vote.Digest(_era.Genesis)) };
        round.Remember(vote);
        Persist(new CastVote(vote));
        Broadcast(new VoteMessage(vote));
        CountVotes(round, kind, block);
    }

    /// <summary>Takes a certificate that was checked.</summary>
    private void Finalise(Certificate certificate)
    {
        if (certificate.Iteration <= _rounds.FinalIteration)
            return;
        if (_rounds.Find(certificate.Iteration)?.Block is { } known && known.Block != certificate.BlockHash)
        {
            Halt($"Block {certificate.BlockHash} is final in {certificate.Iteration}, where {known.Block} is notarised.");
            return;
        }

        _certificate = certificate;
        _rounds.Finalise(certificate.Iteration, certificate.BlockHash);
        if (!IsAlone)
            Persist(new KnownCertificate(certificate));
        Enter(certificate.Iteration + 1);
    }

    private void Enter(ulong iteration)
    {
        if (iteration <= _iteration || iteration > _rounds.FinalIteration + ConsensusLimits.UnfinalisedIterationsMax)
            return;
        _iteration = iteration;
        _asked = null;
        StartClock();
        _peers.Forgive();
        foreach (Round round in _rounds.All)
        {
            if (round.Iteration + ConsensusLimits.PastVotesMax >= iteration)
                break;
            round.DropVotes();
        }
    }

    /// <summary>
    /// When to give up waiting. Who enters the newest iteration before it learns the newest certificate has waited for nothing so long:
    /// then the time-out is the shorter one at once.
    /// </summary>
    private long TimeoutAt
    {
        get
        {
            ulong unfinished = (_iteration - _rounds.FinalIteration - 1) / (ulong)_era.Count;
            int doublings = (int)Math.Min(unfinished, ConsensusLimits.TimeoutDoublingsMax);
            return _enteredAt + ((3 * _settings.DeltaMs) << doublings);
        }
    }

    private void StartClock()
    {
        _enteredAt = _now;
        _retryAt = _now + RetryMs;
        _hasTimedOut = false;
    }

    /// <summary>True for an iteration of this era that is not final yet.</summary>
    private bool IsOpen(ulong iteration) => _era.Has(iteration) && iteration > _rounds.FinalIteration && !HasEnded;
}
