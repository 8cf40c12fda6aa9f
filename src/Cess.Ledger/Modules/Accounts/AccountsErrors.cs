namespace Cess.Ledger.Modules.Accounts;

/// <summary>Why a call of the accounts module failed.</summary>
public enum AccountsError : ushort
{
    /// <summary>The new key's signature does not verify.</summary>
    ProofInvalid = 1,

    /// <summary>The account has that key already.</summary>
    KeyUnchanged = 2,

    /// <summary>The scope is empty, not in order, or names calls that no delegate can make.</summary>
    ScopeInvalid = 3,

    /// <summary>The account has as many delegates as it may have.</summary>
    DelegatesTooMany = 4,

    /// <summary>An account is no delegate of itself.</summary>
    DelegateIsSelf = 5,

    /// <summary>The account has no such delegate.</summary>
    DelegateUnknown = 6,

    /// <summary>The delegate's time is over.</summary>
    DelegateExpired = 7,

    /// <summary>The delegate may not make this call.</summary>
    CallOutOfScope = 8,

    /// <summary>The call takes more of the account's tokens than the delegate may spend.</summary>
    SpendLimitExceeded = 9,
}

/// <summary>The catalogue of <see cref="AccountsError"/>.</summary>
internal static class AccountsErrors
{
    public static IEnumerable<KeyValuePair<LedgerError, ErrorInfo>> All { get; } =
    [
        Entry(AccountsError.ProofInvalid, Fault.Sender, "The new key's signature does not verify."),
        Entry(AccountsError.KeyUnchanged, Fault.Sender, "The account has that key already."),
        Entry(AccountsError.ScopeInvalid, Fault.Sender, "The scope is empty, not in order, or names calls that no delegate can make."),
        Entry(AccountsError.DelegatesTooMany, Fault.Timing, "The account has as many delegates as it may have."),
        Entry(AccountsError.DelegateIsSelf, Fault.Sender, "An account is no delegate of itself."),
        Entry(AccountsError.DelegateUnknown, Fault.Timing, "The account has no such delegate."),
        Entry(AccountsError.DelegateExpired, Fault.Timing, "The delegate's time is over."),
        Entry(AccountsError.CallOutOfScope, Fault.Sender, "The delegate may not make this call."),
        Entry(AccountsError.SpendLimitExceeded, Fault.Timing, "The call takes more than the delegate may spend."),
    ];

    private static KeyValuePair<LedgerError, ErrorInfo> Entry(AccountsError error, Fault fault, string text) =>
        new(error, new ErrorInfo(error.ToString(), text, fault));
}
