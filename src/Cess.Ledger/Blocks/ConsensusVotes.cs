using Cess.Primitives;

namespace Cess.Ledger.Blocks;

/// <summary>What a validator says in the consensus.</summary>
public enum ConsensusVoteKind : byte
{
    /// <summary>The block may follow its parent in this iteration.</summary>
    Notarise = 0,

    /// <summary>The iteration may pass without a block.</summary>
    Dummy = 1,

    /// <summary>The block is final, as far as this validator is concerned.</summary>
    Finalise = 2,

    /// <summary>The leader's word: in this iteration, the block follows that parent.</summary>
    Propose = 3,
}

/// <summary>What a proposed block follows.</summary>
/// <param name="Block">Hash of the parent.</param>
/// <param name="Iteration">The iteration in which the parent was notarised.</param>
public readonly record struct ProposedParent(Hash256 Block, ulong Iteration);

/// <summary>
/// The digests that validators sign (Simplex; Chan &amp; Pass, 2023), so that the ledger can punish those who contradict
/// themselves.
/// </summary>
public static class ConsensusVotes
{
    private const int IterationBitsInEra = 40;

    private static ReadOnlySpan<byte> NotariseDomain => "cess/notarise/1"u8;

    private static ReadOnlySpan<byte> ProposeDomain => "cess/propose/1"u8;

    private static ReadOnlySpan<byte> DummyDomain => "cess/dummy/1"u8;

    /// <summary>
    /// SHA-256 of <c>domain ‖ genesis ‖ block ‖ compact(iteration)</c>, the domain being <c>cess/notarise/1</c>, or
    /// <c>cess/dummy/1</c> and no block, or <c>cess/finalise/1</c> (<see cref="Certificate.VoteDigest"/>).
    /// </summary>
    /// <param name="kind">What the vote says; not a proposal.</param>
    /// <param name="genesis">The chain.</param>
    /// <param name="iteration">Of which iteration.</param>
    /// <param name="block">Hash of which block; not looked at for the dummy.</param>
    public static Hash256 Digest(ConsensusVoteKind kind, Hash256 genesis, ulong iteration, Hash256 block)
    {
        if (kind == ConsensusVoteKind.Finalise)
            return Certificate.VoteDigest(genesis, block, iteration);

        ArgumentOutOfRangeException.ThrowIfEqual((byte)kind, (byte)ConsensusVoteKind.Propose, nameof(kind));
        using ScaleWriter writer = new();
        writer.WriteFixed(kind == ConsensusVoteKind.Dummy ? DummyDomain : NotariseDomain);
        writer.Write(genesis);
        if (kind == ConsensusVoteKind.Notarise)
            writer.Write(block);
        writer.WriteCompact(iteration);
        return Hash256.Sha256(writer.WrittenSpan);
    }

    /// <summary>
    /// What a leader signs: SHA-256 of
    /// <c>"cess/propose/1" ‖ genesis ‖ parent ‖ block ‖ compact(iteration) ‖ compact(parent iteration)</c>.
    /// </summary>
    /// <param name="genesis">The chain.</param>
    /// <param name="iteration">The leader's iteration.</param>
    /// <param name="block">Hash of the block.</param>
    /// <param name="parent">What it follows.</param>
    public static Hash256 ProposalDigest(Hash256 genesis, ulong iteration, Hash256 block, ProposedParent parent)
    {
        using ScaleWriter writer = new();
        writer.WriteFixed(ProposeDomain);
        writer.Write(genesis);
        writer.Write(parent.Block);
        writer.Write(block);
        writer.WriteCompact(iteration);
        writer.WriteCompact(parent.Iteration);
        return Hash256.Sha256(writer.WrittenSpan);
    }

    /// <summary>The era of an iteration, which is its number without the last 40 bits.</summary>
    public static ulong EraOf(ulong iteration) => iteration >> IterationBitsInEra;
}
