using Cess.Consensus.Messages;
using Cess.Ledger.Blocks;
using Cess.Ledger.Modules.Staking;
using Cess.Primitives;

namespace Cess.Consensus.Evidence;

/// <summary>Checks a signature over a digest.</summary>
/// <param name="key">Whose.</param>
/// <param name="digest">What should have been signed.</param>
/// <param name="signature">The signature.</param>
public delegate bool VerifySignature(PublicKey key, Hash256 digest, Signature signature);

/// <summary>
/// Two signed statements of one validator about one iteration of which an honest one makes at most one. Whoever has the
/// validator's key can check it. Two statements have one encoding, whoever reports them.
/// </summary>
/// <param name="Validator">Its index in the era's validators.</param>
public abstract record EquivocationEvidence(ushort Validator) : IScaleValue<EquivocationEvidence>
{
    /// <summary>The iteration, which tells the era and so the validator's key.</summary>
    public abstract ulong Iteration { get; }

    /// <summary>Evidence of two proposals that say different things.</summary>
    public static EquivocationEvidence Of(ushort leader, SignedProposal one, SignedProposal other) =>
        IsOrdered(one, other) ? new ProposalEquivocation(leader, one, other) : new ProposalEquivocation(leader, other, one);

    /// <summary>Evidence of two votes that contradict each other.</summary>
    public static EquivocationEvidence Of(Vote one, Vote other) =>
        IsOrdered(one, other) ? new VoteEquivocation(one, other) : new VoteEquivocation(other, one);

    /// <summary><see cref="ConsensusError.None"/> if the validator did sign both, and honest ones don't.</summary>
    /// <param name="genesis">The chain.</param>
    /// <param name="key">The validator's key in the iteration's era.</param>
    /// <param name="verify">Checks signatures.</param>
    public abstract ConsensusError Verify(Hash256 genesis, PublicKey key, VerifySignature verify);

    /// <summary>The same as the ledger has it, which punishes it.</summary>
    /// <param name="account">The validator's account.</param>
    /// <param name="key">The validator's key in the iteration's era.</param>
    public Ledger.Modules.Staking.EquivocationEvidence ToLedger(AccountId account, PublicKey key)
    {
        (SignedVote first, SignedVote second) = Statements;
        return new Ledger.Modules.Staking.EquivocationEvidence(account, key, Iteration, first, second);
    }

    /// <summary>Writes 0 for proposals or 1 for votes, and both of them.</summary>
    public abstract void Encode(ScaleWriter writer);

    /// <summary>Reads evidence; checks that the two contradict each other, not their signatures.</summary>
    public static EquivocationEvidence Decode(ref ScaleReader reader)
    {
        int start = reader.Offset;
        EquivocationEvidence evidence = reader.ReadU8() switch
        {
            ProposalEquivocation.KindByte => ProposalEquivocation.DecodeFields(ref reader),
            VoteEquivocation.KindByte => new VoteEquivocation(Vote.Decode(ref reader), Vote.Decode(ref reader)),
            byte kind => throw new ScaleException(ScaleError.UnknownVariant, start, $"there is no evidence of kind {kind}."),
        };
        return evidence.IsContradiction
            ? evidence
            : throw ScaleReader.Invalid(start, "the statements do not contradict each other, or not in order.");
    }

    private protected abstract bool IsContradiction { get; }

    private protected abstract (SignedVote First, SignedVote Second) Statements { get; }

    private protected static bool IsOrdered(SignedProposal one, SignedProposal other)
    {
        int order = one.Block.CompareTo(other.Block);
        order = order != 0 ? order : one.Parent.CompareTo(other.Parent);
        return order != 0 ? order < 0 : one.ParentIteration < other.ParentIteration;
    }

    private protected static bool IsOrdered(Vote one, Vote other) =>
        one.Kind != other.Kind ? one.Kind < other.Kind : one.Block < other.Block;
}

/// <summary>A leader signed two proposals.</summary>
/// <param name="Validator">The leader's index.</param>
/// <param name="First">
/// The one with the smaller block hash; of the same block, the smaller parent hash, then the earlier parent.
/// </param>
/// <param name="Second">The other.</param>
public sealed record ProposalEquivocation(ushort Validator, SignedProposal First, SignedProposal Second)
    : EquivocationEvidence(Validator)
{
    internal const byte KindByte = 0;

    /// <inheritdoc/>
    public override ulong Iteration => First.Iteration;

    private protected override bool IsContradiction =>
        First.Iteration == Second.Iteration && !First.SaysTheSameAs(Second) && IsOrdered(First, Second);

    private protected override (SignedVote First, SignedVote Second) Statements => (Of(First), Of(Second));

    /// <inheritdoc/>
    public override ConsensusError Verify(Hash256 genesis, PublicKey key, VerifySignature verify)
    {
        if (!IsContradiction)
            return ConsensusError.NoEquivocation;
        return verify(key, First.Digest(genesis), First.Signature) && verify(key, Second.Digest(genesis), Second.Signature)
            ? ConsensusError.None
            : ConsensusError.SignatureInvalid;
    }

    /// <inheritdoc/>
    public override void Encode(ScaleWriter writer)
    {
        writer.WriteU8(KindByte);
        writer.WriteU16(Validator);
        writer.Write(First);
        writer.Write(Second);
    }

    private static SignedVote Of(SignedProposal proposal) => new(
        ConsensusVoteKind.Propose, proposal.Block, proposal.Signature, new ProposedParent(proposal.Parent, proposal.ParentIteration));

    internal static ProposalEquivocation DecodeFields(ref ScaleReader reader) =>
        new(reader.ReadU16(), SignedProposal.Decode(ref reader), SignedProposal.Decode(ref reader));
}

/// <summary>A validator signed two votes that contradict each other.</summary>
/// <param name="First">The one of the smaller kind; of the same kind, the one with the smaller block hash.</param>
/// <param name="Second">The other.</param>
public sealed record VoteEquivocation(Vote First, Vote Second) : EquivocationEvidence(First.Validator)
{
    internal const byte KindByte = 1;

    /// <inheritdoc/>
    public override ulong Iteration => First.Iteration;

    private protected override bool IsContradiction => First.Contradicts(Second) && IsOrdered(First, Second);

    private protected override (SignedVote First, SignedVote Second) Statements => (Of(First), Of(Second));

    /// <inheritdoc/>
    public override ConsensusError Verify(Hash256 genesis, PublicKey key, VerifySignature verify)
    {
        if (!IsContradiction)
            return ConsensusError.NoEquivocation;
        return verify(key, First.Digest(genesis), First.Signature) && verify(key, Second.Digest(genesis), Second.Signature)
            ? ConsensusError.None
            : ConsensusError.SignatureInvalid;
    }

    /// <inheritdoc/>
    public override void Encode(ScaleWriter writer)
    {
        writer.WriteU8(KindByte);
        writer.Write(First);
        writer.Write(Second);
    }

    private static SignedVote Of(Vote vote) => new((ConsensusVoteKind)vote.Kind, vote.Block, vote.Signature);
}
