using Cess.Ledger.Blocks;
using Cess.Primitives;

namespace Cess.Ledger.Modules.Staking;

/// <summary>A vote, or a leader's proposal, with its signature.</summary>
/// <param name="Kind">What it says.</param>
/// <param name="Block">Hash of which block; <see cref="Hash256.Zero"/> for the dummy.</param>
/// <param name="Signature">The validator's, over the digest of <see cref="ConsensusVotes"/>.</param>
/// <param name="Parent">What a proposal's block follows; of no meaning for votes.</param>
public readonly record struct SignedVote(
    ConsensusVoteKind Kind, Hash256 Block, Signature Signature, ProposedParent Parent = default) : IScaleValue<SignedVote>
{
    /// <summary>What the validator has signed.</summary>
    public Hash256 Digest(Hash256 genesis, ulong iteration) => Kind == ConsensusVoteKind.Propose
        ? ConsensusVotes.ProposalDigest(genesis, iteration, Block, Parent)
        : ConsensusVotes.Digest(Kind, genesis, iteration, Block);

    /// <summary>Writes kind, block and signature, and of a proposal the parent.</summary>
    public void Encode(ScaleWriter writer)
    {
        writer.WriteEnum(Kind);
        writer.Write(Block);
        writer.Write(Signature);
        if (Kind == ConsensusVoteKind.Propose)
        {
            writer.Write(Parent.Block);
            writer.WriteCompact(Parent.Iteration);
        }
    }

    /// <summary>Reads a vote.</summary>
    public static SignedVote Decode(ref ScaleReader reader)
    {
        ConsensusVoteKind kind = reader.ReadEnum<ConsensusVoteKind>();
        Hash256 block = Hash256.Decode(ref reader);
        Signature signature = Signature.Decode(ref reader);
        return kind == ConsensusVoteKind.Propose
            ? new SignedVote(kind, block, signature, new ProposedParent(Hash256.Decode(ref reader), reader.ReadCompactU64()))
            : new SignedVote(kind, block, signature);
    }
}

/// <summary>Two votes, or two proposals, of one validator in one iteration that no honest one signs together.</summary>
/// <param name="Validator">The validator's account.</param>
/// <param name="Key">The key under which both are signed.</param>
/// <param name="Iteration">The iteration of both.</param>
/// <param name="First">One vote.</param>
/// <param name="Second">The other.</param>
public sealed record EquivocationEvidence(
    AccountId Validator, PublicKey Key, ulong Iteration, SignedVote First, SignedVote Second) : IScaleValue<EquivocationEvidence>
{
    /// <summary>
    /// True if the votes contradict each other by the rules of Simplex (Chan &amp; Pass, 2023): two blocks notarised, two blocks
    /// finalised, one finalised after a time-out, or two different proposals. To notarise a block and then to time out is
    /// allowed, and so is to finalise another block than one has notarised: the others may have notarised it.
    /// </summary>
    public bool IsContradiction() => (First.Kind, Second.Kind) switch
    {
        (ConsensusVoteKind.Propose, ConsensusVoteKind.Propose) => First.Block != Second.Block || First.Parent != Second.Parent,
        (ConsensusVoteKind.Notarise, ConsensusVoteKind.Notarise) => First.Block != Second.Block,
        (ConsensusVoteKind.Finalise, ConsensusVoteKind.Finalise) => First.Block != Second.Block,
        (ConsensusVoteKind.Finalise, ConsensusVoteKind.Dummy) or (ConsensusVoteKind.Dummy, ConsensusVoteKind.Finalise) => true,
        _ => false,
    };

    /// <summary>True if both votes are signed by <see cref="Key"/>.</summary>
    public bool IsSigned(Hash256 genesis)
    {
        if (!VerifyingKey.TryImport(Key, out VerifyingKey? key))
            return false;
        using (key)
        {
            return key.Verify(First.Digest(genesis, Iteration), First.Signature)
                && key.Verify(Second.Digest(genesis, Iteration), Second.Signature);
        }
    }

    /// <summary>Writes the fields in the order of their declaration.</summary>
    public void Encode(ScaleWriter writer)
    {
        writer.Write(Validator);
        writer.Write(Key);
        writer.WriteCompact(Iteration);
        writer.Write(First);
        writer.Write(Second);
    }

    /// <summary>Reads evidence; whether it proves anything is not said.</summary>
    public static EquivocationEvidence Decode(ref ScaleReader reader) => new(
        reader.Read<AccountId>(),
        reader.Read<PublicKey>(),
        reader.ReadCompactU64(),
        reader.Read<SignedVote>(),
        reader.Read<SignedVote>());
}
