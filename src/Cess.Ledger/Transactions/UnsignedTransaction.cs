using Cess.Ledger.Modules;
using Cess.Primitives;

namespace Cess.Ledger.Transactions;

/// <summary>What an account asks the chain to do. Its encoding is what gets signed, and SHA-256 of that is the transaction's id.</summary>
/// <param name="Genesis">The chain that it is for: SHA-256 of the chain's genesis.</param>
/// <param name="Account">Who asks and pays.</param>
/// <param name="Nonce">How many transactions of the account have been included before.</param>
/// <param name="ValidUntil">Height of the last block that it may be in.</param>
/// <param name="Tip">What the proposer gets for including it.</param>
/// <param name="Call">What to do.</param>
public sealed record UnsignedTransaction(
    Hash256 Genesis,
    AccountId Account,
    ulong Nonce,
    ulong ValidUntil,
    Balance Tip,
    Call Call) : IScaleValue<UnsignedTransaction>
{
    /// <summary>Writes the fields in the order of their declaration.</summary>
    public void Encode(ScaleWriter writer)
    {
        writer.Write(Genesis);
        writer.Write(Account);
        writer.WriteCompact(Nonce);
        writer.WriteCompact(ValidUntil);
        writer.WriteAmount(Tip);
        writer.Write(Call);
    }

    /// <summary>Reads a transaction.</summary>
    public static UnsignedTransaction Decode(ref ScaleReader reader) => new(
        Hash256.Decode(ref reader),
        AccountId.Decode(ref reader),
        reader.ReadCompactU64(),
        reader.ReadCompactU64(),
        reader.ReadAmount(),
        reader.Read<Call>());
}
