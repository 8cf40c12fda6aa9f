using System.Collections.Immutable;
using Cess.Ledger.Modules.Chain;
using Cess.Primitives;

namespace Cess.Ledger.Blocks;

/// <summary>One validator's signature under a block.</summary>
/// <param name="Validator">Its index in the <see cref="ValidatorSet"/>.</param>
/// <param name="Signature">Over <see cref="Certificate.VoteDigest"/>.</param>
public readonly record struct CertificateVote(ushort Validator, Signature Signature) : IScaleValue<CertificateVote>
{
    internal const int EncodedBytes = 2 + Signature.Size;

    /// <summary>Writes index and signature.</summary>
    public void Encode(ScaleWriter writer)
    {
        writer.WriteU16(Validator);
        writer.Write(Signature);
    }

    /// <summary>Reads index and signature.</summary>
    public static CertificateVote Decode(ref ScaleReader reader) => new(reader.ReadU16(), Signature.Decode(ref reader));
}

/// <summary>The votes that make a block, and all before it, final.</summary>
/// <param name="BlockHash">The block.</param>
/// <param name="Iteration">The iteration of the consensus that decided it.</param>
/// <param name="Votes">In strictly ascending order of validators.</param>
public sealed record Certificate(Hash256 BlockHash, ulong Iteration, ImmutableArray<CertificateVote> Votes)
    : IScaleValue<Certificate>
{
    /// <summary>What a vote's bytes start with, so that they are never those of another message.</summary>
    private static ReadOnlySpan<byte> VoteDomain => "cess/finalise/1"u8;

    /// <summary>
    /// What a validator signs: SHA-256 of <c>"cess/finalise/1" ‖ genesis hash ‖ block hash ‖ compact(iteration)</c>.
    /// </summary>
    public static Hash256 VoteDigest(Hash256 genesis, Hash256 blockHash, ulong iteration)
    {
        using ScaleWriter writer = new();
        writer.WriteFixed(VoteDomain);
        writer.Write(genesis);
        writer.Write(blockHash);
        writer.WriteCompact(iteration);
        return Hash256.Sha256(writer.WrittenSpan);
    }

    /// <summary>Null if enough validators have signed this block, else why it is not final.</summary>
    /// <param name="genesis">The chain.</param>
    /// <param name="blockHash">The block that should be final.</param>
    /// <param name="validators">Who may vote.</param>
    /// <param name="keys">Imported keys.</param>
    public LedgerError? Verify(Hash256 genesis, Hash256 blockHash, ValidatorSet validators, PublicKeyCache keys)
    {
        if (BlockHash != blockHash)
            return ChainError.CertificateOfOtherBlock;
        if (Votes.Length < validators.Quorum)
            return ChainError.CertificateInsufficient;

        // Every vote has to be right, not only enough of them: a certificate has no room for garbage.
        Hash256 digest = VoteDigest(genesis, blockHash, Iteration);
        int previous = -1;
        foreach (CertificateVote vote in Votes)
        {
            if (vote.Validator <= previous
                || vote.Validator >= validators.Keys.Length
                || !keys.Verify(validators.Keys[vote.Validator], digest, vote.Signature))
            {
                return ChainError.CertificateInsufficient;
            }

            previous = vote.Validator;
        }

        return null;
    }

    /// <summary>Writes the fields in the order of their declaration.</summary>
    public void Encode(ScaleWriter writer)
    {
        writer.Write(BlockHash);
        writer.WriteCompact(Iteration);
        writer.WriteVector(Votes);
    }

    /// <summary>Reads a certificate.</summary>
    public static Certificate Decode(ref ScaleReader reader) => new(
        Hash256.Decode(ref reader),
        reader.ReadCompactU64(),
        reader.ReadImmutable<CertificateVote>(LedgerLimits.ValidatorsMax, CertificateVote.EncodedBytes));
}
