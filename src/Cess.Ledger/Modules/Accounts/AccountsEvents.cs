using System.Collections.Immutable;
using Cess.Primitives;

namespace Cess.Ledger.Modules.Accounts;

/// <summary>The accounts module's events, by their byte on the wire.</summary>
public enum AccountsEventKind : byte
{
    /// <summary><see cref="Accounts.KeyRotated"/>.</summary>
    KeyRotated = 0,

    /// <summary><see cref="Accounts.DelegateSet"/>.</summary>
    DelegateSet = 1,

    /// <summary><see cref="Accounts.DelegateRemoved"/>.</summary>
    DelegateRemoved = 2,

    /// <summary><see cref="Accounts.ActedAs"/>.</summary>
    ActedAs = 3,
}

/// <summary>An event of the accounts module.</summary>
/// <param name="Account">Whose account.</param>
public abstract record AccountsEvent(AccountId Account) : LedgerEvent
{
    /// <inheritdoc/>
    public sealed override ModuleId Module => ModuleId.Accounts;

    /// <summary>Which event it is.</summary>
    public abstract AccountsEventKind Kind { get; }

    /// <inheritdoc/>
    public override ImmutableArray<AccountId> Accounts => [Account];

    private protected sealed override byte Index => (byte)Kind;

    internal static AccountsEvent DecodeFields(ref ScaleReader reader)
    {
        int start = reader.Offset;
        return reader.ReadEnum<AccountsEventKind>() switch
        {
            AccountsEventKind.KeyRotated => new KeyRotated(reader.Read<AccountId>(), reader.Read<PublicKey>()),
            AccountsEventKind.DelegateSet =>
                new DelegateSet(reader.Read<AccountId>(), reader.Read<AccountId>(), reader.ReadCompactU64()),
            AccountsEventKind.DelegateRemoved => new DelegateRemoved(reader.Read<AccountId>(), reader.Read<AccountId>()),
            AccountsEventKind.ActedAs => new ActedAs(reader.Read<AccountId>(), reader.Read<AccountId>(), reader.ReadAmount()),
            AccountsEventKind kind => throw new ScaleException(ScaleError.UnknownVariant, start, $"{kind} has no fields."),
        };
    }
}

/// <summary>An account has another key.</summary>
/// <param name="Account">The account.</param>
/// <param name="Key">Its key from now on.</param>
public sealed record KeyRotated(AccountId Account, PublicKey Key) : AccountsEvent(Account)
{
    /// <inheritdoc/>
    public override AccountsEventKind Kind => AccountsEventKind.KeyRotated;

    private protected override void EncodeFields(ScaleWriter writer)
    {
        writer.Write(Account);
        writer.Write(Key);
    }
}

/// <summary>An account may act for another.</summary>
/// <param name="Account">The account that is acted for.</param>
/// <param name="Delegate">Who may act.</param>
/// <param name="Until">Height of the last block in which it may.</param>
public sealed record DelegateSet(AccountId Account, AccountId Delegate, ulong Until) : AccountsEvent(Account)
{
    /// <inheritdoc/>
    public override AccountsEventKind Kind => AccountsEventKind.DelegateSet;

    /// <inheritdoc/>
    public override ImmutableArray<AccountId> Accounts => [Account, Delegate];

    private protected override void EncodeFields(ScaleWriter writer)
    {
        writer.Write(Account);
        writer.Write(Delegate);
        writer.WriteCompact(Until);
    }
}

/// <summary>An account may no longer act for another.</summary>
/// <param name="Account">The account that was acted for.</param>
/// <param name="Delegate">Who might act.</param>
public sealed record DelegateRemoved(AccountId Account, AccountId Delegate) : AccountsEvent(Account)
{
    /// <inheritdoc/>
    public override AccountsEventKind Kind => AccountsEventKind.DelegateRemoved;

    /// <inheritdoc/>
    public override ImmutableArray<AccountId> Accounts => [Account, Delegate];

    private protected override void EncodeFields(ScaleWriter writer)
    {
        writer.Write(Account);
        writer.Write(Delegate);
    }
}

/// <summary>A delegate has acted; what it did is in the events before.</summary>
/// <param name="Account">For whom.</param>
/// <param name="Delegate">Who.</param>
/// <param name="Spent">By how much the account's free tokens have fallen.</param>
public sealed record ActedAs(AccountId Account, AccountId Delegate, Balance Spent) : AccountsEvent(Account)
{
    /// <inheritdoc/>
    public override AccountsEventKind Kind => AccountsEventKind.ActedAs;

    /// <inheritdoc/>
    public override ImmutableArray<AccountId> Accounts => [Account, Delegate];

    private protected override void EncodeFields(ScaleWriter writer)
    {
        writer.Write(Account);
        writer.Write(Delegate);
        writer.WriteAmount(Spent);
    }
}
