using System.Numerics;

namespace Cess.Primitives;

/// <summary>
/// Folds leaf hashes, given in order, to a root and keeps one node a level: the roots of the complete subtrees that the
/// binary digits of the leaf count stand for.
/// </summary>
internal ref struct MerkleStack
{
    private readonly Span<Hash256> _nodes;
    private ulong _count;

    /// <summary>Goes on from <paramref name="count"/> leaves.</summary>
    /// <param name="nodes">Room for <see cref="PrimitivesLimits.MerkleDepthMax"/> nodes and one more.</param>
    /// <param name="count">Leaves that the nodes already stand for.</param>
    public MerkleStack(Span<Hash256> nodes, ulong count = 0)
    {
        _nodes = nodes;
        _count = count;
    }

    public readonly ulong Count => _count;

    public void Push(Hash256 leaf)
    {
        Hash256 node = leaf;
        int level = 0;
        for (ulong left = _count; (left & 1) != 0; left >>= 1)
            node = MerkleTree.NodeHash(_nodes[level++], node);

        _nodes[level] = node;
        _count++;
    }

    public readonly Hash256 Root()
    {
        if (_count == 0)
            return MerkleTree.EmptyRoot;

        int level = BitOperations.TrailingZeroCount(_count);
        Hash256 root = _nodes[level];
        for (ulong left = _count >> (level + 1); left != 0; left >>= 1)
        {
            level++;
            if ((left & 1) != 0)
                root = MerkleTree.NodeHash(_nodes[level], root);
        }

        return root;
    }
}
