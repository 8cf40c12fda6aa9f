using System.Collections.Immutable;
using Cess.Ledger;
using Cess.Ledger.Transactions;
using Cess.Primitives;

namespace Cess.Client.Chain;

/// <summary>
/// A transaction of an account of several keys on its way between the members, with the signatures that it has so far. Immutable.
/// Its bytes travel outside the chain, by whatever way: policy, unsigned transaction, and the signatures in the order of the
/// members, all in SCALE as docs/format/ledger.md has them. Each signature is checked when it is read or added.
/// </summary>
public sealed class MultisigTransaction : IScaleValue<MultisigTransaction>
{
    private readonly ImmutableSortedDictionary<byte, Signature> _signatures;

    /// <summary>A transaction that nobody has signed.</summary>
    /// <param name="unsigned">What to do; of the policy's account.</param>
    /// <param name="policy">The account's keys, and how many have to sign.</param>
    /// <exception cref="ArgumentException">The transaction is another account's.</exception>
    public MultisigTransaction(UnsignedTransaction unsigned, MultisigPolicy policy)
        : this(unsigned, policy, ImmutableSortedDictionary<byte, Signature>.Empty)
    {
        if (unsigned.Account != policy.ToAccountId())
            throw new ArgumentException($"The transaction is of account {unsigned.Account}, the policy of {policy.ToAccountId()}.", nameof(policy));
    }

    private MultisigTransaction(UnsignedTransaction unsigned, MultisigPolicy policy, ImmutableSortedDictionary<byte, Signature> signatures) =>
        (Unsigned, Policy, _signatures, Id) = (unsigned, policy, signatures, Scale.Sha256(unsigned));

    /// <summary>What is to be done.</summary>
    public UnsignedTransaction Unsigned { get; }

    /// <summary>Who may sign, and how many have to.</summary>
    public MultisigPolicy Policy { get; }

    /// <summary>The transaction's id, which the members sign.</summary>
    public Hash256 Id { get; }

    /// <summary>Who has signed, in the order of the members.</summary>
    public IEnumerable<PublicKey> Signers => _signatures.Keys.Select(member => Policy.Members[member]);

    /// <summary>How many signatures are missing.</summary>
    public int Missing => Math.Max(0, Policy.Threshold - _signatures.Count);

    /// <summary>With the signature of a member added.</summary>
    /// <exception cref="CessException">NotAMember.</exception>
    public MultisigTransaction Sign(PrivateKey member) => Policy.Members.IndexOf(member.PublicKey) is >= 0 and int place
        ? new MultisigTransaction(Unsigned, Policy, _signatures.SetItem((byte)place, member.Sign(Id)))
        : throw new CessException(ClientErrors.NotAMember, $"Key {member.PublicKey} is none of the {Policy.Members.Length} members.");

    /// <summary>With the signatures of another copy added.</summary>
    /// <exception cref="CessException">OtherTransaction.</exception>
    public MultisigTransaction Merge(MultisigTransaction other) => other.Id == Id
        ? new MultisigTransaction(Unsigned, Policy, _signatures.SetItems(other._signatures))
        : throw new CessException(ClientErrors.OtherTransaction, $"The signatures are for transaction {other.Id}, not {Id}.");

    /// <summary>The transaction as the chain takes it, with the first signatures that suffice.</summary>
    /// <exception cref="CessException">SignaturesMissing.</exception>
    public SignedTransaction Assemble() => Missing == 0
        ? SignedTransaction.Assemble(Unsigned, new Multisig(Policy, [.. Signatures().Take(Policy.Threshold)]))
        : throw new CessException(ClientErrors.SignaturesMissing, $"{Missing} of {Policy.Threshold} signatures are missing.");

    /// <summary>Writes policy, unsigned transaction and signatures.</summary>
    public void Encode(ScaleWriter writer)
    {
        writer.Write(Policy);
        writer.Write(Unsigned);
        writer.WriteVector<MemberSignature>([.. Signatures()]);
    }

    /// <summary>Reads a transaction; <see cref="ScaleError.InvalidValue"/> if a signature is not right, or not its member's place's.</summary>
    public static MultisigTransaction Decode(ref ScaleReader reader)
    {
        int start = reader.Offset;
        MultisigPolicy policy = reader.Read<MultisigPolicy>();
        UnsignedTransaction unsigned = reader.Read<UnsignedTransaction>();
        if (unsigned.Account != policy.ToAccountId())
            throw ScaleReader.Invalid(start, "the transaction is not of the policy's account.");

        Hash256 id = Scale.Sha256(unsigned);
        ImmutableSortedDictionary<byte, Signature>.Builder signatures = ImmutableSortedDictionary.CreateBuilder<byte, Signature>();
        int previous = -1;
        foreach (MemberSignature signature in reader.ReadVector<MemberSignature>(LedgerLimits.MultisigMembersMax))
        {
            if (signature.Member <= previous || signature.Member >= policy.Members.Length)
                throw ScaleReader.Invalid(start, "signatures are in strictly ascending order of members.");
            if (!IsRight(policy.Members[signature.Member], id, signature.Signature))
                throw ScaleReader.Invalid(start, $"the signature of member {signature.Member} does not verify.");
            signatures.Add(signature.Member, signature.Signature);
            previous = signature.Member;
        }

        return new MultisigTransaction(unsigned, policy, signatures.ToImmutable());
    }

    private static bool IsRight(PublicKey member, Hash256 id, Signature signature)
    {
        if (!VerifyingKey.TryImport(member, out VerifyingKey? key))
            return false;
        using (key)
            return key.Verify(id, signature);
    }

    private IEnumerable<MemberSignature> Signatures() => _signatures.Select(signature => new MemberSignature(signature.Key, signature.Value));
}
