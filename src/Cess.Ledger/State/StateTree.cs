using System.Diagnostics.CodeAnalysis;
using Cess.Primitives;

namespace Cess.Ledger.State;

/// <summary>
/// An immutable map from 32-byte keys to byte strings whose <see cref="Root"/> commits to every entry: a compressed binary
/// radix (crit-bit) tree. Trees share the nodes in which they agree, so a changed copy costs the changed paths only.
/// Safe for concurrent reads.
/// </summary>
/// <remarks>
/// The shape depends on the set of keys alone, and so does the root on the entries alone, never on the order of changes.
/// Values that are handed in are kept, not copied: they must not change afterwards.
/// </remarks>
public sealed class StateTree
{
    internal StateTree(StateNode? node, long count)
    {
        Node = node;
        Count = count;
    }

    /// <summary>The tree without entries; its root is <see cref="Hash256.Zero"/>.</summary>
    public static StateTree Empty { get; } = new(null, 0);

    /// <summary>How many entries there are.</summary>
    public long Count { get; }

    /// <summary>Commits to all entries; <see cref="Hash256.Zero"/> without any.</summary>
    public Hash256 Root => Node?.Hash ?? Hash256.Zero;

    internal StateNode? Node { get; }

    /// <summary>The value under a key; false if there is none.</summary>
    public bool TryGet(StateKey key, out ReadOnlyMemory<byte> value)
    {
        if (TryGetArray(key, out byte[]? array))
        {
            value = array;
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
        StateNode? top = Node;
        while (top is StateBranch branch && branch.Bit < prefix.Bits)
            top = prefix.Key.Bit(branch.Bit) ? branch.Right : branch.Left;
        if (top is null)
            yield break;

        // At most one node a bit of depth is pending.
        Stack<StateNode> pending = new();
        pending.Push(top);
        while (pending.TryPop(out StateNode? node))
        {
            while (node is StateBranch branch)
            {
                pending.Push(branch.Right);
                node = branch.Left;
            }

            StateLeaf leaf = (StateLeaf)node;
            // All keys below the top agree in the prefix's bits, so the first one answers for all.
            if (!prefix.Covers(leaf.Key))
                yield break;
            yield return new(leaf.Key, leaf.Value);
        }
    }

    internal bool TryGetArray(StateKey key, [NotNullWhen(true)] out byte[]? value)
    {
        value = null;
        if (Node is null)
            return false;

        StateLeaf leaf = Nearest(Node, key);
        if (leaf.Key != key)
            return false;
        value = leaf.Value;
        return true;
    }

    /// <summary>The one leaf that a search for <paramref name="key"/> ends at: its own if it has one.</summary>
    internal static StateLeaf Nearest(StateNode node, StateKey key)
    {
        while (node is StateBranch branch)
            node = key.Bit(branch.Bit) ? branch.Right : branch.Left;
        return (StateLeaf)node;
    }
}
