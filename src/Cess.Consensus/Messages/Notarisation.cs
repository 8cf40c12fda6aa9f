using System.Collections.Immutable;
using Cess.Ledger.Blocks;
using Cess.Primitives;

namespace Cess.Consensus.Messages;

/// <summary>A quorum's votes for a block in an iteration, or for its passing without one (the dummy).</summary>
/// <param name="Iteration">The iteration.</param>
/// <param name="Block">Hash of the block; null for the dummy.</param>
/// <param name="Votes">In strictly ascending order of validators.</param>
public sealed record Notarisation(ulong Iteration, Hash256? Block, ImmutableArray<CertificateVote> Votes)
    : IScaleValue<Notarisation>
{
    /// <summary>What the votes say.</summary>
    public VoteKind Kind => Block.HasValue ? VoteKind.Notarise : VoteKind.Dummy;

    /// <summary>Writes the fields in the order of their declaration.</summary>
    public void Encode(ScaleWriter writer)
    {
        writer.WriteCompact(Iteration);
        writer.WriteOption(Block);
        writer.WriteVector(Votes);
    }

    /// <summary>Reads a notarisation.</summary>
    public static Notarisation Decode(ref ScaleReader reader) =>
        new(reader.ReadCompactU64(), reader.ReadOptionalValue<Hash256>(), reader.ReadVotes());
}
