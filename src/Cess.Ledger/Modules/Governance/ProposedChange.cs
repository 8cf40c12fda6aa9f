using Cess.Ledger.Modules.Chain;
using Cess.Primitives;

namespace Cess.Ledger.Modules.Governance;

/// <summary>What a proposal would change, by its byte on the wire.</summary>
public enum ProposedChangeKind : byte
{
    /// <summary><see cref="Governance.ChangeParameters"/>.</summary>
    ChangeParameters = 0,

    /// <summary><see cref="Governance.SpendTreasury"/>.</summary>
    SpendTreasury = 1,
}

/// <summary>What a proposal would change: one of a closed set of records.</summary>
public abstract record ProposedChange : IScaleValue<ProposedChange>
{
    private protected ProposedChange()
    {
    }

    /// <summary>Which change it is.</summary>
    public abstract ProposedChangeKind Kind { get; }

    /// <summary>Writes the kind, then the fields.</summary>
    public void Encode(ScaleWriter writer)
    {
        writer.WriteEnum(Kind);
        EncodeFields(writer);
    }

    /// <summary>Reads any change; parameters that break a rule are refused.</summary>
    public static ProposedChange Decode(ref ScaleReader reader)
    {
        int start = reader.Offset;
        return reader.ReadEnum<ProposedChangeKind>() switch
        {
            ProposedChangeKind.ChangeParameters => new ChangeParameters(reader.Read<ChainParameters>()),
            ProposedChangeKind.SpendTreasury => new SpendTreasury(reader.Read<AccountId>(), reader.ReadAmount()),
            ProposedChangeKind kind => throw new ScaleException(ScaleError.UnknownVariant, start, $"{kind} has no fields."),
        };
    }

    private protected abstract void EncodeFields(ScaleWriter writer);
}

/// <summary>Other parameters for the chain, all of them. They count from the block behind the one that enacts them.</summary>
/// <param name="Parameters">The parameters.</param>
public sealed record ChangeParameters(ChainParameters Parameters) : ProposedChange
{
    /// <inheritdoc/>
    public override ProposedChangeKind Kind => ProposedChangeKind.ChangeParameters;

    private protected override void EncodeFields(ScaleWriter writer) => writer.Write(Parameters);
}

/// <summary>A payment by the treasury.</summary>
/// <param name="To">Who receives it.</param>
/// <param name="Amount">How much.</param>
public sealed record SpendTreasury(AccountId To, Balance Amount) : ProposedChange
{
    /// <inheritdoc/>
    public override ProposedChangeKind Kind => ProposedChangeKind.SpendTreasury;

    private protected override void EncodeFields(ScaleWriter writer)
    {
        writer.Write(To);
        writer.WriteAmount(Amount);
    }
}
