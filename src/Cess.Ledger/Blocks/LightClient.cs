using Cess.Ledger.Modules.Chain;
using Cess.Ledger.State;
using Cess.Primitives;

namespace Cess.Ledger.Blocks;

/// <summary>
/// Trusts a chain's validators and nobody else: checks headers that others hand over, and records against those headers.
/// Knows one set of validators, the genesis's; it is to follow changes of the set when the ledger has them.
/// </summary>
/// <param name="genesis">Hash of the chain's genesis.</param>
/// <param name="validators">The chain's validators.</param>
/// <param name="keys">Imported keys.</param>
public sealed class LightClient(Hash256 genesis, ValidatorSet validators, PublicKeyCache keys)
{
    /// <summary>Null if the header is final, else why not.</summary>
    public LedgerError? Verify(BlockHeader header, Certificate certificate)
    {
        if (header.Version != BlockHeader.CurrentVersion)
            return ChainError.BlockVersionUnknown;
        // Nobody votes on block 0: whoever knows the genesis knows it.
        return header.Height == 0 ? ChainError.HeightWrong : certificate.Verify(genesis, header.ComputeHash(), validators, keys);
    }

    /// <summary>True if after the block, the record under <paramref name="key"/> was exactly <paramref name="value"/>.</summary>
    /// <param name="header">A header that <see cref="Verify"/> has found final.</param>
    /// <param name="proof">The proof.</param>
    /// <param name="key">See <see cref="LedgerKeys"/>.</param>
    /// <param name="value">The record, encoded.</param>
    public static bool ProvesRecord(BlockHeader header, StateProof proof, StateKey key, ReadOnlySpan<byte> value) =>
        proof.ProvesValue(header.StateRoot, key, value);

    /// <summary>True if after the block, there was no record under <paramref name="key"/>.</summary>
    /// <param name="header">A header that <see cref="Verify"/> has found final.</param>
    /// <param name="proof">The proof.</param>
    /// <param name="key">See <see cref="LedgerKeys"/>.</param>
    public static bool ProvesAbsence(BlockHeader header, StateProof proof, StateKey key) =>
        proof.ProvesAbsence(header.StateRoot, key);

    /// <summary>True if the transaction with these bytes is the <paramref name="index"/>-th of <paramref name="count"/> in the block.</summary>
    /// <param name="header">A header that <see cref="Verify"/> has found final.</param>
    /// <param name="transaction">The signed transaction's bytes.</param>
    /// <param name="index">Its place, from 0.</param>
    /// <param name="count">Transactions in the block.</param>
    /// <param name="path">The audit path (RFC 6962), lowest level first.</param>
    public static bool ProvesTransaction(
        BlockHeader header, ReadOnlySpan<byte> transaction, int index, int count, ReadOnlySpan<Hash256> path) =>
        MerkleProof.VerifyInclusion(header.TransactionsRoot, count, index, MerkleTree.LeafHash(transaction), path);
}
