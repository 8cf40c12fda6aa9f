using Cess.Ledger.Blocks;
using Cess.Primitives;

namespace Cess.Consensus.Messages;

/// <summary>
/// A leader's signed word: in this iteration, that block follows this notarised one, and all iterations between passed without
/// a block. If both blocks are the same, the leader adds none and gives the parent another chance to become final.
/// </summary>
/// <param name="Iteration">The leader's iteration.</param>
/// <param name="ParentIteration">
/// The iteration in which the parent was notarised, smaller; or that of the last final block.
/// </param>
/// <param name="Parent">Hash of the parent.</param>
/// <param name="Block">Hash of the proposed block.</param>
/// <param name="Signature">The leader's, over <see cref="Digest(Hash256)"/>.</param>
public sealed record SignedProposal(ulong Iteration, ulong ParentIteration, Hash256 Parent, Hash256 Block, Signature Signature)
    : IScaleValue<SignedProposal>
{
    /// <summary>True if no block is added to the parent.</summary>
    public bool IsRepeat => Block == Parent;

    /// <summary>What is signed.</summary>
    /// <param name="genesis">The chain.</param>
    public Hash256 Digest(Hash256 genesis) => Digest(genesis, Iteration, ParentIteration, Parent, Block);

    /// <summary>What is signed, as the ledger defines it: <see cref="ConsensusVotes.ProposalDigest"/>.</summary>
    public static Hash256 Digest(Hash256 genesis, ulong iteration, ulong parentIteration, Hash256 parent, Hash256 block) =>
        ConsensusVotes.ProposalDigest(genesis, iteration, block, new ProposedParent(parent, parentIteration));

    /// <summary>True if both say the same, whatever their signatures.</summary>
    public bool SaysTheSameAs(SignedProposal other) => Iteration == other.Iteration
        && ParentIteration == other.ParentIteration && Parent == other.Parent && Block == other.Block;

    /// <summary>Writes the fields in the order of their declaration.</summary>
    public void Encode(ScaleWriter writer)
    {
        writer.WriteCompact(Iteration);
        writer.WriteCompact(ParentIteration);
        writer.Write(Parent);
        writer.Write(Block);
        writer.Write(Signature);
    }

    /// <summary>Reads a proposal whose parent comes before it.</summary>
    public static SignedProposal Decode(ref ScaleReader reader)
    {
        int start = reader.Offset;
        SignedProposal proposal = new(
            reader.ReadCompactU64(),
            reader.ReadCompactU64(),
            Hash256.Decode(ref reader),
            Hash256.Decode(ref reader),
            Signature.Decode(ref reader));
        return proposal.ParentIteration < proposal.Iteration
            ? proposal
            : throw ScaleReader.Invalid(start, "the parent's iteration is not before the proposal's.");
    }
}
