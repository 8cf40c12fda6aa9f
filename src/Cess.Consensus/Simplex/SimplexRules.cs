using Cess.Consensus.Messages;

namespace Cess.Consensus.Simplex;

/// <summary>
/// What safety rests on, in one place: what an honest validator may sign, and what it remembers. docs/consensus.md proves
/// agreement from these. Tests break them one by one to see that the simulation finds out.
/// </summary>
internal class SimplexRules
{
    public static readonly SimplexRules Protocol = new();

    /// <summary>Votes that notarise or finalise. Two quorums have an honest validator in common.</summary>
    public virtual int Quorum(ConsensusEra era) => era.Validators.Quorum;

    /// <summary>One block an iteration.</summary>
    public virtual bool MayNotarise(Round round) => round.OwnNotarise is null;

    /// <summary>Never the dummy after finalising.</summary>
    public virtual bool MayPass(Round round) => round.OwnDummy is null && round.OwnFinalise is null;

    /// <summary>Never finalise after the dummy.</summary>
    public virtual bool MayFinalise(Round round) => round.OwnFinalise is null && round.OwnDummy is null;

    /// <summary>One proposal an iteration.</summary>
    public virtual bool MayPropose(Round round) => !round.HasProposed;

    /// <summary>Only on a notarised parent, and over iterations that passed.</summary>
    public virtual bool IsJustified(Rounds rounds, SignedProposal proposal) => rounds.FindMissing(proposal) is null;

    /// <summary>Everything that is signed is remembered first.</summary>
    public virtual bool MustPersist(ConsensusRecord record) => true;
}
