using Cess.Ledger.Modules.Chain;
using Cess.Ledger.State;
using Cess.Primitives;

namespace Cess.Ledger.Blocks;

/// <summary>
/// Trusts a chain's validators and nobody else: checks headers that others hand over, and records against those headers.
/// Knows the validators of one era at a time, and for which heights they speak; <see cref="Advance"/> leads into the next.
/// Not for concurrent use with <see cref="Advance"/>.
/// </summary>
/// <remarks>
/// Whoever has bought the keys of an era long past can sign another history from there on. A client that was away for longer
/// than stake takes to unbond should start anew from an era that it hears of from somebody it trusts.
/// </remarks>
/// <param name="genesis">Hash of the chain's genesis.</param>
/// <param name="era">An era that is known to be the chain's.</param>
/// <param name="validators">Its validators.</param>
/// <param name="keys">Imported keys.</param>
public sealed class LightClient(Hash256 genesis, EraRecord era, ValidatorSet validators, PublicKeyCache keys)
{
    /// <summary>The era whose headers can be checked.</summary>
    public EraRecord Era { get; private set; } = era;

    /// <summary>Its validators.</summary>
    public ValidatorSet Validators { get; private set; } = validators;

    /// <summary>Starts at a chain's beginning.</summary>
    /// <param name="state">The ledger after block 0: see <see cref="Genesis.ToState"/>.</param>
    /// <param name="keys">Imported keys.</param>
    public static LightClient StartingAt(LedgerState state, PublicKeyCache keys) =>
        new(state.Genesis, state.Era, state.Validators, keys);

    /// <summary>Null if the header is final, else why not.</summary>
    public LedgerError? Verify(BlockHeader header, Certificate certificate)
    {
        if (header.Version != BlockHeader.CurrentVersion)
            return ChainError.BlockVersionUnknown;
        // Nobody votes on block 0: whoever knows the genesis knows it.
        if (header.Height == 0)
            return ChainError.HeightWrong;
        if (header.Height <= Era.Start || header.Height > Era.End)
            return ChainError.EraUnknown;
        return certificate.Verify(genesis, header.ComputeHash(), Validators, keys);
    }

    /// <summary>Null if the proof's header is final, else why not. All its headers are of the present era.</summary>
    public LedgerError? Verify(FinalityProof proof)
    {
        for (int i = 1; i < proof.Headers.Length; i++)
        {
            BlockHeader parent = proof.Headers[i - 1];
            if (proof.Headers[i].Height != parent.Height + 1)
                return ChainError.HeightWrong;
            if (proof.Headers[i].Parent != parent.ComputeHash())
                return ChainError.ParentWrong;
            if (parent.Version != BlockHeader.CurrentVersion)
                return ChainError.BlockVersionUnknown;
        }

        // Heights follow each other up to the last, so the first is the one that may be of an era before.
        return proof.Header.Height <= Era.Start ? ChainError.EraUnknown : Verify(proof.Headers[^1], proof.Certificate);
    }

    /// <summary>Goes on to the next era; null if that was proven, else why not, and the client stays where it is.</summary>
    public LedgerError? Advance(EraHandover handover)
    {
        if (Verify(handover.Header, handover.Certificate) is { } error)
            return error;

        // The proof is of what validators have certified: the rest is to keep a proof of an earlier block from passing.
        EraRecord next = handover.Era;
        bool follows = handover.Header.Height == Era.End && next.Index == Era.Index + 1 && next.Start == Era.End;
        if (!follows
            || !ProvesRecord(handover.Header, handover.Proof, LedgerKeys.Era, Scale.Encode(next))
            || !ProvesRecord(handover.Header, handover.Proof, LedgerKeys.Validators, Scale.Encode(handover.Validators)))
        {
            return ChainError.HandoverInvalid;
        }

        Era = next;
        Validators = handover.Validators;
        return null;
    }

    /// <summary>True if after the block, the record under <paramref name="key"/> was exactly <paramref name="value"/>.</summary>
    /// <param name="header">A header that <see cref="Verify(BlockHeader, Certificate)"/> has found final.</param>
    /// <param name="proof">The proof.</param>
    /// <param name="key">See <see cref="LedgerKeys"/>.</param>
    /// <param name="value">The record, encoded.</param>
    public static bool ProvesRecord(BlockHeader header, StateProof proof, StateKey key, ReadOnlySpan<byte> value) =>
        proof.ProvesValue(header.StateRoot, key, value);

    /// <summary>True if after the block, there was no record under <paramref name="key"/>.</summary>
    /// <param name="header">A header that <see cref="Verify(BlockHeader, Certificate)"/> has found final.</param>
    /// <param name="proof">The proof.</param>
    /// <param name="key">See <see cref="LedgerKeys"/>.</param>
    public static bool ProvesAbsence(BlockHeader header, StateProof proof, StateKey key) =>
        proof.ProvesAbsence(header.StateRoot, key);

    /// <summary>True if the transaction with these bytes is the <paramref name="index"/>-th of <paramref name="count"/> in the block.</summary>
    /// <param name="header">A header that <see cref="Verify(BlockHeader, Certificate)"/> has found final.</param>
    /// <param name="transaction">The signed transaction's bytes.</param>
    /// <param name="index">Its place, from 0.</param>
    /// <param name="count">Transactions in the block.</param>
    /// <param name="path">The audit path (RFC 6962), lowest level first.</param>
    public static bool ProvesTransaction(
        BlockHeader header, ReadOnlySpan<byte> transaction, int index, int count, ReadOnlySpan<Hash256> path) =>
        MerkleProof.VerifyInclusion(header.TransactionsRoot, count, index, MerkleTree.LeafHash(transaction), path);
}
