using System.Collections.Immutable;
using Cess.Primitives;

namespace Cess.Ledger.Transactions;

/// <summary>
/// Who signs for an account of several keys: any <paramref name="Threshold"/> of the <paramref name="Members"/>. The account's
/// id commits to it, so the ledger need not store it.
/// </summary>
/// <param name="Threshold">How many signatures it takes, 1 to the number of members.</param>
/// <param name="Members">1 to <see cref="LedgerLimits.MultisigMembersMax"/> keys in strictly ascending order of their bytes.</param>
public sealed record MultisigPolicy(byte Threshold, ImmutableArray<PublicKey> Members) : IScaleValue<MultisigPolicy>
{
    private static ReadOnlySpan<byte> AccountDomain => "cess/multisig/1"u8;

    /// <summary>A policy over keys in any order.</summary>
    /// <exception cref="ArgumentException">A bound is broken, or a key is twice among them.</exception>
    public static MultisigPolicy Of(int threshold, IEnumerable<PublicKey> members)
    {
        MultisigPolicy policy = new((byte)Math.Clamp(threshold, 0, byte.MaxValue), [.. members.OrderBy(key => key.ToString(), StringComparer.Ordinal)]);
        return policy.FindFault() is { } fault ? throw new ArgumentException(fault) : policy;
    }

    /// <summary>The account: SHA-256 of <c>"cess/multisig/1" ‖ threshold ‖ members</c>, the policy in SCALE.</summary>
    public AccountId ToAccountId()
    {
        using ScaleWriter writer = new();
        writer.WriteFixed(AccountDomain);
        Encode(writer);
        return new AccountId(Hash256.Sha256(writer.WrittenSpan));
    }

    /// <summary>Writes threshold and members.</summary>
    public void Encode(ScaleWriter writer)
    {
        writer.WriteU8(Threshold);
        writer.WriteVector(Members);
    }

    /// <summary>Reads a policy that keeps the rules.</summary>
    public static MultisigPolicy Decode(ref ScaleReader reader)
    {
        int start = reader.Offset;
        MultisigPolicy policy = new(
            reader.ReadU8(), reader.ReadImmutable<PublicKey>(LedgerLimits.MultisigMembersMax, PublicKey.Size));
        return policy.FindFault() is { } fault ? throw ScaleReader.Invalid(start, fault) : policy;
    }

    private string? FindFault()
    {
        if (Members.Length is 0 or > LedgerLimits.MultisigMembersMax)
            return "The number of members is out of bounds.";
        if (Threshold == 0 || Threshold > Members.Length)
            return "The threshold is at least one and at most the number of members.";

        for (int i = 1; i < Members.Length; i++)
        {
            if (Members[i - 1].ToArray().AsSpan().SequenceCompareTo(Members[i].ToArray()) >= 0)
                return "Members are in strictly ascending order.";
        }

        return null;
    }
}

/// <summary>One member's signature under a transaction.</summary>
/// <param name="Member">Its place among the members, from 0.</param>
/// <param name="Signature">Over the transaction's id.</param>
public readonly record struct MemberSignature(byte Member, Signature Signature) : IScaleValue<MemberSignature>
{
    internal const int EncodedBytes = 1 + Signature.Size;

    /// <summary>Writes place and signature.</summary>
    public void Encode(ScaleWriter writer)
    {
        writer.WriteU8(Member);
        writer.Write(Signature);
    }

    /// <summary>Reads place and signature.</summary>
    public static MemberSignature Decode(ref ScaleReader reader) => new(reader.ReadU8(), Signature.Decode(ref reader));
}

/// <summary>A policy, and the signatures of as many of its members as it asks for.</summary>
/// <param name="Policy">The policy, which hashes to the account.</param>
/// <param name="Signatures">Exactly as many as the threshold, in strictly ascending order of members.</param>
public sealed record Multisig(MultisigPolicy Policy, ImmutableArray<MemberSignature> Signatures) : IScaleValue<Multisig>
{
    /// <summary>Writes policy and signatures.</summary>
    public void Encode(ScaleWriter writer)
    {
        writer.Write(Policy);
        writer.WriteVector(Signatures);
    }

    /// <summary>Reads policy and signatures, whose number and order must be right.</summary>
    public static Multisig Decode(ref ScaleReader reader)
    {
        int start = reader.Offset;
        MultisigPolicy policy = reader.Read<MultisigPolicy>();
        ImmutableArray<MemberSignature> signatures =
            reader.ReadImmutable<MemberSignature>(LedgerLimits.MultisigMembersMax, MemberSignature.EncodedBytes);
        // No more than needed: whoever checks them should not work for what changes nothing.
        if (signatures.Length != policy.Threshold)
            throw ScaleReader.Invalid(start, "there are exactly as many signatures as the threshold.");

        int previous = -1;
        foreach (MemberSignature signature in signatures)
        {
            if (signature.Member <= previous || signature.Member >= policy.Members.Length)
                throw ScaleReader.Invalid(start, "signatures are in strictly ascending order of members.");
            previous = signature.Member;
        }

        return new Multisig(policy, signatures);
    }
}
