using System.Collections.Immutable;
using Cess.Primitives;

namespace Cess.Ledger.Modules.Balances;

/// <summary>The balances module's events, by their byte on the wire.</summary>
public enum BalancesEventKind : byte
{
    /// <summary><see cref="Balances.Transferred"/>.</summary>
    Transferred = 0,
}

/// <summary>An event of the balances module.</summary>
public abstract record BalancesEvent : LedgerEvent
{
    private protected BalancesEvent()
    {
    }

    /// <inheritdoc/>
    public sealed override ModuleId Module => ModuleId.Balances;

    /// <summary>Which event it is.</summary>
    public abstract BalancesEventKind Kind { get; }

    private protected sealed override byte Index => (byte)Kind;

    internal static BalancesEvent DecodeFields(ref ScaleReader reader)
    {
        int start = reader.Offset;
        return reader.ReadEnum<BalancesEventKind>() switch
        {
            BalancesEventKind.Transferred =>
                new Transferred(reader.Read<AccountId>(), reader.Read<AccountId>(), reader.ReadAmount()),
            BalancesEventKind kind => throw new ScaleException(ScaleError.UnknownVariant, start, $"{kind} has no fields."),
        };
    }
}

/// <summary>Tokens have moved.</summary>
/// <param name="From">Who paid.</param>
/// <param name="To">Who received.</param>
/// <param name="Amount">How much.</param>
public sealed record Transferred(AccountId From, AccountId To, Balance Amount) : BalancesEvent
{
    /// <inheritdoc/>
    public override BalancesEventKind Kind => BalancesEventKind.Transferred;

    /// <inheritdoc/>
    public override ImmutableArray<AccountId> Accounts => From == To ? [From] : [From, To];

    private protected override void EncodeFields(ScaleWriter writer)
    {
        writer.Write(From);
        writer.Write(To);
        writer.WriteAmount(Amount);
    }
}
