using Cess.Ledger;
using Cess.Ledger.Modules;
using Cess.Ledger.Modules.Accounts;
using Cess.Ledger.Modules.Balances;
using Cess.Ledger.Modules.Batches;
using Cess.Primitives;
using Cess.Simulation.World;

namespace Cess.Simulation.Oracle;

/// <summary>Keys and delegates: docs/ledger.md#accounts.</summary>
internal static class AccountRules
{
    private const uint DelegatesMax = 20;

    public static LedgerError? RotateKey(OracleLedger ledger, AccountId sender, RotateKey call)
    {
        AccountRecord account = ledger.Account(sender);
        if (account.Key == call.Key)
            return AccountsError.KeyUnchanged;
        if (!SharedKeyCache.Instance.Verify(call.Key, Hashing.RotationProof(ledger.Genesis, sender, call.Key), call.Proof))
            return AccountsError.ProofInvalid;
        ledger.Accounts.Set(sender, account with { Key = call.Key });
        ledger.Events.Add(new KeyRotated(sender, call.Key));
        return null;
    }

    public static LedgerError? SetDelegate(OracleLedger ledger, AccountId sender, SetDelegate call)
    {
        if (call.Delegate == sender)
            return AccountsError.DelegateIsSelf;
        if (call.Scope.IsEmpty)
            return AccountsError.ScopeInvalid;
        for (int i = 0; i < call.Scope.Length; i++)
        {
            ModuleId module = call.Scope[i].Module;
            if (module is ModuleId.Chain or ModuleId.Accounts or ModuleId.Batches || call.Scope[i].Calls == 0)
                return AccountsError.ScopeInvalid;
            if (i > 0 && module <= call.Scope[i - 1].Module)
                return AccountsError.ScopeInvalid;
        }

        if (ledger.Delegates.Find((sender, call.Delegate)) is null)
        {
            ulong count = ledger.DelegateCounts.Find(sender)?.Value ?? 0;
            if (count == DelegatesMax)
                return AccountsError.DelegatesTooMany;
            ledger.DelegateCounts.Set(sender, new Number(count + 1));
        }

        ledger.Delegates.Set((sender, call.Delegate), new DelegateRecord(sender, call.Delegate, call.Scope, call.SpendLimit, call.Until));
        ledger.Events.Add(new DelegateSet(sender, call.Delegate, call.Until));
        return null;
    }

    public static LedgerError? RemoveDelegate(OracleLedger ledger, AccountId sender, RemoveDelegate call)
    {
        if (ledger.Delegates.Find((sender, call.Delegate)) is null)
            return AccountsError.DelegateUnknown;
        ledger.Delegates.Remove((sender, call.Delegate));
        ulong count = ledger.DelegateCounts.Find(sender)!.Value;
        if (count == 1)
            ledger.DelegateCounts.Remove(sender);
        else
            ledger.DelegateCounts.Set(sender, new Number(count - 1));
        ledger.Events.Add(new DelegateRemoved(sender, call.Delegate));
        return null;
    }

    public static LedgerError? ActAs(OracleCalls calls, AccountId sender, ActAs call, int? placeInBatch)
    {
        OracleLedger ledger = calls.Ledger;
        if (ledger.Delegates.Find((call.Account, sender)) is not { } allowed)
            return AccountsError.DelegateUnknown;
        if (allowed.Until < ledger.Height)
            return AccountsError.DelegateExpired;
        if (!IsInScope(allowed, call.Call))
            return AccountsError.CallOutOfScope;

        if (calls.ExecuteCounting(call.Account, call.Call, placeInBatch, out Balance spent) is { } error)
            return error;
        if (spent > allowed.SpendLeft)
            return AccountsError.SpendLimitExceeded;
        ledger.Delegates.Set((call.Account, sender), allowed with { SpendLeft = allowed.SpendLeft - spent });
        ledger.Events.Add(new ActedAs(call.Account, sender, spent));
        return null;
    }

    /// <summary>What a call has taken of an account's free tokens, or of its free and reserved ones, if that is more.</summary>
    public static Balance Taken(AccountRecord before, AccountRecord after)
    {
        UInt128 free = before.Free > after.Free ? before.Free.Units - after.Free.Units : 0;
        UInt128 had = before.Free.Units + before.Reserved.Units;
        UInt128 has = after.Free.Units + after.Reserved.Units;
        return new Balance(UInt128.Max(free, had > has ? had - has : 0));
    }

    private static bool IsInScope(DelegateRecord allowed, Call call)
    {
        if (call is Batch batch)
            return batch.Calls.All(each => IsInScope(allowed, each));
        byte[] bytes = Scale.Encode(call);
        return allowed.Scope.Any(scope => (byte)scope.Module == bytes[0] && (scope.Calls & (1u << bytes[1])) != 0);
    }
}
