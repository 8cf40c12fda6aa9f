using Cess.Primitives;

namespace Cess.Ledger.State;

/// <summary>
/// An immutable map from 32-byte keys to byte strings whose <see cref="Root"/> commits to every entry: a compressed binary
/// radix (crit-bit) tree. Trees share the nodes in which they agree, so a changed copy costs the changed paths only.
/// Safe for concurrent reads.
/// </summary>
/// <remarks>
/// The shape depends on the set of keys alone, and so does the root on the entries alone, never on the order of changes.
/// Values that are handed in are copied.
/// </remarks>
public sealed class StateTree
{
    internal StateTree(StateNode node, long count)
    {
        Node = node;
        Count = count;
    }

    /// <summary>The tree without entries; its root is <see cref="Hash256.Zero"/>.</summary>
    public static StateTree Empty { get; } = new(default, 0);

    /// <summary>How many entries there are.</summary>
    public long Count { get; }

    /// <summary>Commits to all entries; <see cref="Hash256.Zero"/> without any.</summary>
    public Hash256 Root => Node.IsNone ? Hash256.Zero : Node.Hash;

    internal StateNode Node { get; }

    /// <summary>The value under a key; false if there is none.</summary>
    public bool TryGet(StateKey key, out ReadOnlyMemory<byte> value)
    {
        if (!Node.IsNone && Nearest(Node, key) is var leaf && leaf.Key == key)
        {
            value = leaf.Value;
            return true;
        }

        value = default;
        return false;
    }

    /// <summary>A tree in which <paramref name="key"/> has <paramref name="value"/>. For many changes use <see cref="ToBuilder"/>.</summary>
    public StateTree Set(StateKey key, byte[] value)
    {
        StateTreeBuilder builder = ToBuilder();
        builder.Set(key, value);
        return builder.ToTree();
    }

    /// <summary>A tree without <paramref name="key"/>; this one if it has no such entry.</summary>
    public StateTree Remove(StateKey key)
    {
        StateTreeBuilder builder = ToBuilder();
        return builder.Remove(key) ? builder.ToTree() : this;
    }

    /// <summary>Starts a batch of changes.</summary>
    public StateTreeBuilder ToBuilder() => new(this);

    /// <summary>All entries in the order of their keys.</summary>
    public IEnumerable<KeyValuePair<StateKey, ReadOnlyMemory<byte>>> Walk() => Walk(StateKeyPrefix.Any);

    /// <summary>The entries whose keys start with <paramref name="prefix"/>, in the order of their keys.</summary>
    public IEnumerable<KeyValuePair<StateKey, ReadOnlyMemory<byte>>> Walk(StateKeyPrefix prefix)
    {
        if (Node.IsNone)
            yield break;

        // At most two nodes a bit of depth are pending.
        Stack<StateNode> pending = new();
        pending.Push(Node);
        while (pending.TryPop(out StateNode node))
        {
            if (node.Quad is { } quad)
            {
                bool isBehind = quad.Bit >= prefix.Bits;
                if (isBehind || prefix.Key.Bit(quad.Bit))
                    Push(pending, quad.Right, quad.RightBit, prefix);
                if (isBehind || !prefix.Key.Bit(quad.Bit))
                    Push(pending, quad.Left, quad.LeftBit, prefix);
                continue;
            }

            StateLeaf leaf = node.Leaf;
            // All leaves that are reached agree in the prefix's bits, so the first one answers for all.
            if (!prefix.Covers(leaf.Key))
                yield break;
            yield return new(leaf.Key, leaf.Value);
        }
    }

    /// <summary>The one leaf that a search for <paramref name="key"/> ends at: its own if it has one.</summary>
    internal static StateLeaf Nearest(StateNode node, StateKey key)
    {
        while (node.Quad is { } quad)
            node = quad.Next(key);
        return node.Leaf;
    }

    /// <summary>What is on a side and may start with the prefix; the left on top.</summary>
    private static void Push(Stack<StateNode> pending, in StateSide side, byte bit, StateKeyPrefix prefix)
    {
        if (side.IsBranch && bit >= prefix.Bits)
            pending.Push(side.One);
        pending.Push(bit < prefix.Bits ? side.Next(bit, prefix.Key) : side.Zero);
    }
}
