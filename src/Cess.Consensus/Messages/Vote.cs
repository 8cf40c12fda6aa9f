using Cess.Ledger.Blocks;
using Cess.Primitives;

namespace Cess.Consensus.Messages;

/// <summary>What a vote says; in numbers as <see cref="ConsensusVoteKind"/>.</summary>
public enum VoteKind : byte
{
    /// <summary>The block may follow its parent in this iteration. One block an iteration.</summary>
    Notarise = 0,

    /// <summary>
    /// The iteration may pass without a block: time is up. Allowed besides <see cref="Notarise"/>, never besides <see
    /// cref="Finalise"/>.
    /// </summary>
    Dummy = 1,

    /// <summary>The block is notarised, and this validator has not voted for the dummy, nor ever will.</summary>
    Finalise = 2,
}

/// <summary>One validator's signed statement about one iteration.</summary>
/// <param name="Validator">Its index in the era's validators.</param>
/// <param name="Kind">What it says.</param>
/// <param name="Iteration">Of which iteration.</param>
/// <param name="Block">Hash of which block; 32 zero bytes for the dummy.</param>
/// <param name="Signature">Over <see cref="Digest(Hash256)"/>.</param>
public readonly record struct Vote(ushort Validator, VoteKind Kind, ulong Iteration, Hash256 Block, Signature Signature)
    : IScaleValue<Vote>
{
    /// <summary>What is signed.</summary>
    /// <param name="genesis">The chain.</param>
    public Hash256 Digest(Hash256 genesis) => Digest(Kind, genesis, Iteration, Block);

    /// <summary>What is signed, as the ledger defines it: <see cref="ConsensusVotes.Digest"/>.</summary>
    public static Hash256 Digest(VoteKind kind, Hash256 genesis, ulong iteration, Hash256 block) =>
        ConsensusVotes.Digest((ConsensusVoteKind)kind, genesis, iteration, block);

    /// <summary>
    /// True if no honest validator signs both: two blocks in one iteration, or the dummy and a finalisation. Block and dummy
    /// together are no contradiction: who voted for a block may still run out of time.
    /// </summary>
    public bool Contradicts(Vote other) => Validator == other.Validator && Iteration == other.Iteration
        && (Kind == other.Kind
            ? Kind != VoteKind.Dummy && Block != other.Block
            : Kind != VoteKind.Notarise && other.Kind != VoteKind.Notarise);

    /// <summary>Writes the fields in the order of their declaration; of a dummy vote, no block.</summary>
    public void Encode(ScaleWriter writer)
    {
        writer.WriteU16(Validator);
        writer.WriteEnum(Kind);
        writer.WriteCompact(Iteration);
        if (Kind != VoteKind.Dummy)
            writer.Write(Block);
        writer.Write(Signature);
    }

    /// <summary>Reads a vote.</summary>
    public static Vote Decode(ref ScaleReader reader)
    {
        ushort validator = reader.ReadU16();
        VoteKind kind = reader.ReadEnum<VoteKind>();
        return new Vote(
            validator,
            kind,
            reader.ReadCompactU64(),
            kind == VoteKind.Dummy ? default : Hash256.Decode(ref reader),
            Signature.Decode(ref reader));
    }
}
