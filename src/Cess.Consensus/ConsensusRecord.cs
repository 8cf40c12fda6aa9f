using System.Collections.Immutable;
using Cess.Consensus.Messages;
using Cess.Ledger.Blocks;
using Cess.Primitives;

namespace Cess.Consensus;

/// <summary>
/// What a validator must remember over a restart: one of a closed set. A record is durable before anything is sent that follows
/// from it. It may be dropped when the host is told so (<see cref="Simplex.ForgetRecords"/>), not before.
/// </summary>
public abstract record ConsensusRecord : IScaleValue<ConsensusRecord>
{
    private protected ConsensusRecord()
    {
    }

    /// <summary>The iteration that it is about.</summary>
    public abstract ulong Iteration { get; }

    private protected abstract RecordKind Kind { get; }

    /// <summary>Writes kind and fields.</summary>
    public void Encode(ScaleWriter writer)
    {
        writer.WriteEnum(Kind);
        EncodeFields(writer);
    }

    /// <summary>Reads any record.</summary>
    public static ConsensusRecord Decode(ref ScaleReader reader) => reader.ReadEnum<RecordKind>() switch
    {
        RecordKind.Accepted => new AcceptedProposal(
            SignedProposal.Decode(ref reader), reader.ReadImmutable<Block>(ConsensusLimits.UnfinalisedBlocksMax)),
        RecordKind.Cast => new CastVote(Vote.Decode(ref reader)),
        RecordKind.Notarised => new KnownNotarisation(Notarisation.Decode(ref reader)),
        _ => new KnownCertificate(CertificateCodec.Decode(ref reader)),
    };

    private protected abstract void EncodeFields(ScaleWriter writer);
}

/// <summary>The first byte of a record.</summary>
internal enum RecordKind : byte
{
    Accepted = 0,
    Cast = 1,
    Notarised = 2,
    Final = 3,
}

/// <summary>
/// The proposal that this validator votes for, or made. Whoever votes for a block has it and all before it on disk: so a block
/// that gets final is not lost when all validators stop at once.
/// </summary>
/// <param name="Proposal">What the leader signed.</param>
/// <param name="Blocks">
/// The block and those before it, the oldest first, as far as they are neither final nor in an earlier record.
/// </param>
public sealed record AcceptedProposal(SignedProposal Proposal, ImmutableArray<Block> Blocks) : ConsensusRecord
{
    /// <inheritdoc/>
    public override ulong Iteration => Proposal.Iteration;

    private protected override RecordKind Kind => RecordKind.Accepted;

    private protected override void EncodeFields(ScaleWriter writer)
    {
        writer.Write(Proposal);
        writer.WriteVector(Blocks);
    }
}

/// <summary>A vote of this validator.</summary>
/// <param name="Vote">The vote.</param>
public sealed record CastVote(Vote Vote) : ConsensusRecord
{
    /// <inheritdoc/>
    public override ulong Iteration => Vote.Iteration;

    private protected override RecordKind Kind => RecordKind.Cast;

    private protected override void EncodeFields(ScaleWriter writer) => writer.Write(Vote);
}

/// <summary>
/// A notarisation: without it, validators that all stop at once could neither show a block to be notarised nor, having voted to
/// finalise it, vote for the dummy.
/// </summary>
/// <param name="Notarisation">The notarisation.</param>
public sealed record KnownNotarisation(Notarisation Notarisation) : ConsensusRecord
{
    /// <inheritdoc/>
    public override ulong Iteration => Notarisation.Iteration;

    private protected override RecordKind Kind => RecordKind.Notarised;

    private protected override void EncodeFields(ScaleWriter writer) => writer.Write(Notarisation);
}

/// <summary>A certificate: votes up to its iteration are over.</summary>
/// <param name="Certificate">The certificate.</param>
public sealed record KnownCertificate(Certificate Certificate) : ConsensusRecord
{
    /// <inheritdoc/>
    public override ulong Iteration => Certificate.Iteration;

    private protected override RecordKind Kind => RecordKind.Final;

    private protected override void EncodeFields(ScaleWriter writer) => writer.Write(Certificate);
}
