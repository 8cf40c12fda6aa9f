using System.Diagnostics;

namespace Cess.Ledger.Modules.Balances;

/// <summary>Accounts and transfers.</summary>
internal static class BalancesModule
{
    public static LedgerError? Apply(CallContext context, BalancesCall call) => call switch
    {
        Transfer transfer => Apply(context, transfer),
        _ => throw new UnreachableException(),
    };

    private static LedgerError? Apply(CallContext context, Transfer call)
    {
        if (call.Amount.IsZero)
            return BalancesError.AmountZero;
        if (context.Balances.Move(context.Sender, call.To, call.Amount) is { } error)
            return error;

        context.Emit(new Transferred(context.Sender, call.To, call.Amount));
        return null;
    }
}
