namespace Cess.Primitives;

/// <summary>
/// The Merkle tree of RFC 6962, section 2.1 (and RFC 9162, section 2.1.1) over SHA-256: a leaf is hashed behind the byte 0,
/// two nodes behind the byte 1, and of n leaves the left subtree takes the largest power of two below n. Without leaves
/// the root is the hash of nothing.
/// </summary>
/// <remarks>
/// The tree is built level by level, pairing neighbours and lifting a last one without a neighbour as it is, which gives
/// the same shape. It holds every node: about 64 bytes a leaf. The root does not tell the number of leaves or the length
/// of the last: whoever checks a proof knows them from elsewhere.
/// </remarks>
public sealed class MerkleTree
{
    internal static readonly byte[] LeafPrefix = [0];

    private const byte NodePrefix = 1;

    private readonly Hash256[][] _levels;

    private MerkleTree(Hash256[] leaves)
    {
        List<Hash256[]> levels = [leaves];
        Hash256[] level = leaves;
        while (level.Length > 1)
        {
            Hash256[] above = new Hash256[(level.Length / 2) + (level.Length % 2)];
            for (int i = 0; i < level.Length / 2; i++)
                above[i] = NodeHash(level[2 * i], level[(2 * i) + 1]);
            if (level.Length % 2 != 0)
                above[^1] = level[^1];

            levels.Add(above);
            level = above;
        }

        _levels = [.. levels];
    }

    /// <summary>The root of a tree without leaves: SHA-256 of nothing.</summary>
    public static Hash256 EmptyRoot { get; } = Hash256.Sha256([]);

    /// <summary>Leaves of the tree.</summary>
    public int LeafCount => _levels[0].Length;

    /// <summary>The root.</summary>
    public Hash256 RootHash => LeafCount == 0 ? EmptyRoot : _levels[^1][0];

    /// <summary>The hashes of the leaves, in order.</summary>
    public ReadOnlySpan<Hash256> LeafHashes => _levels[0];

    /// <summary>SHA-256 of the byte 0 and the leaf.</summary>
    public static Hash256 LeafHash(ReadOnlySpan<byte> leaf) => Hash256.Sha256(LeafPrefix, leaf);

    /// <summary>SHA-256 of the byte 1, the left hash and the right hash.</summary>
    public static Hash256 NodeHash(Hash256 left, Hash256 right)
    {
        Span<byte> node = stackalloc byte[1 + (2 * Hash256.Size)];
        node[0] = NodePrefix;
        left.WriteTo(node[1..]);
        right.WriteTo(node[(1 + Hash256.Size)..]);
        return Hash256.Sha256(node);
    }

    /// <summary>The root of <paramref name="data"/> cut into leaves. Allocates nothing.</summary>
    /// <param name="data">The whole data.</param>
    /// <param name="leafSize">Bytes of every leaf but the last, which may be shorter.</param>
    public static Hash256 Root(ReadOnlySpan<byte> data, int leafSize)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(leafSize);
        Span<Hash256> nodes = stackalloc Hash256[PrimitivesLimits.MerkleDepthMax + 1];
        MerkleStack stack = new(nodes);
        while (!data.IsEmpty)
        {
            int length = Math.Min(data.Length, leafSize);
            stack.Push(LeafHash(data[..length]));
            data = data[length..];
        }

        return stack.Root();
    }

    /// <summary>The root over leaves that are hashed already (see <see cref="LeafHash"/>). Allocates nothing.</summary>
    public static Hash256 RootOfLeafHashes(ReadOnlySpan<Hash256> leafHashes)
    {
        Span<Hash256> nodes = stackalloc Hash256[PrimitivesLimits.MerkleDepthMax + 1];
        MerkleStack stack = new(nodes);
        foreach (Hash256 leaf in leafHashes)
            stack.Push(leaf);
        return stack.Root();
    }

    /// <summary>The tree of <paramref name="data"/> cut into leaves.</summary>
    /// <param name="data">The whole data.</param>
    /// <param name="leafSize">Bytes of every leaf but the last, which may be shorter.</param>
    public static MerkleTree Build(ReadOnlySpan<byte> data, int leafSize)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(leafSize);
        Hash256[] leaves = new Hash256[(data.Length / leafSize) + (data.Length % leafSize != 0 ? 1 : 0)];
        for (int i = 0; i < leaves.Length; i++)
        {
            ReadOnlySpan<byte> rest = data[(i * leafSize)..];
            leaves[i] = LeafHash(rest[..Math.Min(rest.Length, leafSize)]);
        }

        return new MerkleTree(leaves);
    }

    /// <summary>The tree over leaves that are hashed already (see <see cref="LeafHash"/>).</summary>
    public static MerkleTree FromLeafHashes(ReadOnlySpan<Hash256> leafHashes) => new(leafHashes.ToArray());

    /// <summary>
    /// The hashes that, with the leaf's own, give the root: RFC 6962's audit path, lowest level first. See
    /// <see cref="MerkleProof.VerifyInclusion"/>.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The tree has no such leaf.</exception>
    public Hash256[] ProveInclusion(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)LeafCount, nameof(index));
        return Prove([index]);
    }

    /// <summary>
    /// The hashes that, with those of <paramref name="count"/> leaves from <paramref name="start"/> on, give the root: at
    /// most two a level. See <see cref="MerkleProof.VerifyRange"/>.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The range is empty or not within the tree.</exception>
    public Hash256[] ProveRange(int start, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, LeafCount - start);
        int[] indices = new int[count];
        for (int i = 0; i < count; i++)
            indices[i] = start + i;
        return Prove(indices);
    }

    /// <summary>
    /// The hashes that, with those of the given leaves, give the root; nodes that several leaves need, or that follow from
    /// them, are not repeated. See <see cref="MerkleProof.VerifyLeaves"/>.
    /// </summary>
    /// <param name="indices">Which leaves, at least one, in strictly ascending order.</param>
    /// <exception cref="ArgumentException">They are none, not in order, or not all in the tree.</exception>
    public Hash256[] ProveLeaves(ReadOnlySpan<int> indices)
    {
        if (!AreAscending(indices, LeafCount))
            throw new ArgumentException($"The leaves to prove are in ascending order and below {LeafCount}.", nameof(indices));
        return Prove(indices.ToArray());
    }

    /// <summary>Level by level from the leaves, left to right: each sibling of a known node that is not known itself.</summary>
    private Hash256[] Prove(int[] known)
    {
        List<Hash256> proof = [];
        int count = known.Length;
        foreach (Hash256[] level in _levels.AsSpan(0, _levels.Length - 1))
        {
            int above = 0;
            for (int i = 0; i < count; i++)
            {
                int sibling = known[i] ^ 1;
                bool isNextKnown = i + 1 < count && known[i + 1] == sibling;
                if (isNextKnown)
                    i++;
                else if (sibling < level.Length)
                    proof.Add(level[sibling]);
                known[above++] = sibling >> 1;
            }

            count = above;
        }

        return [.. proof];
    }

    private static bool AreAscending(ReadOnlySpan<int> indices, int leafCount)
    {
        int previous = -1;
        foreach (int index in indices)
        {
            if (index <= previous || index >= leafCount)
                return false;
            previous = index;
        }

        return !indices.IsEmpty;
    }
}
