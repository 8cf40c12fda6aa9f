using System.Buffers;

namespace Cess.Primitives;

/// <summary>
/// Checks proofs that leaves belong to the root of a <see cref="MerkleTree"/>. A proof lists hashes level by level from the
/// leaves, left to right within a level: each sibling of a known node that is not known itself. For one leaf that is
/// RFC 6962's audit path.
/// </summary>
/// <remarks>
/// Everything given may come from a liar except the root and the number of leaves, which the checker knows from
/// elsewhere. A wrong, short, long or misplaced proof is an answer, false, and not an exception.
/// </remarks>
public static class MerkleProof
{
    /// <summary>Leaves up to which a check needs no rented buffer.</summary>
    private const int StackLeavesMax = 32;

    /// <summary>Whether the leaf with this hash is leaf <paramref name="index"/> of <paramref name="leafCount"/>.</summary>
    public static bool VerifyInclusion(Hash256 root, long leafCount, long index, Hash256 leafHash, ReadOnlySpan<Hash256> proof)
    {
        if (index < 0 || index >= leafCount)
            return false;

        Span<long> indices = [index];
        Span<Hash256> nodes = [leafHash];
        return Fold(root, leafCount, indices, nodes, proof);
    }

    /// <summary>Whether these are the hashes of the leaves from <paramref name="start"/> on, of <paramref name="leafCount"/>.</summary>
    public static bool VerifyRange(
        Hash256 root, long leafCount, long start, ReadOnlySpan<Hash256> leafHashes, ReadOnlySpan<Hash256> proof)
    {
        if (start < 0 || leafHashes.IsEmpty || leafHashes.Length > leafCount - start)
            return false;

        long[]? rented = leafHashes.Length > StackLeavesMax ? ArrayPool<long>.Shared.Rent(leafHashes.Length) : null;
        Span<long> indices = (rented ?? stackalloc long[StackLeavesMax])[..leafHashes.Length];
        for (int i = 0; i < indices.Length; i++)
            indices[i] = start + i;

        bool isRight = FoldCopy(root, leafCount, indices, leafHashes, proof);
        if (rented is not null)
            ArrayPool<long>.Shared.Return(rented);
        return isRight;
    }

    /// <summary>
    /// Whether these are the hashes of the leaves with these indices, of <paramref name="leafCount"/>. The indices are in
    /// strictly ascending order, one a hash.
    /// </summary>
    public static bool VerifyLeaves(
        Hash256 root, long leafCount, ReadOnlySpan<long> indices, ReadOnlySpan<Hash256> leafHashes, ReadOnlySpan<Hash256> proof)
    {
        if (indices.IsEmpty || indices.Length != leafHashes.Length || !AreAscending(indices, leafCount))
            return false;

        long[]? rented = indices.Length > StackLeavesMax ? ArrayPool<long>.Shared.Rent(indices.Length) : null;
        Span<long> known = (rented ?? stackalloc long[StackLeavesMax])[..indices.Length];
        indices.CopyTo(known);

        bool isRight = FoldCopy(root, leafCount, known, leafHashes, proof);
        if (rented is not null)
            ArrayPool<long>.Shared.Return(rented);
        return isRight;
    }

    private static bool AreAscending(ReadOnlySpan<long> indices, long leafCount)
    {
        long previous = -1;
        foreach (long index in indices)
        {
            if (index <= previous || index >= leafCount)
                return false;
            previous = index;
        }

        return true;
    }

    private static bool FoldCopy(
        Hash256 root, long leafCount, Span<long> indices, ReadOnlySpan<Hash256> leafHashes, ReadOnlySpan<Hash256> proof)
    {
        Hash256[]? rented = leafHashes.Length > StackLeavesMax ? ArrayPool<Hash256>.Shared.Rent(leafHashes.Length) : null;
        Span<Hash256> nodes = (rented ?? stackalloc Hash256[StackLeavesMax])[..leafHashes.Length];
        leafHashes.CopyTo(nodes);

        bool isRight = Fold(root, leafCount, indices, nodes, proof);
        if (rented is not null)
            ArrayPool<Hash256>.Shared.Return(rented);
        return isRight;
    }

    /// <summary>Replaces the known nodes by those above them, level by level, until the root is left.</summary>
    private static bool Fold(Hash256 root, long levelLength, Span<long> indices, Span<Hash256> nodes, ReadOnlySpan<Hash256> proof)
    {
        int used = 0;
        while (levelLength > 1)
        {
            int above = 0;
            for (int i = 0; i < nodes.Length; i++)
            {
                long index = indices[i];
                long sibling = index ^ 1;
                Hash256 node = nodes[i];
                if (i + 1 < nodes.Length && indices[i + 1] == sibling)
                {
                    node = MerkleTree.NodeHash(node, nodes[++i]);
                }
                else if (sibling < levelLength)
                {
                    if (used == proof.Length)
                        return false;
                    Hash256 other = proof[used++];
                    node = sibling > index ? MerkleTree.NodeHash(node, other) : MerkleTree.NodeHash(other, node);
                }

                indices[above] = index >> 1;
                nodes[above++] = node;
            }

            indices = indices[..above];
            nodes = nodes[..above];
            levelLength -= levelLength / 2;
        }

        return used == proof.Length && nodes.Length == 1 && nodes[0] == root;
    }
}
