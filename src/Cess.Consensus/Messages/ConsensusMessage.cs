using System.Collections.Immutable;
using Cess.Ledger.Blocks;
using Cess.Primitives;

namespace Cess.Consensus.Messages;

/// <summary>
/// What validators send each other: one of a closed set of records. In SCALE: the kind's byte, then its fields. At most
/// <see cref="ConsensusLimits.MessageBytesMax"/> bytes.
/// </summary>
public abstract record ConsensusMessage : IScaleValue<ConsensusMessage>
{
    private protected ConsensusMessage()
    {
    }

    /// <summary>
    /// The iteration that it is about, which tells the era whose machine it is for; null for those that any era answers.
    /// </summary>
    public abstract ulong? Iteration { get; }

    private protected abstract MessageKind Kind { get; }

    /// <summary>Writes kind and fields.</summary>
    public void Encode(ScaleWriter writer)
    {
        writer.WriteEnum(Kind);
        EncodeFields(writer);
    }

    /// <summary>Reads any message.</summary>
    public static ConsensusMessage Decode(ref ScaleReader reader)
    {
        if (reader.Remaining > ConsensusLimits.MessageBytesMax)
            throw new ScaleException(ScaleError.TooLong, reader.Offset, "a message of the consensus is too long.");

        return reader.ReadEnum<MessageKind>() switch
        {
            MessageKind.Proposal => ProposalMessage.DecodeFields(ref reader),
            MessageKind.Vote => new VoteMessage(Vote.Decode(ref reader)),
            MessageKind.Notarisation => new NotarisationMessage(Notarisation.Decode(ref reader)),
            MessageKind.Finalisation => FinalisationMessage.DecodeFields(ref reader),
            MessageKind.Status => StatusMessage.DecodeFields(ref reader),
            MessageKind.NotarisationsRequest => NotarisationsRequest.DecodeFields(ref reader),
            MessageKind.BlockRequest => BlockRequest.DecodeFields(ref reader),
            MessageKind.FinalBlocksRequest => new FinalBlocksRequest(reader.ReadCompactU64()),
            _ => FinalBlocks.DecodeFields(ref reader),
        };
    }

    private protected abstract void EncodeFields(ScaleWriter writer);
}

/// <summary>The first byte of a message.</summary>
internal enum MessageKind : byte
{
    Proposal = 0,
    Vote = 1,
    Notarisation = 2,
    Finalisation = 3,
    Status = 4,
    NotarisationsRequest = 5,
    BlockRequest = 6,
    FinalBlocksRequest = 7,
    FinalBlocks = 8,
}

/// <summary>A leader's proposal; also what answers a <see cref="BlockRequest"/>.</summary>
/// <param name="Proposal">What the leader signed.</param>
/// <param name="Block">The block; null if the proposal repeats its parent, which everybody has.</param>
public sealed record ProposalMessage(SignedProposal Proposal, Block? Block) : ConsensusMessage
{
    /// <inheritdoc/>
    public override ulong? Iteration => Proposal.Iteration;

    private protected override MessageKind Kind => MessageKind.Proposal;

    internal static ProposalMessage DecodeFields(ref ScaleReader reader) =>
        new(SignedProposal.Decode(ref reader), reader.ReadOptional<Block>());

    private protected override void EncodeFields(ScaleWriter writer)
    {
        writer.Write(Proposal);
        writer.WriteOption(Block);
    }
}

/// <summary>A vote, sent by nobody but the validator that signed it.</summary>
/// <param name="Vote">The vote.</param>
public sealed record VoteMessage(Vote Vote) : ConsensusMessage
{
    /// <inheritdoc/>
    public override ulong? Iteration => Vote.Iteration;

    private protected override MessageKind Kind => MessageKind.Vote;

    private protected override void EncodeFields(ScaleWriter writer) => writer.Write(Vote);
}

/// <summary>A notarisation, relayed by everybody who sees a new one.</summary>
/// <param name="Notarisation">The notarisation.</param>
public sealed record NotarisationMessage(Notarisation Notarisation) : ConsensusMessage
{
    /// <inheritdoc/>
    public override ulong? Iteration => Notarisation.Iteration;

    private protected override MessageKind Kind => MessageKind.Notarisation;

    private protected override void EncodeFields(ScaleWriter writer) => writer.Write(Notarisation);
}

/// <summary>The newest certificate that the sender has, for a peer that is behind it.</summary>
/// <param name="Certificate">Makes its block, and all before it, final.</param>
public sealed record FinalisationMessage(Certificate Certificate) : ConsensusMessage
{
    /// <inheritdoc/>
    public override ulong? Iteration => Certificate.Iteration;

    private protected override MessageKind Kind => MessageKind.Finalisation;

    internal static FinalisationMessage DecodeFields(ref ScaleReader reader) => new(CertificateCodec.Decode(ref reader));

    private protected override void EncodeFields(ScaleWriter writer) => writer.Write(Certificate);
}

/// <summary>Where the sender stands. Whoever is further answers with what it lacks.</summary>
/// <param name="Current">The iteration that the sender is in.</param>
/// <param name="FinalIteration">Iteration of its newest certificate.</param>
/// <param name="FinalHeight">Height of the last final block that it has.</param>
public sealed record StatusMessage(ulong Current, ulong FinalIteration, ulong FinalHeight) : ConsensusMessage
{
    /// <inheritdoc/>
    public override ulong? Iteration => Current;

    private protected override MessageKind Kind => MessageKind.Status;

    internal static StatusMessage DecodeFields(ref ScaleReader reader) =>
        new(reader.ReadCompactU64(), reader.ReadCompactU64(), reader.ReadCompactU64());

    private protected override void EncodeFields(ScaleWriter writer)
    {
        writer.WriteCompact(Current);
        writer.WriteCompact(FinalIteration);
        writer.WriteCompact(FinalHeight);
    }
}

/// <summary>Asks for the notarisations of some iterations; answered by one <see cref="NotarisationMessage"/> for each.</summary>
/// <param name="First">First iteration.</param>
/// <param name="Last">Last iteration.</param>
public sealed record NotarisationsRequest(ulong First, ulong Last) : ConsensusMessage
{
    /// <inheritdoc/>
    public override ulong? Iteration => First;

    private protected override MessageKind Kind => MessageKind.NotarisationsRequest;

    internal static NotarisationsRequest DecodeFields(ref ScaleReader reader)
    {
        int start = reader.Offset;
        NotarisationsRequest request = new(reader.ReadCompactU64(), reader.ReadCompactU64());
        return request.First <= request.Last
            ? request
            : throw ScaleReader.Invalid(start, "the last iteration is before the first.");
    }

    private protected override void EncodeFields(ScaleWriter writer)
    {
        writer.WriteCompact(First);
        writer.WriteCompact(Last);
    }
}

/// <summary>Asks for a notarised block that is not final yet; answered by a <see cref="ProposalMessage"/>.</summary>
/// <param name="ProposedIn">The iteration in which it was notarised.</param>
/// <param name="Block">Its hash.</param>
public sealed record BlockRequest(ulong ProposedIn, Hash256 Block) : ConsensusMessage
{
    /// <inheritdoc/>
    public override ulong? Iteration => ProposedIn;

    private protected override MessageKind Kind => MessageKind.BlockRequest;

    internal static BlockRequest DecodeFields(ref ScaleReader reader) => new(reader.ReadCompactU64(), Hash256.Decode(ref reader));

    private protected override void EncodeFields(ScaleWriter writer)
    {
        writer.WriteCompact(ProposedIn);
        writer.Write(Block);
    }
}

/// <summary>Asks for final blocks; answered by <see cref="FinalBlocks"/>.</summary>
/// <param name="Above">Height of the last one that the sender has.</param>
public sealed record FinalBlocksRequest(ulong Above) : ConsensusMessage
{
    /// <inheritdoc/>
    public override ulong? Iteration => null;

    private protected override MessageKind Kind => MessageKind.FinalBlocksRequest;

    private protected override void EncodeFields(ScaleWriter writer) => writer.WriteCompact(Above);
}

/// <summary>Final blocks, and what proves it.</summary>
/// <param name="Blocks">One after the other; at least one.</param>
/// <param name="Links">
/// The headers between the last of them and the certificate's block, that one's included if it is not among the blocks.
/// </param>
/// <param name="Certificate">Makes the last of all these final.</param>
public sealed record FinalBlocks(ImmutableArray<Block> Blocks, ImmutableArray<BlockHeader> Links, Certificate Certificate)
    : ConsensusMessage
{
    private const int BlockBytesMin = HeaderBytesMin + 1;
    private const int HeaderBytesMin = 3 + (5 * Hash256.Size);

    /// <inheritdoc/>
    public override ulong? Iteration => Certificate.Iteration;

    private protected override MessageKind Kind => MessageKind.FinalBlocks;

    /// <summary>
    /// The answer to a <see cref="FinalBlocksRequest"/>: as many blocks as are allowed, of one era, ending at a certificate
    /// where that is possible. (An era's last block always has a certificate of its era.)
    /// </summary>
    /// <param name="following">
    /// The stored blocks after the height that was asked for, in order; read no further than needed.
    /// </param>
    /// <returns>Null if no certificate follows.</returns>
    public static FinalBlocks? Collect(IEnumerable<(Block Block, Certificate? Certificate)> following)
    {
        List<Block> blocks = [];
        List<BlockHeader> links = [];
        FinalBlocks? whole = null;
        long bytes = 0;
        foreach ((Block block, Certificate? certificate) in following)
        {
            long size = block.Transactions.Sum(transaction => (long)transaction.Bytes.Length);
            bool hasRoom = blocks.Count < ConsensusLimits.FinalBlocksMax && bytes + size <= ConsensusLimits.FinalBlocksBytes;
            bool fits = blocks.Count == 0 || (links.Count == 0 && hasRoom);
            if (fits)
                blocks.Add(block);
            else if (whole is not null || links.Count == ConsensusLimits.LinkHeadersMax)
                break;
            else
                links.Add(block.Header);
            bytes += size;
            if (certificate is null)
                continue;
            if (whole is not null && Iterations.EraOf(certificate.Iteration) != Iterations.EraOf(whole.Certificate.Iteration))
                break;
            if (!fits)
                return new FinalBlocks([.. blocks], [.. links], certificate);
            whole = new FinalBlocks([.. blocks], [], certificate);
        }

        return whole;
    }

    /// <summary>
    /// Whether these blocks are final and follow a state, for a node that trusts nobody and is no validator itself. What the blocks
    /// do, executing them shows.
    /// </summary>
    /// <param name="state">The newest state that is known.</param>
    /// <param name="keys">Imported keys.</param>
    public ConsensusError Verify(LedgerState state, PublicKeyCache keys)
    {
        BlockHeader first = Blocks[0].Header;
        if (first.Parent != state.BlockHash || first.Height != state.Height + 1 || !AreLinked())
            return ConsensusError.BlocksUnlinked;
        if (Iterations.EraOf(Certificate.Iteration) != state.Era.Index
            || Certificate.Verify(state.Genesis, Certificate.BlockHash, state.Validators, keys) is not null)
        {
            return ConsensusError.QuorumMissing;
        }

        return Blocks.All(block => block.HasItsTransactions()) ? ConsensusError.None : ConsensusError.TransactionsMismatch;
    }

    /// <summary>True if each block or header follows the one before, up to the certificate's.</summary>
    internal bool AreLinked()
    {
        Hash256? previous = null;
        foreach (BlockHeader header in Blocks.Select(block => block.Header).Concat(Links))
        {
            if (previous.HasValue && header.Parent != previous)
                return false;
            previous = header.ComputeHash();
        }

        return previous == Certificate.BlockHash;
    }

    internal static FinalBlocks DecodeFields(ref ScaleReader reader)
    {
        int start = reader.Offset;
        ImmutableArray<Block> blocks = reader.ReadImmutable<Block>(ConsensusLimits.FinalBlocksMax, BlockBytesMin);
        return blocks.IsEmpty
            ? throw ScaleReader.Invalid(start, "an answer with final blocks has at least one.")
            : new FinalBlocks(
                blocks,
                reader.ReadImmutable<BlockHeader>(ConsensusLimits.LinkHeadersMax, HeaderBytesMin),
                CertificateCodec.Decode(ref reader));
    }

    private protected override void EncodeFields(ScaleWriter writer)
    {
        writer.WriteVector(Blocks);
        writer.WriteVector(Links);
        writer.Write(Certificate);
    }
}

/// <summary>A certificate of the ledger as messages have it: with its votes in order.</summary>
internal static class CertificateCodec
{
    public static Certificate Decode(ref ScaleReader reader) =>
        new(Hash256.Decode(ref reader), reader.ReadCompactU64(), reader.ReadVotes());
}
