using System.Collections.Immutable;
using Cess.Primitives;

namespace Cess.Ledger.Modules.Governance;

/// <summary>The governance module's events, by their byte on the wire.</summary>
public enum GovernanceEventKind : byte
{
    /// <summary><see cref="Governance.Proposed"/>.</summary>
    Proposed = 0,

    /// <summary><see cref="Governance.Voted"/>.</summary>
    Voted = 1,

    /// <summary><see cref="Governance.Enacted"/>.</summary>
    Enacted = 2,

    /// <summary><see cref="Governance.ProposalDropped"/>.</summary>
    ProposalDropped = 3,
}

/// <summary>Why a proposal came to nothing.</summary>
public enum ProposalEnd : byte
{
    /// <summary>Too few validators approved it.</summary>
    VotesInsufficient = 0,

    /// <summary>The proposer took it back.</summary>
    Retracted = 1,

    /// <summary>The parameters were changed after it was proposed.</summary>
    Outdated = 2,

    /// <summary>The treasury has too few tokens.</summary>
    FundsInsufficient = 3,

    /// <summary>The proposer is no validator of the era that begins.</summary>
    ProposerLeft = 4,
}

/// <summary>An event of the governance module.</summary>
/// <param name="Proposal">Which proposal.</param>
/// <param name="Account">Who proposed it, or voted.</param>
public abstract record GovernanceEvent(uint Proposal, AccountId Account) : LedgerEvent
{
    /// <inheritdoc/>
    public sealed override ModuleId Module => ModuleId.Governance;

    /// <summary>Which event it is.</summary>
    public abstract GovernanceEventKind Kind { get; }

    /// <inheritdoc/>
    public override ImmutableArray<AccountId> Accounts => [Account];

    private protected sealed override byte Index => (byte)Kind;

    internal static GovernanceEvent DecodeFields(ref ScaleReader reader)
    {
        GovernanceEventKind kind = reader.ReadEnum<GovernanceEventKind>();
        uint proposal = reader.ReadCompactU32();
        AccountId account = reader.Read<AccountId>();
        return kind switch
        {
            GovernanceEventKind.Proposed => new Proposed(proposal, account, reader.ReadCompactU64()),
            GovernanceEventKind.Voted => new Voted(proposal, account, reader.ReadBool()),
            GovernanceEventKind.Enacted => new Enacted(proposal, account),
            _ => new ProposalDropped(proposal, account, reader.ReadEnum<ProposalEnd>()),
        };
    }

    private protected override void EncodeFields(ScaleWriter writer)
    {
        writer.WriteCompact(Proposal);
        writer.Write(Account);
    }
}

/// <summary>A change has been proposed.</summary>
/// <param name="Proposal">Its number.</param>
/// <param name="Account">Who proposed it.</param>
/// <param name="EnactAt">Height at which it is decided.</param>
public sealed record Proposed(uint Proposal, AccountId Account, ulong EnactAt) : GovernanceEvent(Proposal, Account)
{
    /// <inheritdoc/>
    public override GovernanceEventKind Kind => GovernanceEventKind.Proposed;

    private protected override void EncodeFields(ScaleWriter writer)
    {
        base.EncodeFields(writer);
        writer.WriteCompact(EnactAt);
    }
}

/// <summary>A validator has approved a proposal, or has taken its approval back.</summary>
/// <param name="Proposal">Which.</param>
/// <param name="Account">The validator.</param>
/// <param name="Approves">Which of both.</param>
public sealed record Voted(uint Proposal, AccountId Account, bool Approves) : GovernanceEvent(Proposal, Account)
{
    /// <inheritdoc/>
    public override GovernanceEventKind Kind => GovernanceEventKind.Voted;

    private protected override void EncodeFields(ScaleWriter writer)
    {
        base.EncodeFields(writer);
        writer.WriteBool(Approves);
    }
}

/// <summary>A proposal has taken effect.</summary>
/// <param name="Proposal">Which.</param>
/// <param name="Account">Who proposed it.</param>
public sealed record Enacted(uint Proposal, AccountId Account) : GovernanceEvent(Proposal, Account)
{
    /// <inheritdoc/>
    public override GovernanceEventKind Kind => GovernanceEventKind.Enacted;
}

/// <summary>A proposal has come to nothing.</summary>
/// <param name="Proposal">Which.</param>
/// <param name="Account">Who proposed it.</param>
/// <param name="Reason">Why.</param>
public sealed record ProposalDropped(uint Proposal, AccountId Account, ProposalEnd Reason) : GovernanceEvent(Proposal, Account)
{
    /// <inheritdoc/>
    public override GovernanceEventKind Kind => GovernanceEventKind.ProposalDropped;

    private protected override void EncodeFields(ScaleWriter writer)
    {
        base.EncodeFields(writer);
        writer.WriteEnum(Reason);
    }
}
