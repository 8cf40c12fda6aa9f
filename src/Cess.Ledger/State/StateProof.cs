using System.Runtime.InteropServices;
using Cess.Primitives;

namespace Cess.Ledger.State;

/// <summary>What a proof says of a key.</summary>
public enum StateProofAnswer : byte
{
    /// <summary>Nothing: the proof was made for other keys.</summary>
    Unknown = 0,

    /// <summary>The tree has no entry under it.</summary>
    Absent = 1,

    /// <summary>The tree has an entry under it.</summary>
    Present = 2,
}

/// <summary>
/// The part of a <see cref="StateTree"/> that shows, for some keys, the hash of the value or that there is none, to
/// somebody who has only the root. One key or many take the same form: the tree with all other sub-trees replaced by
/// their hashes.
/// </summary>
/// <remarks>
/// Sound because an inner node's hash covers the bit at which it branches: the keys on the way down decide the side, so a
/// search that ends at another key's leaf shows that the searched key is nowhere else. That the tree itself is well formed
/// is what the root's signers stand for. Bytes: docs/format/ledger.md.
/// </remarks>
public sealed class StateProof : IScaleValue<StateProof>
{
    private readonly ProofNode? _top;

    private StateProof(ProofNode? top)
    {
        _top = top;
        Root = top?.Hash ?? Hash256.Zero;
    }

    private enum NodeKind : byte
    {
        Pruned = 0,
        Branch = 1,
        Leaf = 2,
    }

    /// <summary>The root of the tree that this is a part of, computed from its content. Compare it with one that you trust.</summary>
    public Hash256 Root { get; }

    /// <summary>The proof for <paramref name="keys"/>, present or not.</summary>
    public static StateProof Of(StateTree tree, params ReadOnlySpan<StateKey> keys)
    {
        ArgumentOutOfRangeException.ThrowIfZero(keys.Length, nameof(keys));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(keys.Length, LedgerLimits.StateProofKeysMax, nameof(keys));
        return new StateProof(tree.Node.IsNone ? null : Cut(tree.Node, keys));
    }

    /// <summary>What the proof says of <paramref name="key"/>.</summary>
    /// <param name="key">The key to look up.</param>
    /// <param name="valueHash">SHA-256 of its value if <see cref="StateProofAnswer.Present"/>.</param>
    public StateProofAnswer Find(StateKey key, out Hash256 valueHash)
    {
        valueHash = default;
        ProofNode? node = _top;
        while (node is Branch branch)
            node = key.Bit(branch.Bit) ? branch.Right : branch.Left;

        switch (node)
        {
            case Pruned:
                return StateProofAnswer.Unknown;
            case Leaf leaf when leaf.Key == key:
                valueHash = leaf.ValueHash;
                return StateProofAnswer.Present;
            default:
                return StateProofAnswer.Absent;
        }
    }

    /// <summary>True if in the tree with this root, <paramref name="key"/> has exactly this value.</summary>
    public bool ProvesValue(Hash256 root, StateKey key, ReadOnlySpan<byte> value) =>
        Root == root
        && Find(key, out Hash256 valueHash) == StateProofAnswer.Present
        && valueHash == Hash256.Sha256(value);

    /// <summary>True if in the tree with this root, <paramref name="key"/> has no value.</summary>
    public bool ProvesAbsence(Hash256 root, StateKey key) =>
        Root == root && Find(key, out _) == StateProofAnswer.Absent;

    /// <summary>Writes the partial tree in pre-order.</summary>
    public void Encode(ScaleWriter writer)
    {
        writer.WriteOption(_top is not null);
        _top?.Encode(writer);
    }

    /// <summary>Reads a proof of at most <see cref="LedgerLimits.StateProofNodesMax"/> nodes.</summary>
    public static StateProof Decode(ref ScaleReader reader)
    {
        if (!reader.ReadOption())
            return new StateProof(null);

        int start = reader.Offset;
        int nodes = 0;
        Span<bool> path = stackalloc bool[StateKey.Bits];
        Span<byte> bits = stackalloc byte[StateKey.Bits];
        ProofNode top = DecodeNode(ref reader, bits, path, depth: 0, ref nodes);
        return top is Pruned ? throw ScaleReader.Invalid(start, "a proof shows at least one path.") : new StateProof(top);
    }

    private static ProofNode Cut(StateNode node, ReadOnlySpan<StateKey> keys)
    {
        if (keys.IsEmpty)
            return new Pruned(node.Hash);
        if (node.Quad is not { } quad)
            return new Leaf(node.Leaf.Key, Hash256.Sha256(node.Leaf.Value.Span));

        (List<StateKey> left, List<StateKey> right) = Divide(keys, quad.Bit);
        return new Branch(
            quad.Bit,
            Cut(quad.Left, quad.LeftBit, CollectionsMarshal.AsSpan(left)),
            Cut(quad.Right, quad.RightBit, CollectionsMarshal.AsSpan(right)));
    }

    private static ProofNode Cut(in StateSide side, byte bit, ReadOnlySpan<StateKey> keys)
    {
        if (!side.IsBranch)
            return Cut(side.Zero, keys);
        if (keys.IsEmpty)
            return new Pruned(side.Hash);

        (List<StateKey> left, List<StateKey> right) = Divide(keys, bit);
        return new Branch(
            bit,
            Cut(side.Zero, CollectionsMarshal.AsSpan(left)),
            Cut(side.One, CollectionsMarshal.AsSpan(right)));
    }

    private static (List<StateKey> Left, List<StateKey> Right) Divide(ReadOnlySpan<StateKey> keys, byte bit)
    {
        List<StateKey> left = [];
        List<StateKey> right = [];
        foreach (StateKey key in keys)
            (key.Bit(bit) ? right : left).Add(key);
        return (left, right);
    }

    private static ProofNode DecodeNode(ref ScaleReader reader, scoped Span<byte> bits, scoped Span<bool> path, int depth, ref int nodes)
    {
        int start = reader.Offset;
        if (++nodes > LedgerLimits.StateProofNodesMax)
            throw ScaleReader.Invalid(start, $"a proof has at most {LedgerLimits.StateProofNodesMax} nodes.");

        switch (reader.ReadEnum<NodeKind>())
        {
            case NodeKind.Pruned:
                return new Pruned(Hash256.Decode(ref reader));

            case NodeKind.Leaf:
                Leaf leaf = new(StateKey.Decode(ref reader), Hash256.Decode(ref reader));
                for (int i = 0; i < depth; i++)
                {
                    if (leaf.Key.Bit(bits[i]) != path[i])
                        throw ScaleReader.Invalid(start, "a leaf's key contradicts its place.");
                }

                return leaf;

            default:
                byte bit = reader.ReadU8();
                // Growing bits bound the depth, and with it this recursion, by 256.
                if (depth > 0 && bit <= bits[depth - 1])
                    throw ScaleReader.Invalid(start, "a branch's bit is not behind its parent's.");

                bits[depth] = bit;
                path[depth] = false;
                ProofNode left = DecodeNode(ref reader, bits, path, depth + 1, ref nodes);
                path[depth] = true;
                ProofNode right = DecodeNode(ref reader, bits, path, depth + 1, ref nodes);
                if (left is Pruned && right is Pruned)
                    throw ScaleReader.Invalid(start, "a branch that shows nothing is to be pruned.");
                return new Branch(bit, left, right);
        }
    }

    private abstract class ProofNode(Hash256 hash)
    {
        public Hash256 Hash { get; } = hash;

        public abstract void Encode(ScaleWriter writer);
    }

    private sealed class Pruned(Hash256 hash) : ProofNode(hash)
    {
        public override void Encode(ScaleWriter writer)
        {
            writer.WriteEnum(NodeKind.Pruned);
            writer.Write(Hash);
        }
    }

    private sealed class Branch(byte bit, ProofNode left, ProofNode right)
        : ProofNode(StateHashing.Branch(bit, left.Hash, right.Hash))
    {
        public byte Bit { get; } = bit;

        public ProofNode Left { get; } = left;

        public ProofNode Right { get; } = right;

        public override void Encode(ScaleWriter writer)
        {
            writer.WriteEnum(NodeKind.Branch);
            writer.WriteU8(Bit);
            Left.Encode(writer);
            Right.Encode(writer);
        }
    }

    private sealed class Leaf(StateKey key, Hash256 valueHash) : ProofNode(StateHashing.Leaf(key, valueHash))
    {
        public StateKey Key { get; } = key;

        public Hash256 ValueHash { get; } = valueHash;

        public override void Encode(ScaleWriter writer)
        {
            writer.WriteEnum(NodeKind.Leaf);
            writer.Write(Key);
            writer.Write(ValueHash);
        }
    }
}
