namespace Cess.Ledger.Modules.Balances;

/// <summary>Why a call of the balances module, or a payment of another's, failed.</summary>
public enum BalancesError : ushort
{
    /// <summary>The account has fewer free tokens than the call needs.</summary>
    FundsInsufficient = 1,

    /// <summary>A transfer of nothing.</summary>
    AmountZero = 2,
}

/// <summary>The catalogue of <see cref="BalancesError"/>.</summary>
internal static class BalancesErrors
{
    public static IEnumerable<KeyValuePair<LedgerError, ErrorInfo>> All { get; } =
    [
        Entry(BalancesError.FundsInsufficient, Fault.Timing, "The account has fewer free tokens than the call needs."),
        Entry(BalancesError.AmountZero, Fault.Sender, "A transfer moves at least one unit."),
    ];

    private static KeyValuePair<LedgerError, ErrorInfo> Entry(BalancesError error, Fault fault, string text) =>
        new(error, new ErrorInfo(error.ToString(), text, fault));
}
