using System.Security.Cryptography;
using Cess.Primitives;

namespace Cess.Ledger.State;

/// <summary>
/// A node of the state tree. It may change only while its hash is unknown: a node without a hash is a new one of the one
/// builder that made it, a node with a hash may be part of any number of trees.
/// </summary>
internal abstract class StateNode
{
    /// <summary>SHA-256 over the node; zero while not computed (no input is known whose SHA-256 is zero).</summary>
    private protected Hash256 _hash;

    public Hash256 Hash => _hash;

    public bool IsHashed => !_hash.IsZero;

    /// <summary>Computes the hash, and those of all nodes below that have none.</summary>
    public abstract void ComputeHash();
}

/// <summary>One entry.</summary>
internal sealed class StateLeaf(StateKey key, byte[] value) : StateNode
{
    public readonly StateKey Key = key;
    public readonly byte[] Value = value;

    public override void ComputeHash()
    {
        if (!IsHashed)
            _hash = StateHashing.Leaf(Key, Hash256.Sha256(Value));
    }
}

/// <summary>
/// A branch. The keys below agree in all bits before <see cref="Bit"/>; those on the left have 0 there, those on the right 1.
/// </summary>
internal sealed class StateBranch(byte bit, StateNode left, StateNode right) : StateNode
{
    public readonly byte Bit = bit;
    public StateNode Left = left;
    public StateNode Right = right;

    public override void ComputeHash()
    {
        if (IsHashed)
            return;

        // At most 256 deep: the bit grows on the way down.
        Left.ComputeHash();
        Right.ComputeHash();
        _hash = StateHashing.Branch(Bit, Left.Hash, Right.Hash);
    }
}

/// <summary>The hashes of which a state root is made; specified in docs/format/ledger.md.</summary>
internal static class StateHashing
{
    private const byte LeafDomain = 0;
    private const byte BranchDomain = 1;

    /// <summary>SHA-256(0x00 ‖ key ‖ SHA-256(value)).</summary>
    public static Hash256 Leaf(StateKey key, Hash256 valueHash)
    {
        Span<byte> bytes = stackalloc byte[1 + StateKey.Size + Hash256.Size];
        bytes[0] = LeafDomain;
        key.WriteTo(bytes[1..]);
        valueHash.WriteTo(bytes[(1 + StateKey.Size)..]);
        return Hash256.Sha256(bytes);
    }

    /// <summary>
    /// SHA-256(0x01 ‖ bit ‖ left ‖ right). The bit is what makes absence provable: a verifier knows that the searched key
    /// could only be on the side that it followed.
    /// </summary>
    public static Hash256 Branch(byte bit, Hash256 left, Hash256 right)
    {
        Span<byte> bytes = stackalloc byte[2 + (2 * Hash256.Size)];
        bytes[0] = BranchDomain;
        bytes[1] = bit;
        left.WriteTo(bytes[2..]);
        right.WriteTo(bytes[(2 + Hash256.Size)..]);
        return Hash256.Sha256(bytes);
    }
}
