using Cess.Primitives;

namespace Cess.Ledger.Modules.Balances;

/// <summary>The balances module's calls, by their byte on the wire.</summary>
public enum BalancesCallKind : byte
{
    /// <summary><see cref="Balances.Transfer"/>.</summary>
    Transfer = 0,
}

/// <summary>A call of the balances module.</summary>
public abstract record BalancesCall : Call
{
    private protected BalancesCall()
    {
    }

    /// <inheritdoc/>
    public sealed override ModuleId Module => ModuleId.Balances;

    /// <summary>Which call it is.</summary>
    public abstract BalancesCallKind Kind { get; }

    private protected sealed override byte Index => (byte)Kind;

    internal static BalancesCall DecodeFields(ref ScaleReader reader)
    {
        int start = reader.Offset;
        return reader.ReadEnum<BalancesCallKind>() switch
        {
            BalancesCallKind.Transfer => new Transfer(reader.Read<AccountId>(), reader.ReadAmount()),
            BalancesCallKind kind => throw new ScaleException(ScaleError.UnknownVariant, start, $"{kind} has no fields."),
        };
    }
}

/// <summary>Moves tokens from the sender to another account, which need not exist before.</summary>
/// <param name="To">Who receives them; the sender itself is allowed.</param>
/// <param name="Amount">How much; not zero.</param>
public sealed record Transfer(AccountId To, Balance Amount) : BalancesCall
{
    /// <inheritdoc/>
    public override BalancesCallKind Kind => BalancesCallKind.Transfer;

    /// <inheritdoc/>
    public override ulong Weight => CallWeights.Transfer;

    private protected override void EncodeFields(ScaleWriter writer)
    {
        writer.Write(To);
        writer.WriteAmount(Amount);
    }
}
