using System.Collections.Immutable;
using Cess.Ledger.Modules.Chain;
using Cess.Ledger.State;
using Cess.Primitives;

namespace Cess.Ledger.Modules.Governance;

/// <summary>An open proposal.</summary>
/// <param name="Id">Its number, given in order.</param>
/// <param name="Proposer">Who proposed it.</param>
/// <param name="Change">What it would change.</param>
/// <param name="EnactAt">Height of the block at whose start it is decided.</param>
/// <param name="Parameters">SHA-256 of the parameters when it was proposed: it changes those and no others.</param>
/// <param name="Approvals">Who approves it, ascending. Who is no validator any more when it is decided does not count.</param>
public sealed record ProposalRecord(
    uint Id,
    AccountId Proposer,
    ProposedChange Change,
    ulong EnactAt,
    Hash256 Parameters,
    ImmutableArray<AccountId> Approvals) : IScaleValue<ProposalRecord>
{
    /// <summary>Writes the fields in the order of their declaration.</summary>
    public void Encode(ScaleWriter writer)
    {
        writer.WriteCompact(Id);
        writer.Write(Proposer);
        writer.Write(Change);
        writer.WriteCompact(EnactAt);
        writer.Write(Parameters);
        writer.WriteVector(Approvals);
    }

    /// <summary>Reads a proposal.</summary>
    public static ProposalRecord Decode(ref ScaleReader reader) => new(
        reader.ReadCompactU32(),
        reader.Read<AccountId>(),
        reader.Read<ProposedChange>(),
        reader.ReadCompactU64(),
        Hash256.Decode(ref reader),
        reader.ReadImmutable<AccountId>(LedgerLimits.ApprovalsMax, AccountId.Size));
}

/// <summary>Which proposals are open.</summary>
/// <param name="Next">The number that the next proposal gets.</param>
/// <param name="Open">Their numbers, in the order in which they were proposed.</param>
public sealed record OpenProposals(uint Next, ImmutableArray<ProposalNumber> Open) : IScaleValue<OpenProposals>
{
    /// <summary>None yet.</summary>
    public static OpenProposals None { get; } = new(0, []);

    /// <summary>Writes the fields in the order of their declaration.</summary>
    public void Encode(ScaleWriter writer)
    {
        writer.WriteCompact(Next);
        writer.WriteVector(Open);
    }

    /// <summary>Reads the numbers.</summary>
    public static OpenProposals Decode(ref ScaleReader reader) =>
        new(reader.ReadCompactU32(), reader.ReadImmutable<ProposalNumber>(LedgerLimits.ProposalsMax));
}

/// <summary>The number of a proposal.</summary>
/// <param name="Value">It.</param>
public readonly record struct ProposalNumber(uint Value) : IScaleValue<ProposalNumber>
{
    /// <summary>Writes the number.</summary>
    public void Encode(ScaleWriter writer) => writer.WriteCompact(Value);

    /// <summary>Reads a number.</summary>
    public static ProposalNumber Decode(ref ScaleReader reader) => new(reader.ReadCompactU32());
}

/// <summary>The records of the governance module, as one block changes them.</summary>
internal sealed class GovernanceState(StateOverlay overlay)
{
    public static readonly StateCollection<ProposalNumber, ProposalRecord> ProposalCollection =
        new(ModuleId.Governance, 0, StateCollections.ByValue);

    public static readonly StateCollection<Singleton, OpenProposals> OpenCollection = new(ModuleId.Governance, 1, Singleton.Key);

    private readonly StateTable<ProposalNumber, ProposalRecord> _proposals = overlay.Table(ProposalCollection);
    private readonly StateTable<Singleton, OpenProposals> _open = overlay.Table(OpenCollection);
    private readonly StateTable<Singleton, ChainParameters> _parameters = overlay.Table(ChainState.Parameters);

    /// <summary>The chain's parameters, those enacted in this block included.</summary>
    public ChainParameters Parameters => _parameters.Get(default)!;

    public uint NextId => (_open.Get(default) ?? OpenProposals.None).Next;

    public ProposalRecord? Proposal(uint id) => _proposals.Get(new ProposalNumber(id));

    /// <summary>The open proposals in the order of their numbers.</summary>
    public ImmutableArray<ProposalRecord> Open() =>
        [.. (_open.Get(default) ?? OpenProposals.None).Open.Select(number => _proposals.Get(number)!)];

    public void SetParameters(ChainParameters parameters) => _parameters.Set(default, parameters);

    public void Set(ProposalRecord proposal) => _proposals.Set(new ProposalNumber(proposal.Id), proposal);

    /// <summary>Enters a proposal whose number is <see cref="NextId"/>.</summary>
    public void Add(ProposalRecord proposal)
    {
        OpenProposals open = _open.Get(default) ?? OpenProposals.None;
        Set(proposal);
        _open.Set(default, new OpenProposals(checked(proposal.Id + 1), open.Open.Add(new ProposalNumber(proposal.Id))));
    }

    public void Remove(ProposalRecord proposal)
    {
        OpenProposals open = _open.Get(default)!;
        _proposals.Remove(new ProposalNumber(proposal.Id));
        _open.Set(default, open with { Open = open.Open.Remove(new ProposalNumber(proposal.Id)) });
    }
}
