namespace Cess.Ledger.State;

/// <summary>
/// A batch of changes to a <see cref="StateTree"/>. A path is copied on its first change and changed in place from then on;
/// hashes are computed once, at the end. Not for concurrent use.
/// </summary>
public sealed class StateTreeBuilder
{
    /// <summary>Sub-trees to hand out at most when hashing in parallel: enough to keep many cores evenly busy.</summary>
    private const int HashPiecesMax = 256;

    private StateNode _root;

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
        if (!_root.IsNone && StateTree.Nearest(_root, key) is var leaf && leaf.Key == key)
        {
            value = leaf.Value;
            return true;
        }

        value = default;
        return false;
    }

    /// <summary>Gives <paramref name="key"/> a value, in place of any that it has. The array is copied.</summary>
    public void Set(StateKey key, byte[] value)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (_root.IsNone)
        {
            _root = new StateNode(StateLeaf.Of(key, value));
            Count = 1;
            return;
        }

        StateLeaf nearest = StateTree.Nearest(_root, key);
        int difference = key.CommonPrefixBits(nearest.Key);
        bool replaces = difference == StateKey.Bits;
        if (replaces && nearest.Value.Span.SequenceEqual(value))
            return;

        StateLeaf leaf = StateLeaf.Of(key, value);
        if (!replaces)
            Count++;
        ref StateNode slot = ref _root;
        while (slot.Bit < difference)
        {
            StateQuad quad = Own(ref slot);
            bool isRight = key.Bit(quad.Bit);
            ref StateSide side = ref isRight ? ref quad.Right : ref quad.Left;
            ref byte bit = ref isRight ? ref quad.RightBit : ref quad.LeftBit;
            side.TakeIn(ref bit);
            if ((side.IsBranch ? bit : side.Zero.Bit) > difference)
            {
                side.Divide(ref bit, (byte)difference, leaf);
                return;
            }

            slot = ref side.Open(bit, key);
        }

        StateNode added = new(leaf);
        if (replaces)
            slot = added;
        else
            slot = new(key.Bit(difference) ? new StateQuad((byte)difference, slot, added) : new StateQuad((byte)difference, added, slot));
    }

    /// <summary>Takes an entry out; false if there is none.</summary>
    public bool Remove(StateKey key)
    {
        if (_root.IsNone || StateTree.Nearest(_root, key).Key != key)
            return false;

        Count--;
        if (_root.Quad is null)
        {
            _root = default;
            return true;
        }

        // The branch over the leaf goes with it; the leaf's sibling takes the branch's place.
        ref StateNode slot = ref _root;
        while (true)
        {
            StateQuad quad = slot.Quad!;
            bool isRight = key.Bit(quad.Bit);
            if ((isRight ? quad.Right : quad.Left) is { IsBranch: false, Zero.Quad: null })
            {
                slot = isRight ? quad.Left.ToNode(quad.LeftBit) : quad.Right.ToNode(quad.RightBit);
                return true;
            }

            quad = Own(ref slot);
            ref StateSide side = ref isRight ? ref quad.Right : ref quad.Left;
            ref byte bit = ref isRight ? ref quad.RightBit : ref quad.LeftBit;
            side.TakeIn(ref bit);
            if (side.IsBranch && side.Next(bit, key).Quad is null)
            {
                side = new StateSide { Zero = key.Bit(bit) ? side.Zero : side.One };
                side.TakeIn(ref bit);
                return true;
            }

            slot = ref side.Open(bit, key);
        }
    }

    /// <summary>
    /// The tree with all changes, hashed. The builder can go on from there.
    /// </summary>
    /// <param name="parallel">Where to hash independent sub-trees; null for the caller's thread.</param>
    public StateTree ToTree(IParallelFor? parallel = null)
    {
        if (_root.IsNone)
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
        while (open.Count + closed.Count < HashPiecesMax && open.TryDequeue(out StateNode node))
        {
            if (node.Quad is not { } quad)
            {
                closed.Add(node);
                continue;
            }

            foreach (StateNode child in (ReadOnlySpan<StateNode>)[quad.Left.Zero, quad.Left.One, quad.Right.Zero, quad.Right.One])
            {
                if (!child.IsNone && !child.IsHashed)
                    open.Enqueue(child);
            }
        }

        closed.AddRange(open);
        return closed;
    }

    private static StateQuad Own(ref StateNode slot)
    {
        StateQuad quad = slot.Quad!;
        if (quad.IsHashed)
            slot = new StateNode(quad = quad.Copy());
        return quad;
    }
}
