using Cess.Ledger.Modules.Chain;
using Cess.Ledger.State;
using Cess.Ledger.Transactions;
using Cess.Primitives;

namespace Cess.Ledger.Blocks;

/// <summary>The check of the signatures of a block that somebody else made; <see cref="BlockExecutor"/> does not do it.</summary>
public static class BlockSignatures
{
    /// <summary>Null if every transaction is signed under the key that its form names, else why not.</summary>
    /// <param name="parent">The ledger before the block.</param>
    /// <param name="block">The block.</param>
    /// <param name="isVerified">True for a transaction whose very bytes were verified before; called on the caller's thread.</param>
    /// <param name="keys">Imported keys.</param>
    /// <param name="parallel">Where to verify.</param>
    public static LedgerError? Verify(
        LedgerState parent, Block block, Func<SignedTransaction, bool> isVerified, PublicKeyCache keys, IParallelFor parallel)
    {
        List<(SignedTransaction Transaction, PublicKey? Key)> unverified = [];
        Dictionary<AccountId, PublicKey> revealed = [];
        foreach (SignedTransaction transaction in block.Transactions)
        {
            AccountId account = transaction.Unsigned.Account;
            if (transaction.RevealedKey is { } key)
                revealed[account] = key;
            if (isVerified(transaction))
                continue;
            // Whether it is the account's key at that place in the block, execution checks.
            PublicKey? signer = transaction.RevealedKey
                ?? (revealed.TryGetValue(account, out PublicKey earlier) ? earlier : parent.Account(account).Key);
            unverified.Add((transaction, signer));
        }

        bool isWrong = false;
        parallel.For(unverified.Count, i =>
        {
            (SignedTransaction transaction, PublicKey? key) = unverified[i];
            if (!Volatile.Read(ref isWrong) && !TransactionVerifier.IsSigned(transaction, key, keys))
                Volatile.Write(ref isWrong, true);
        });
        return isWrong ? ChainError.SignatureInvalid : null;
    }
}
