using Cess.Ledger.Modules.Chain;
using Cess.Primitives;

namespace Cess.Ledger.Transactions;

/// <summary>
/// The check of signatures. It needs no state but the account's key, so it can run ahead of execution, on all cores, once a
/// transaction.
/// </summary>
public static class TransactionVerifier
{
    /// <summary>Null if the account's owner signed the transaction, else why not.</summary>
    /// <param name="transaction">The transaction.</param>
    /// <param name="knownKey">
    /// The account's key, from the state or from an earlier transaction that revealed it and will be executed before; null if
    /// unknown.
    /// </param>
    /// <param name="keys">Imported keys.</param>
    public static LedgerError? Verify(SignedTransaction transaction, PublicKey? knownKey, PublicKeyCache keys)
    {
        if (transaction.RevealedKey is { } revealed && revealed != knownKey)
        {
            if (revealed.ToAccountId() != transaction.Unsigned.Account)
                return ChainError.KeyOfOtherAccount;
            knownKey = revealed;
        }

        if (knownKey is not { } key)
            return ChainError.KeyUnknown;
        return keys.Verify(key, transaction.Id, transaction.Signature) ? null : ChainError.SignatureInvalid;
    }
}
