using Cess.Primitives;

namespace Cess.Ledger.Modules.Staking.Selection;

/// <summary>
/// What a validator has bound itself to reveal: the end of a chain of hashes, or the last value of it that it has shown. What
/// comes next is fixed, and nobody else can know it.
/// </summary>
/// <remarks>
/// A position names one value of the chain: the end is the position at which the chain was committed to, and each step back
/// counts one up. The ledger ties positions to what a proposer can't choose (the block's height, say), so that for every block
/// there is one right reveal, and a proposer can only show it or lose the block.
/// </remarks>
/// <param name="Account">
/// Whose chain. It is hashed into each step, so that a copied commitment is of no use to the copier.
/// </param>
/// <param name="Value">The last value that is public.</param>
/// <param name="Position">Where it stands.</param>
public sealed record HashChainCommitment(AccountId Account, Hash256 Value, ulong Position) : IScaleValue<HashChainCommitment>
{
    private static ReadOnlySpan<byte> StepDomain => "cess/hash-chain/1"u8;

    /// <summary>One step towards the end: SHA-256 of <c>"cess/hash-chain/1" ‖ account ‖ value</c>.</summary>
    public static Hash256 Step(AccountId account, Hash256 value)
    {
        Span<byte> bytes = stackalloc byte[17 + AccountId.Size + Hash256.Size];
        StepDomain.CopyTo(bytes);
        account.Hash.WriteTo(bytes[17..]);
        value.WriteTo(bytes[(17 + AccountId.Size)..]);
        return Hash256.Sha256(bytes);
    }

    /// <summary>
    /// What the commitment becomes when <paramref name="reveal"/> is shown; null if that is not the chain's value at
    /// <paramref name="position"/>, or if it lies not 1 to <see cref="SelectionLimits.RevealStepsMax"/> steps ahead.
    /// </summary>
    public HashChainCommitment? Reveal(Hash256 reveal, ulong position)
    {
        if (position <= Position || position - Position > SelectionLimits.RevealStepsMax)
            return null;

        Hash256 value = reveal;
        for (ulong at = position; at > Position; at--)
            value = Step(Account, value);
        return value == Value ? this with { Value = reveal, Position = position } : null;
    }

    /// <summary>Writes the fields in the order of their declaration.</summary>
    public void Encode(ScaleWriter writer)
    {
        writer.Write(Account);
        writer.Write(Value);
        writer.WriteCompact(Position);
    }

    /// <summary>Reads a commitment.</summary>
    public static HashChainCommitment Decode(ref ScaleReader reader) =>
        new(AccountId.Decode(ref reader), Hash256.Decode(ref reader), reader.ReadCompactU64());
}
