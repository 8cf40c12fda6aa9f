using System.Diagnostics.CodeAnalysis;

namespace Cess.Ledger.State;

/// <summary>
/// A batch of changes to a <see cref="StateTree"/>. A path is copied on its first change and changed in place from then on;
/// hashes are computed once, at the end. Not for concurrent use.
/// </summary>
public sealed class StateTreeBuilder
{
    /// <summary>Sub-trees to hand out at most when hashing in parallel: enough to keep many cores evenly busy.</summary>
    private const int HashPiecesMax = 256;

    private StateNode? _root;

    internal StateTreeBuilder(StateTree tree)
    {
        _root = tree.Node;
        Count = tree.Count;
    }

    /// <summary>How many entries there are now.</summary>
    public long Count { get; private set; }

    /// <summary>The value under a key, changes included; false if there is none.</summary>
    public bool TryGet(StateKey key, out ReadOnlyMemory<byte> value)
    {
        if (_root is not null && StateTree.Nearest(_root, key) is { } leaf && leaf.Key == key)
        {
            value = leaf.Value;
            return true;
        }

        value = default;
        return false;
    }

    /// <summary>Gives <paramref name="key"/> a value, in place of any that it has. The array is kept and must not change.</summary>
    public void Set(StateKey key, byte[] value)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (_root is null)
        {
            _root = new StateLeaf(key, value);
            Count = 1;
            return;
        }

        StateLeaf nearest = StateTree.Nearest(_root, key);
        int difference = key.CommonPrefixBits(nearest.Key);
        bool replaces = difference == StateKey.Bits;
        if (replaces && nearest.Value.AsSpan().SequenceEqual(value))
            return;

        ref StateNode slot = ref _root!;
        while (slot is StateBranch && ((StateBranch)slot).Bit < difference)
        {
            StateBranch branch = Own(ref slot);
            slot = ref Side(branch, key);
        }

        StateLeaf leaf = new(key, value);
        if (replaces)
        {
            slot = leaf;
            return;
        }

        slot = key.Bit(difference)
            ? new StateBranch((byte)difference, slot, leaf)
            : new StateBranch((byte)difference, leaf, slot);
        Count++;
    }

    /// <summary>Takes an entry out; false if there is none.</summary>
    public bool Remove(StateKey key)
    {
        if (_root is null || StateTree.Nearest(_root, key).Key != key)
            return false;

        Count--;
        if (_root is StateLeaf)
        {
            _root = null;
            return true;
        }

        // The parent of the leaf goes with it; the leaf's sibling takes the parent's place.
        ref StateNode slot = ref _root!;
        while (true)
        {
            StateBranch branch = (StateBranch)slot;
            bool isRight = key.Bit(branch.Bit);
            if ((isRight ? branch.Right : branch.Left) is StateLeaf)
            {
                slot = isRight ? branch.Left : branch.Right;
                return true;
            }

            slot = ref Side(Own(ref slot), key);
        }
    }

    /// <summary>
    /// The tree with all changes, hashed. The builder can go on from there.
    /// </summary>
    /// <param name="parallel">Where to hash independent sub-trees; null for the caller's thread.</param>
    public StateTree ToTree(IParallelFor? parallel = null)
    {
        if (_root is null)
            return StateTree.Empty;

        if (parallel is not null && !_root.IsHashed)
        {
            List<StateNode> pieces = ChangedPieces(_root);
            parallel.For(pieces.Count, i => pieces[i].ComputeHash());
        }

        _root.ComputeHash();
        return new StateTree(_root, Count);
    }

    /// <summary>Sub-trees without a hash that together hold nearly all changes, none inside another.</summary>
    private static List<StateNode> ChangedPieces(StateNode root)
    {
        Queue<StateNode> open = new([root]);
        List<StateNode> closed = [];
        while (open.Count + closed.Count < HashPiecesMax && open.TryDequeue(out StateNode? node))
        {
            if (node is not StateBranch branch)
            {
                closed.Add(node);
                continue;
            }

            if (!branch.Left.IsHashed)
                open.Enqueue(branch.Left);
            if (!branch.Right.IsHashed)
                open.Enqueue(branch.Right);
        }

        closed.AddRange(open);
        return closed;
    }

    private static StateBranch Own(ref StateNode slot)
    {
        StateBranch branch = (StateBranch)slot;
        if (branch.IsHashed)
            slot = branch = new StateBranch(branch.Bit, branch.Left, branch.Right);
        return branch;
    }

    [SuppressMessage("Style", "IDE0046:Convert to conditional expression", Justification = "A conditional ref reads worse.")]
    private static ref StateNode Side(StateBranch branch, StateKey key)
    {
        if (key.Bit(branch.Bit))
            return ref branch.Right;
        return ref branch.Left;
    }
}
