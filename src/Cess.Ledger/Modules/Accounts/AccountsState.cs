using System.Collections.Immutable;
using Cess.Ledger.State;
using Cess.Primitives;

namespace Cess.Ledger.Modules.Accounts;

/// <summary>Some calls of one module.</summary>
/// <param name="Module">The module.</param>
/// <param name="Calls">Bit n stands for the call with byte n.</param>
public readonly record struct CallScope(ModuleId Module, uint Calls) : IScaleValue<CallScope>
{
    internal const int EncodedBytes = 5;

    /// <summary>All calls of a module, those that it does not have yet included.</summary>
    public static CallScope AllOf(ModuleId module) => new(module, uint.MaxValue);

    /// <summary>Writes module and bits.</summary>
    public void Encode(ScaleWriter writer)
    {
        writer.WriteEnum(Module);
        writer.WriteU32(Calls);
    }

    /// <summary>Reads module and bits.</summary>
    public static CallScope Decode(ref ScaleReader reader) => new(reader.ReadEnum<ModuleId>(), reader.ReadU32());
}

/// <summary>What the ledger keeps of a delegate.</summary>
/// <param name="Account">The account that it acts for.</param>
/// <param name="Delegate">Who acts.</param>
/// <param name="Scope">The calls that it may make, modules in strictly ascending order.</param>
/// <param name="SpendLeft">How many of the account's tokens its calls may still take.</param>
/// <param name="Until">Height of the last block in which it may act.</param>
public sealed record DelegateRecord(
    AccountId Account, AccountId Delegate, ImmutableArray<CallScope> Scope, Balance SpendLeft, ulong Until)
    : IScaleValue<DelegateRecord>
{
    /// <summary>True if the delegate may make this call, and every call within it.</summary>
    public bool Allows(Call call)
    {
        if (call is Batches.Batch batch)
            return batch.Calls.All(Allows);

        foreach (CallScope scope in Scope)
        {
            if (scope.Module == call.Module)
                return call.Number < 32 && (scope.Calls >> call.Number & 1) != 0;
        }

        return false;
    }

    /// <summary>Writes the fields in the order of their declaration.</summary>
    public void Encode(ScaleWriter writer)
    {
        writer.Write(Account);
        writer.Write(Delegate);
        writer.WriteVector(Scope);
        writer.WriteAmount(SpendLeft);
        writer.WriteCompact(Until);
    }

    /// <summary>Reads a delegate.</summary>
    public static DelegateRecord Decode(ref ScaleReader reader) => new(
        reader.Read<AccountId>(),
        reader.Read<AccountId>(),
        reader.ReadImmutable<CallScope>(LedgerLimits.ScopeModulesMax, CallScope.EncodedBytes),
        reader.ReadAmount(),
        reader.ReadCompactU64());
}

/// <summary>How many delegates an account has; absent for none.</summary>
internal sealed record DelegateCount(uint Value) : IScaleValue<DelegateCount>
{
    public void Encode(ScaleWriter writer) => writer.WriteCompact(Value);

    public static DelegateCount Decode(ref ScaleReader reader) => new(reader.ReadCompactU32());
}

/// <summary>A delegate's place: the account (the group) and the delegate (the member).</summary>
internal readonly record struct DelegateKey(AccountId Account, AccountId Delegate)
{
    public static StateKey ToStateKey(byte module, byte collection, DelegateKey key) =>
        StateKey.Of(module, collection, Group(key.Account), key.Delegate.Hash.ToArray());

    public static byte[] Group(AccountId account) => account.Hash.ToArray();
}

/// <summary>The records of the accounts module, as one block changes them.</summary>
internal sealed class AccountsState(StateOverlay overlay)
{
    /// <summary>Grouped by account.</summary>
    public static readonly StateCollection<DelegateKey, DelegateRecord> DelegateCollection =
        new(ModuleId.Accounts, 0, DelegateKey.ToStateKey);

    public static readonly StateCollection<AccountId, DelegateCount> CountCollection =
        new(ModuleId.Accounts, 1, StateCollections.ByValue);

    private readonly StateTable<DelegateKey, DelegateRecord> _delegates = overlay.Table(DelegateCollection);
    private readonly StateTable<AccountId, DelegateCount> _counts = overlay.Table(CountCollection);

    public DelegateRecord? Delegate(AccountId account, AccountId delegated) => _delegates.Get(new DelegateKey(account, delegated));

    public void Set(DelegateRecord record) => _delegates.Set(new DelegateKey(record.Account, record.Delegate), record);

    /// <summary>Enters a new delegate, or replaces it; false if the account has too many.</summary>
    public bool TryAdd(DelegateRecord record)
    {
        if (Delegate(record.Account, record.Delegate) is null)
        {
            uint count = _counts.Get(record.Account)?.Value ?? 0;
            if (count >= LedgerLimits.DelegatesPerAccountMax)
                return false;
            _counts.Set(record.Account, new DelegateCount(count + 1));
        }

        Set(record);
        return true;
    }

    public void Remove(DelegateRecord record)
    {
        _delegates.Remove(new DelegateKey(record.Account, record.Delegate));
        uint count = _counts.Get(record.Account)!.Value;
        if (count > 1)
            _counts.Set(record.Account, new DelegateCount(count - 1));
        else
            _counts.Remove(record.Account);
    }
}
