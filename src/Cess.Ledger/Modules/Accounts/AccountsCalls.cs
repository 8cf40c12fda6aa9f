using System.Collections.Immutable;
using Cess.Primitives;

namespace Cess.Ledger.Modules.Accounts;

/// <summary>The accounts module's calls, by their byte on the wire.</summary>
public enum AccountsCallKind : byte
{
    /// <summary><see cref="Accounts.RotateKey"/>.</summary>
    RotateKey = 0,

    /// <summary><see cref="Accounts.SetDelegate"/>.</summary>
    SetDelegate = 1,

    /// <summary><see cref="Accounts.RemoveDelegate"/>.</summary>
    RemoveDelegate = 2,

    /// <summary><see cref="Accounts.ActAs"/>.</summary>
    ActAs = 3,
}

/// <summary>A call of the accounts module. No delegate can make one for somebody else.</summary>
public abstract record AccountsCall : Call
{
    private protected AccountsCall()
    {
    }

    /// <inheritdoc/>
    public sealed override ModuleId Module => ModuleId.Accounts;

    /// <summary>Which call it is.</summary>
    public abstract AccountsCallKind Kind { get; }

    private protected sealed override byte Index => (byte)Kind;

    internal static AccountsCall DecodeFields(ref ScaleReader reader)
    {
        int start = reader.Offset;
        return reader.ReadEnum<AccountsCallKind>() switch
        {
            AccountsCallKind.RotateKey => new RotateKey(reader.Read<PublicKey>(), reader.Read<Signature>()),
            AccountsCallKind.SetDelegate => new SetDelegate(
                reader.Read<AccountId>(),
                reader.ReadImmutable<CallScope>(LedgerLimits.ScopeModulesMax, CallScope.EncodedBytes),
                reader.ReadAmount(),
                reader.ReadCompactU64()),
            AccountsCallKind.RemoveDelegate => new RemoveDelegate(reader.Read<AccountId>()),
            AccountsCallKind.ActAs => new ActAs(reader.Read<AccountId>(), reader.Read<Call>()),
            AccountsCallKind kind => throw new ScaleException(ScaleError.UnknownVariant, start, $"{kind} has no fields."),
        };
    }
}

/// <summary>
/// Gives the sender another key. The account, its tokens and whatever it owns stay; the old key signs nothing any more, from the
/// next transaction on.
/// </summary>
/// <param name="Key">The new key.</param>
/// <param name="Proof">A signature of the new key over <see cref="ProofDigest"/>: somebody has it.</param>
public sealed record RotateKey(PublicKey Key, Signature Proof) : AccountsCall
{
    private static ReadOnlySpan<byte> ProofDomain => "cess/rotate-key/1"u8;

    /// <inheritdoc/>
    public override AccountsCallKind Kind => AccountsCallKind.RotateKey;

    /// <inheritdoc/>
    public override ulong Weight => CallWeights.SignatureOfNewKey + CallWeights.RecordWrite;

    /// <summary>What the new key signs: SHA-256 of <c>"cess/rotate-key/1" ‖ genesis hash ‖ account ‖ new key</c>.</summary>
    public static Hash256 ProofDigest(Hash256 genesis, AccountId account, PublicKey key)
    {
        using ScaleWriter writer = new();
        writer.WriteFixed(ProofDomain);
        writer.Write(genesis);
        writer.Write(account);
        writer.Write(key);
        return Hash256.Sha256(writer.WrittenSpan);
    }

    private protected override void EncodeFields(ScaleWriter writer)
    {
        writer.Write(Key);
        writer.Write(Proof);
    }
}

/// <summary>Lets another account act for the sender, within limits; replaces what that account was allowed before.</summary>
/// <param name="Delegate">Who may act: any other account.</param>
/// <param name="Scope">The calls that it may make, modules in strictly ascending order; never the accounts module's.</param>
/// <param name="SpendLimit">
/// How many of the sender's tokens all its calls together may take: what leaves the free ones, also into a stake, and what leaves
/// the account from a stake. What a call brings in makes up for nothing.
/// </param>
/// <param name="Until">Height of the last block in which it may act.</param>
public sealed record SetDelegate(AccountId Delegate, ImmutableArray<CallScope> Scope, Balance SpendLimit, ulong Until)
    : AccountsCall
{
    /// <inheritdoc/>
    public override AccountsCallKind Kind => AccountsCallKind.SetDelegate;

    /// <inheritdoc/>
    public override ulong Weight => 2 * CallWeights.RecordWrite;

    private protected override void EncodeFields(ScaleWriter writer)
    {
        writer.Write(Delegate);
        writer.WriteVector(Scope);
        writer.WriteAmount(SpendLimit);
        writer.WriteCompact(Until);
    }
}

/// <summary>Takes back what <see cref="SetDelegate"/> allowed.</summary>
/// <param name="Delegate">Whom.</param>
public sealed record RemoveDelegate(AccountId Delegate) : AccountsCall
{
    /// <inheritdoc/>
    public override AccountsCallKind Kind => AccountsCallKind.RemoveDelegate;

    /// <inheritdoc/>
    public override ulong Weight => 2 * CallWeights.RecordWrite;

    private protected override void EncodeFields(ScaleWriter writer) => writer.Write(Delegate);
}

/// <summary>
/// Makes a call for another account that has made the sender its delegate. The sender pays the fee; what the call itself moves
/// is the account's.
/// </summary>
/// <param name="Account">For whom.</param>
/// <param name="Call">What to do; of a batch, every call must be in the delegate's scope.</param>
public sealed record ActAs(AccountId Account, Call Call) : AccountsCall
{
    /// <inheritdoc/>
    public override AccountsCallKind Kind => AccountsCallKind.ActAs;

    /// <inheritdoc/>
    public override ulong Weight => (2 * CallWeights.RecordWrite) + Call.Weight;

    internal override bool HoldsBatch => Call.HoldsBatch;

    private protected override void EncodeFields(ScaleWriter writer)
    {
        writer.Write(Account);
        writer.Write(Call);
    }
}
