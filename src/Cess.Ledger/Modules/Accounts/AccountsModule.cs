using System.Collections.Immutable;
using System.Diagnostics;
using Cess.Ledger.Modules.Balances;
using Cess.Primitives;

namespace Cess.Ledger.Modules.Accounts;

/// <summary>Keys and delegates of accounts.</summary>
internal static class AccountsModule
{
    public static LedgerError? Apply(CallContext context, AccountsCall call) => call switch
    {
        RotateKey rotate => Apply(context, rotate),
        SetDelegate set => Apply(context, set),
        RemoveDelegate remove => Apply(context, remove),
        ActAs act => Apply(context, act),
        _ => throw new UnreachableException(),
    };

    private static LedgerError? Apply(CallContext context, RotateKey call)
    {
        AccountRecord account = context.Balances.Account(context.Sender);
        if (account.Key == call.Key)
            return AccountsError.KeyUnchanged;
        if (!IsProof(call, RotateKey.ProofDigest(context.Genesis, context.Sender, call.Key)))
            return AccountsError.ProofInvalid;

        context.Balances.Set(context.Sender, account with { Key = call.Key });
        context.Emit(new KeyRotated(context.Sender, call.Key));
        return null;
    }

    private static LedgerError? Apply(CallContext context, SetDelegate call)
    {
        if (call.Delegate == context.Sender)
            return AccountsError.DelegateIsSelf;
        if (!IsValid(call.Scope))
            return AccountsError.ScopeInvalid;

        DelegateRecord record = new(context.Sender, call.Delegate, call.Scope, call.SpendLimit, call.Until);
        if (!context.Accounts.TryAdd(record))
            return AccountsError.DelegatesTooMany;

        context.Emit(new DelegateSet(context.Sender, call.Delegate, call.Until));
        return null;
    }

    private static LedgerError? Apply(CallContext context, RemoveDelegate call)
    {
        if (context.Accounts.Delegate(context.Sender, call.Delegate) is not { } record)
            return AccountsError.DelegateUnknown;

        context.Accounts.Remove(record);
        context.Emit(new DelegateRemoved(context.Sender, call.Delegate));
        return null;
    }

    private static LedgerError? Apply(CallContext context, ActAs call)
    {
        if (context.Accounts.Delegate(call.Account, context.Sender) is not { } record)
            return AccountsError.DelegateUnknown;
        if (record.Until < context.Height)
            return AccountsError.DelegateExpired;
        if (!record.Allows(call.Call))
            return AccountsError.CallOutOfScope;

        if (context.ExecuteAs(call.Account, call.Call, out Balance spent) is { } error)
            return error;
        if (!record.SpendLeft.TrySubtract(spent, out Balance left))
            return AccountsError.SpendLimitExceeded;

        if (!spent.IsZero)
            context.Accounts.Set(record with { SpendLeft = left });
        context.Emit(new ActedAs(call.Account, context.Sender, spent));
        return null;
    }

    private static bool IsProof(RotateKey call, Hash256 digest)
    {
        if (!VerifyingKey.TryImport(call.Key, out VerifyingKey? key))
            return false;
        using (key)
            return key.Verify(digest, call.Proof);
    }

    private static bool IsValid(ImmutableArray<CallScope> scope)
    {
        if (scope.IsEmpty)
            return false;

        ModuleId previous = ModuleId.Chain;
        foreach (CallScope entry in scope)
        {
            // A delegate that could change keys or delegates would have no limits; a batch is as allowed as its calls.
            if (entry.Module <= previous || entry.Module is ModuleId.Accounts or ModuleId.Batches || entry.Calls == 0)
                return false;
            previous = entry.Module;
        }

        return true;
    }
}
