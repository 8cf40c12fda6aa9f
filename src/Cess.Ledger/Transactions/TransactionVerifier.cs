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
        if (CheckKey(transaction, knownKey) is { } error)
            return error;
        return IsSigned(transaction, transaction.RevealedKey ?? knownKey, keys) ? null : ChainError.SignatureInvalid;
    }

    /// <summary>True if the signatures are right; of an account with several members, those of the members that it names.</summary>
    /// <param name="transaction">The transaction.</param>
    /// <param name="key">The key to check under, unless it names members; null for none.</param>
    /// <param name="keys">Imported keys.</param>
    internal static bool IsSigned(SignedTransaction transaction, PublicKey? key, PublicKeyCache keys)
    {
        if (transaction.Multisig is { } multisig)
        {
            return multisig.Signatures.All(
                signature => keys.Verify(multisig.Policy.Members[signature.Member], transaction.Id, signature.Signature));
        }

        return key is { } known && keys.Verify(known, transaction.Id, transaction.Signature);
    }

    /// <summary>
    /// Null if the transaction is signed, as far as its form says, under the account's present key. The form decides alone under
    /// which key the signature has to be checked: the stated one, or else the one that the account's id is the hash of. So
    /// whoever executes a transaction long after somebody else has checked it knows which key that was.
    /// </summary>
    internal static LedgerError? CheckKey(SignedTransaction transaction, PublicKey? knownKey)
    {
        AccountId account = transaction.Unsigned.Account;
        if (transaction.Multisig is { } multisig)
        {
            if (knownKey is not null)
                return ChainError.KeyReplaced;
            return multisig.Policy.ToAccountId() == account ? null : ChainError.KeyOfOtherAccount;
        }

        if (transaction.RevealedKey is { } revealed)
        {
            if (revealed == knownKey)
                return null;
            if (revealed.ToAccountId() != account)
                return ChainError.KeyOfOtherAccount;
            return knownKey is null ? null : ChainError.KeyReplaced;
        }

        if (knownKey is not { } known)
            return ChainError.KeyUnknown;
        return known.ToAccountId() == account ? null : ChainError.KeyReplaced;
    }
}
