using FsCheck;
using FsCheck.Fluent;

namespace Cess.Primitives.Tests;

public class MerkleRootTests
{
    [Fact]
    public void Every_way_to_a_root_agrees_with_the_standards_definition() =>
        Prop.ForAll(Generate.Bytes(0, 600).ToArbitrary(), Gen.Choose(1, 40).ToArbitrary(), (data, leafSize) =>
        {
            Hash256 expected = Definition(data.Chunk(leafSize).ToArray());
            Hash256[] hashes = data.Chunk(leafSize).Select(leaf => MerkleTree.LeafHash(leaf)).ToArray();
            MerkleTree tree = MerkleTree.Build(data, leafSize);
            return MerkleTree.Root(data, leafSize) == expected
                && MerkleTree.RootOfLeafHashes(hashes) == expected
                && tree.RootHash == expected
                && tree.LeafHashes.SequenceEqual(hashes);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Pieces_of_any_size_give_the_root_of_the_whole() =>
        Prop.ForAll(
            Generate.Bytes(0, 600).ToArbitrary(),
            Gen.Choose(1, 40).ToArbitrary(),
            Gen.ListOf(Gen.Choose(0, 90)).ToArbitrary(),
            (data, leafSize, cuts) =>
            {
                using MerkleHasher hasher = new(leafSize);
                ReadOnlySpan<byte> rest = data;
                foreach (int cut in cuts)
                {
                    int length = Math.Min(cut, rest.Length);
                    hasher.Append(rest[..length]);
                    rest = rest[length..];
                }

                hasher.Append(rest);
                return hasher.Length == data.Length && hasher.Finish() == MerkleTree.Root(data, leafSize);
            }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_hasher_starts_anew_after_each_root()
    {
        byte[] first = new byte[10_001];
        byte[] second = [1, 2, 3];
        using MerkleHasher hasher = new(leafSize: 4096);
        Assert.Equal(MerkleTree.EmptyRoot, hasher.Finish());
        hasher.Append(first);
        Assert.Equal(10_001, hasher.Length);
        Assert.Equal(MerkleTree.Root(first, 4096), hasher.Finish());
        Assert.Equal(0, hasher.Length);
        hasher.Append(second);
        Assert.Equal(MerkleTree.LeafHash(second), hasher.Finish());
    }

    [Fact]
    public void Trees_of_many_levels_agree()
    {
        byte[] data = new byte[1 << 17];
        for (int i = 0; i < data.Length; i++)
            data[i] = (byte)((i * 31) ^ (i >> 8));

        foreach (int length in (int[])[data.Length, data.Length - 1, 65536, 65537, 100_000])
        {
            ReadOnlySpan<byte> part = data.AsSpan(0, length);
            Hash256 root = MerkleTree.Root(part, 8);
            Assert.Equal(root, MerkleTree.Build(part, 8).RootHash);
            using MerkleHasher hasher = new(leafSize: 8);
            hasher.Append(part);
            Assert.Equal(root, hasher.Finish());
        }
    }

    [Fact]
    public void A_leaf_and_a_node_of_the_same_bytes_hash_differently()
    {
        Hash256 left = Hash256.Sha256("left"u8);
        Hash256 right = Hash256.Sha256("right"u8);
        Assert.NotEqual(MerkleTree.NodeHash(left, right), MerkleTree.LeafHash([.. left.ToArray(), .. right.ToArray()]));
        Assert.NotEqual(MerkleTree.NodeHash(left, right), MerkleTree.NodeHash(right, left));
    }

    [Fact]
    public void A_root_is_computed_without_allocating()
    {
        byte[] data = new byte[1 << 20];
        Hash256 expected = MerkleTree.Root(data, 4096);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Hash256 root = MerkleTree.Root(data, 4096);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(expected, root);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void A_leaf_size_below_one_is_refused(int leafSize)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => MerkleTree.Root([1], leafSize));
        Assert.Throws<ArgumentOutOfRangeException>(() => MerkleTree.Build([1], leafSize));
        Assert.Throws<ArgumentOutOfRangeException>(() => new MerkleHasher(leafSize));
    }

    /// <summary>MTH of RFC 6962, section 2.1, word for word.</summary>
    private static Hash256 Definition(ReadOnlySpan<byte[]> leaves)
    {
        if (leaves.Length == 0)
            return Hash256.Sha256([]);
        if (leaves.Length == 1)
            return Hash256.Sha256([0, .. leaves[0]]);

        int k = 1;
        while (k * 2 < leaves.Length)
            k *= 2;
        return Hash256.Sha256([1, .. Definition(leaves[..k]).ToArray(), .. Definition(leaves[k..]).ToArray()]);
    }
}
