using Cess.Consensus.Evidence;
using Cess.Consensus.Messages;
using Cess.Primitives;

namespace Cess.Consensus.Simplex;

/// <summary>What a validator knows, and has said, of one iteration.</summary>
internal sealed class Round(ConsensusEra era, ulong iteration, VerifySignature verify)
{
    private VoteBox?[] _boxes = new VoteBox?[3];
    private HashSet<int>? _accused;

    public ulong Iteration => iteration;

    /// <summary>The leader's first proposal, and the notarised one if that is another.</summary>
    public List<SignedProposal> Proposals { get; } = [];

    /// <summary>Proof that the block may be built upon.</summary>
    public Notarisation? Block { get; private set; }

    /// <summary>Proof that the iteration may be passed over.</summary>
    public Notarisation? Dummy { get; private set; }

    public Vote? OwnNotarise { get; private set; }

    public Vote? OwnDummy { get; private set; }

    public Vote? OwnFinalise { get; private set; }

    /// <summary>True if this validator, leading, has signed a proposal.</summary>
    public bool HasProposed { get; set; }

    /// <summary>True if the first proposal is among the records.</summary>
    public bool IsPersisted { get; set; }

    public bool IsNotarised => Block is not null || Dummy is not null;

    /// <summary>Votes of a kind; null once they were dropped.</summary>
    public VoteBox? Votes(VoteKind kind) =>
        _boxes.Length == 0 ? null : _boxes[(int)kind] ??= new VoteBox(era, kind, iteration, verify);

    public void Learn(Notarisation notarisation)
    {
        if (notarisation.Block.HasValue)
            Block = notarisation;
        else
            Dummy = notarisation;
    }

    public void Remember(Vote own)
    {
        Votes(own.Kind)?.AddOwn(own);
        switch (own.Kind)
        {
            case VoteKind.Notarise:
                OwnNotarise = own;
                break;
            case VoteKind.Dummy:
                OwnDummy = own;
                break;
            default:
                OwnFinalise = own;
                break;
        }
    }

    /// <summary>True the first time for a validator: one piece of evidence an iteration is enough.</summary>
    public bool Accuse(int validator) => (_accused ??= []).Add(validator);

    public bool IsAccused(int validator) => _accused?.Contains(validator) == true;

    /// <summary>Keeps what the votes came to, and the notarised proposal.</summary>
    public void DropVotes()
    {
        _boxes = [];
        Proposals.RemoveAll(proposal => proposal.Block != Block?.Block);
    }
}
