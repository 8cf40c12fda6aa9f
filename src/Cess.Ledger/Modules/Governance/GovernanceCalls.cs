using Cess.Primitives;

namespace Cess.Ledger.Modules.Governance;

/// <summary>The governance module's calls, by their byte on the wire.</summary>
public enum GovernanceCallKind : byte
{
    /// <summary><see cref="Governance.Propose"/>.</summary>
    Propose = 0,

    /// <summary><see cref="Governance.Vote"/>.</summary>
    Vote = 1,

    /// <summary><see cref="Governance.Retract"/>.</summary>
    Retract = 2,
}

/// <summary>A call of the governance module, by a validator of the era.</summary>
public abstract record GovernanceCall : Call
{
    private protected GovernanceCall()
    {
    }

    /// <inheritdoc/>
    public sealed override ModuleId Module => ModuleId.Governance;

    /// <summary>Which call it is.</summary>
    public abstract GovernanceCallKind Kind { get; }

    /// <inheritdoc/>
    public override ulong Weight => 4 * CallWeights.RecordWrite;

    private protected sealed override byte Index => (byte)Kind;

    internal static GovernanceCall DecodeFields(ref ScaleReader reader)
    {
        int start = reader.Offset;
        return reader.ReadEnum<GovernanceCallKind>() switch
        {
            GovernanceCallKind.Propose => new Propose(reader.Read<ProposedChange>(), reader.ReadCompactU64()),
            GovernanceCallKind.Vote => new Vote(reader.ReadCompactU32(), reader.ReadBool()),
            GovernanceCallKind.Retract => new Retract(reader.ReadCompactU32()),
            GovernanceCallKind kind => throw new ScaleException(ScaleError.UnknownVariant, start, $"{kind} has no fields."),
        };
    }
}

/// <summary>Proposes a change, and approves it.</summary>
/// <param name="Change">What to change.</param>
/// <param name="EnactAt">
/// Height of the block at whose start it happens, if two thirds of the validators approve by then: at least
/// <see cref="Chain.ChainParameters.VotingBlocks"/> ahead, at most <see cref="LedgerLimits.EnactmentBlocksMax"/>. When an era begins of
/// which the sender is no validator, the proposal is dropped.
/// </param>
public sealed record Propose(ProposedChange Change, ulong EnactAt) : GovernanceCall
{
    /// <inheritdoc/>
    public override GovernanceCallKind Kind => GovernanceCallKind.Propose;

    private protected override void EncodeFields(ScaleWriter writer)
    {
        writer.Write(Change);
        writer.WriteCompact(EnactAt);
    }
}

/// <summary>Approves a proposal, or takes an approval back.</summary>
/// <param name="Proposal">Its number.</param>
/// <param name="Approves">Whether the sender approves.</param>
public sealed record Vote(uint Proposal, bool Approves) : GovernanceCall
{
    /// <inheritdoc/>
    public override GovernanceCallKind Kind => GovernanceCallKind.Vote;

    private protected override void EncodeFields(ScaleWriter writer)
    {
        writer.WriteCompact(Proposal);
        writer.WriteBool(Approves);
    }
}

/// <summary>Takes a proposal of the sender back.</summary>
/// <param name="Proposal">Its number.</param>
public sealed record Retract(uint Proposal) : GovernanceCall
{
    /// <inheritdoc/>
    public override GovernanceCallKind Kind => GovernanceCallKind.Retract;

    private protected override void EncodeFields(ScaleWriter writer) => writer.WriteCompact(Proposal);
}
