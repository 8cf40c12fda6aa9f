using System.Diagnostics.CodeAnalysis;
using Cess.Ledger.Modules;
using Cess.Ledger.Modules.Chain;
using Cess.Primitives;

namespace Cess.Ledger.Transactions;

/// <summary>What comes with a signature; its byte in the envelope.</summary>
public enum SignatureKind : byte
{
    /// <summary>The chain knows the account's key: the signature alone.</summary>
    KnownKey = 0,

    /// <summary>The chain may not know it, or it is not the account's first: the compressed public key, then the signature.</summary>
    RevealedKey = 1,

    /// <summary>The account has several keys: see <see cref="Transactions.Multisig"/>.</summary>
    Multisig = 2,
}

/// <summary>
/// A transaction with its signature, and the bytes that it was read from: <c>unsigned ‖ kind ‖ (key) ‖ signature</c>. The bytes
/// are kept so that nothing is encoded twice. That the signature is right is not said; see <see cref="TransactionVerifier"/>.
/// </summary>
/// <remarks>
/// The id is SHA-256 of the unsigned bytes alone: no change of signature or envelope makes a second transaction. It is also
/// the digest that is signed. No other message that account keys sign can have those bytes: they start with 32 bytes of the
/// genesis hash, which nobody can choose.
/// </remarks>
public sealed class SignedTransaction : IEquatable<SignedTransaction>
{
    private SignedTransaction(
        ReadOnlyMemory<byte> bytes,
        Hash256 id,
        UnsignedTransaction unsigned,
        PublicKey? revealedKey,
        Signature signature,
        Multisig? multisig)
    {
        Bytes = bytes;
        Id = id;
        Unsigned = unsigned;
        RevealedKey = revealedKey;
        Signature = signature;
        Multisig = multisig;
        Weight = (CallWeights.Signature * (ulong)(multisig?.Signatures.Length ?? 1)) + unsigned.Call.Weight;
    }

    /// <summary>The whole transaction as it travels.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>SHA-256 of the unsigned bytes.</summary>
    public Hash256 Id { get; }

    /// <summary>What is asked for.</summary>
    public UnsignedTransaction Unsigned { get; }

    /// <summary>The account's key, if the transaction reveals it.</summary>
    public PublicKey? RevealedKey { get; }

    /// <summary>The signature over <see cref="Id"/>; of no meaning if there is a <see cref="Multisig"/>.</summary>
    public Signature Signature { get; }

    /// <summary>The policy and the signatures over <see cref="Id"/>, if the account has several keys.</summary>
    public Multisig? Multisig { get; }

    /// <summary>What it counts for in a block and in its fee: the check of its signatures, and its call.</summary>
    public ulong Weight { get; }

    /// <summary>Signs a transaction.</summary>
    /// <param name="unsigned">What to ask for; its account must be the key's.</param>
    /// <param name="key">The account's key.</param>
    /// <param name="kind">Whether to reveal the public key, which the account's first transaction has to.</param>
    /// <exception cref="ArgumentException">The account is another key's.</exception>
    /// <exception cref="ScaleException">The transaction exceeds a bound.</exception>
    public static SignedTransaction Sign(UnsignedTransaction unsigned, PrivateKey key, SignatureKind kind)
    {
        if (key.PublicKey.ToAccountId() != unsigned.Account)
            throw new ArgumentException($"The key is not that of account {unsigned.Account}.", nameof(key));

        return Assemble(unsigned, key.Sign(Scale.Sha256(unsigned)), kind == SignatureKind.RevealedKey ? key.PublicKey : null);
    }

    /// <summary>Signs a transaction of an account whose key was replaced: it states its key each time.</summary>
    /// <param name="unsigned">What to ask for.</param>
    /// <param name="key">The account's present key.</param>
    /// <exception cref="ScaleException">The transaction exceeds a bound.</exception>
    public static SignedTransaction SignWithNewKey(UnsignedTransaction unsigned, PrivateKey key) =>
        Assemble(unsigned, key.Sign(Scale.Sha256(unsigned)), key.PublicKey);

    /// <summary>Puts a transaction of an account of several keys together with its members' signatures over its id.</summary>
    /// <exception cref="ScaleException">The transaction exceeds a bound, or the signatures are not those that the policy asks for.</exception>
    public static SignedTransaction Assemble(UnsignedTransaction unsigned, Multisig multisig)
    {
        using ScaleWriter writer = new();
        unsigned.Encode(writer);
        writer.WriteEnum(SignatureKind.Multisig);
        writer.Write(multisig);
        return Decode(writer.ToArray());
    }

    /// <summary>Puts a transaction together with a signature over its id that was made elsewhere.</summary>
    /// <exception cref="ScaleException">The transaction exceeds a bound.</exception>
    public static SignedTransaction Assemble(UnsignedTransaction unsigned, Signature signature, PublicKey? revealedKey)
    {
        using ScaleWriter writer = new();
        unsigned.Encode(writer);
        writer.WriteEnum(revealedKey is null ? SignatureKind.KnownKey : SignatureKind.RevealedKey);
        if (revealedKey is { } key)
            writer.Write(key);
        writer.Write(signature);

        // Read back, so that an instance always stands for bytes that others accept.
        return Decode(writer.ToArray());
    }

    /// <summary>Reads a transaction that fills <paramref name="bytes"/>, which are kept and must not change.</summary>
    /// <exception cref="ScaleException">The bytes are no transaction, or more than <see cref="LedgerLimits.TransactionBytesMax"/>.</exception>
    public static SignedTransaction Decode(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Length > LedgerLimits.TransactionBytesMax)
            throw new ScaleException(ScaleError.TooLong, 0, $"a transaction has at most {LedgerLimits.TransactionBytesMax} bytes.");

        ScaleReader reader = new(bytes.Span);
        UnsignedTransaction unsigned = reader.Read<UnsignedTransaction>();
        Hash256 id = Hash256.Sha256(reader.Since(0));
        SignatureKind kind = reader.ReadEnum<SignatureKind>();
        Multisig? multisig = kind == SignatureKind.Multisig ? reader.Read<Multisig>() : null;
        PublicKey? key = kind == SignatureKind.RevealedKey ? reader.Read<PublicKey>() : null;
        Signature signature = kind == SignatureKind.Multisig ? default : reader.Read<Signature>();
        reader.EnsureEnd();
        return new SignedTransaction(bytes, id, unsigned, key, signature, multisig);
    }

    /// <summary>As <see cref="Decode"/>, but a fault in the bytes is an answer.</summary>
    public static bool TryDecode(
        ReadOnlyMemory<byte> bytes, [NotNullWhen(true)] out SignedTransaction? transaction, out LedgerError error)
    {
        try
        {
            transaction = Decode(bytes);
            error = default;
            return true;
        }
        catch (ScaleException)
        {
            transaction = null;
            error = bytes.Length > LedgerLimits.TransactionBytesMax ? ChainError.TransactionTooLarge : ChainError.TransactionMalformed;
            return false;
        }
    }

    /// <summary>True if both have the same bytes.</summary>
    public bool Equals(SignedTransaction? other) => other is not null && Bytes.Span.SequenceEqual(other.Bytes.Span);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as SignedTransaction);

    /// <inheritdoc/>
    public override int GetHashCode() => Id.GetHashCode();
}
