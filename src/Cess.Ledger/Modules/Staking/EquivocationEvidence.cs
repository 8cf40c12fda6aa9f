using Cess.Ledger.Blocks;
using Cess.Primitives;

namespace Cess.Ledger.Modules.Staking;

/// <summary>A vote with its signature.</summary>
/// <param name="Kind">What it says.</param>
/// <param name="Block">Hash of which block; <see cref="Hash256.Zero"/> for the dummy.</param>
/// <param name="Signature">The validator's, over <see cref="ConsensusVotes.Digest"/>.</param>
public readonly record struct SignedVote(ConsensusVoteKind Kind, Hash256 Block, Signature Signature) : IScaleValue<SignedVote>
{
    /// <summary>Writes the fields in the order of their declaration.</summary>
    public void Encode(ScaleWriter writer)
    {
        writer.WriteEnum(Kind);
        writer.Write(Block);
        writer.Write(Signature);
    }

    /// <summary>Reads a vote.</summary>
    public static SignedVote Decode(ref ScaleReader reader) =>
        new(reader.ReadEnum<ConsensusVoteKind>(), Hash256.Decode(ref reader), Signature.Decode(ref reader));
}

/// <summary>Two votes of one validator in one iteration that no honest one casts together.</summary>
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
    /// finalised, or one finalised after a time-out. To notarise a block and then to time out is allowed, and so is to finalise
    /// another block than one has notarised: the others may have notarised it.
    /// </summary>
    public bool IsContradiction() => First.Kind == Second.Kind
        ? First.Kind != ConsensusVoteKind.Dummy && First.Block != Second.Block
        : First.Kind != ConsensusVoteKind.Notarise && Second.Kind != ConsensusVoteKind.Notarise;

    /// <summary>True if both votes are signed by <see cref="Key"/>.</summary>
    public bool IsSigned(Hash256 genesis)
    {
        if (!VerifyingKey.TryImport(Key, out VerifyingKey? key))
            return false;
        using (key)
        {
            return key.Verify(ConsensusVotes.Digest(First.Kind, genesis, Iteration, First.Block), First.Signature)
                && key.Verify(ConsensusVotes.Digest(Second.Kind, genesis, Iteration, Second.Block), Second.Signature);
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
