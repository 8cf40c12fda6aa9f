using FsCheck;
using FsCheck.Fluent;

namespace Cess.Primitives.Tests;

public class MerkleProofTests
{
    private const int LeafCountMax = 70;

    [Fact]
    public void Every_leaf_of_every_tree_is_proved_and_no_other_place_or_leaf_is()
    {
        for (int count = 1; count <= 33; count++)
        {
            (MerkleTree tree, Hash256[] leaves) = TreeOf(count);
            for (int index = 0; index < count; index++)
            {
                Hash256[] proof = tree.ProveInclusion(index);
                Assert.True(MerkleProof.VerifyInclusion(tree.RootHash, count, index, leaves[index], proof));
                for (int other = 0; other < count; other++)
                {
                    if (other != index)
                    {
                        Assert.False(MerkleProof.VerifyInclusion(tree.RootHash, count, other, leaves[index], proof));
                        Assert.False(MerkleProof.VerifyInclusion(tree.RootHash, count, index, leaves[other], proof));
                    }
                }
            }
        }
    }

    [Fact]
    public void Every_range_of_every_tree_is_proved_and_no_other_place_is()
    {
        for (int count = 1; count <= 20; count++)
        {
            (MerkleTree tree, Hash256[] leaves) = TreeOf(count);
            for (int start = 0; start < count; start++)
            {
                for (int length = 1; length <= count - start; length++)
                {
                    Hash256[] proof = tree.ProveRange(start, length);
                    ReadOnlySpan<Hash256> range = leaves.AsSpan(start, length);
                    Assert.True(MerkleProof.VerifyRange(tree.RootHash, count, start, range, proof));
                    Assert.False(MerkleProof.VerifyRange(tree.RootHash, count, start - 1, range, proof));
                    Assert.False(MerkleProof.VerifyRange(tree.RootHash, count, start + 1, range, proof));
                    Assert.InRange(proof.Length, 0, 2 * 5);
                }
            }
        }
    }

    [Fact]
    public void Any_choice_of_leaves_is_proved() =>
        Prop.ForAll(Choices().ToArbitrary(), choice =>
        {
            (MerkleTree tree, Hash256[] leaves) = TreeOf(choice.LeafCount);
            Hash256[] proof = tree.ProveLeaves(choice.Indices);
            return MerkleProof.VerifyLeaves(tree.RootHash, choice.LeafCount, choice.Places, choice.Pick(leaves), proof);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    [Fact]
    public void Any_altered_bit_of_leaves_proof_or_root_is_found() =>
        Prop.ForAll(Choices().ToArbitrary(), Gen.Choose(0, int.MaxValue).ToArbitrary(), (choice, where) =>
        {
            (MerkleTree tree, Hash256[] leaves) = TreeOf(choice.LeafCount);
            Hash256[] hashes = [tree.RootHash, .. choice.Pick(leaves), .. tree.ProveLeaves(choice.Indices)];
            int bit = where % (hashes.Length * 256);
            byte[] bytes = hashes[bit / 256].ToArray();
            bytes[bit % 256 / 8] ^= (byte)(1 << (bit % 8));
            hashes[bit / 256] = Hash256.FromBytes(bytes);

            return !MerkleProof.VerifyLeaves(
                hashes[0], choice.LeafCount, choice.Places, hashes.AsSpan(1, choice.Indices.Length), hashes.AsSpan(1 + choice.Indices.Length));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));

    [Fact]
    public void A_leaf_claimed_at_another_place_is_found() =>
        Prop.ForAll(Choices().ToArbitrary(), Gen.Choose(0, int.MaxValue).ToArbitrary(), (choice, where) =>
        {
            (MerkleTree tree, Hash256[] leaves) = TreeOf(choice.LeafCount);
            Hash256[] proof = tree.ProveLeaves(choice.Indices);
            long[] places = choice.Places;
            int moved = where % places.Length;
            places[moved] = where % (choice.LeafCount + 2);
            return choice.Indices[moved] == places[moved]
                || !MerkleProof.VerifyLeaves(tree.RootHash, choice.LeafCount, places, choice.Pick(leaves), proof);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));

    [Fact]
    public void A_proof_with_a_hash_too_few_or_too_many_is_refused() =>
        Prop.ForAll(Choices().ToArbitrary(), choice =>
        {
            (MerkleTree tree, Hash256[] leaves) = TreeOf(choice.LeafCount);
            Hash256[] proof = tree.ProveLeaves(choice.Indices);
            return !Verify([.. proof, Hash256.Zero]) && !Verify([.. proof, tree.RootHash])
                && (proof.Length == 0 || (!Verify(proof[1..]) && !Verify(proof[..^1])));

            bool Verify(Hash256[] altered) =>
                MerkleProof.VerifyLeaves(tree.RootHash, choice.LeafCount, choice.Places, choice.Pick(leaves), altered);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void One_leaf_a_range_and_a_choice_of_neighbours_have_the_same_proof()
    {
        (MerkleTree tree, Hash256[] leaves) = TreeOf(53);
        Assert.Equal(tree.ProveInclusion(17), tree.ProveRange(17, 1));
        Assert.Equal(tree.ProveInclusion(17), tree.ProveLeaves([17]));
        Assert.Equal(tree.ProveRange(9, 4), tree.ProveLeaves([9, 10, 11, 12]));
        Assert.Empty(tree.ProveRange(0, 53));
        Assert.True(MerkleProof.VerifyRange(tree.RootHash, 53, 0, leaves, []));
    }

    [Fact]
    public void Nodes_that_several_leaves_need_are_not_repeated()
    {
        (MerkleTree tree, _) = TreeOf(64);
        Assert.Equal(6, tree.ProveInclusion(0).Length);
        Assert.Equal(4, tree.ProveLeaves([0, 1, 2, 3]).Length);
        Assert.Equal(10, tree.ProveLeaves([0, 63]).Length);
    }

    [Fact]
    public void Long_ranges_are_checked_like_short_ones()
    {
        (MerkleTree tree, Hash256[] leaves) = TreeOf(1000);
        Hash256[] proof = tree.ProveRange(100, 801);
        Assert.True(MerkleProof.VerifyRange(tree.RootHash, 1000, 100, leaves.AsSpan(100, 801), proof));
        leaves[500] = Hash256.Zero;
        Assert.False(MerkleProof.VerifyRange(tree.RootHash, 1000, 100, leaves.AsSpan(100, 801), proof));
    }

    [Fact]
    public void A_claim_outside_the_tree_is_refused()
    {
        (MerkleTree tree, Hash256[] leaves) = TreeOf(4);
        Hash256[] proof = tree.ProveInclusion(3);
        Assert.False(MerkleProof.VerifyInclusion(tree.RootHash, 4, -1, leaves[3], proof));
        Assert.False(MerkleProof.VerifyInclusion(tree.RootHash, 4, 4, leaves[3], proof));
        Assert.False(MerkleProof.VerifyInclusion(tree.RootHash, 3, 3, leaves[3], proof));
        Assert.False(MerkleProof.VerifyInclusion(tree.RootHash, 0, 0, tree.RootHash, []));
        Assert.False(MerkleProof.VerifyInclusion(tree.RootHash, long.MinValue, 0, leaves[0], proof));
        Assert.False(MerkleProof.VerifyInclusion(tree.RootHash, long.MaxValue, long.MaxValue - 1, leaves[3], proof));
        Assert.False(MerkleProof.VerifyRange(tree.RootHash, 4, 0, [], proof));
        Assert.False(MerkleProof.VerifyRange(tree.RootHash, 4, 2, leaves.AsSpan(1), []));
        Assert.False(MerkleProof.VerifyRange(tree.RootHash, 4, long.MaxValue, leaves, []));
        Assert.False(MerkleProof.VerifyLeaves(tree.RootHash, 4, [], [], []));
        Assert.False(MerkleProof.VerifyLeaves(tree.RootHash, 4, [0, 1], leaves.AsSpan(0, 1), []));
        Assert.False(MerkleProof.VerifyLeaves(tree.RootHash, 4, [1, 0], [leaves[1], leaves[0]], []));
        Assert.False(MerkleProof.VerifyLeaves(tree.RootHash, 4, [0, 0], [leaves[0], leaves[0]], []));
    }

    [Fact]
    public void A_false_leaf_cannot_hide_behind_a_true_one_at_the_same_place()
    {
        (MerkleTree tree, Hash256[] leaves) = TreeOf(4);
        Hash256[] path = tree.ProveInclusion(0);
        Hash256[] doubled = path.SelectMany(hash => (Hash256[])[hash, hash]).ToArray();
        Assert.False(MerkleProof.VerifyLeaves(tree.RootHash, 4, [0, 0], [leaves[0], Hash256.Zero], doubled));
        Assert.False(MerkleProof.VerifyLeaves(tree.RootHash, 1, [0, 0], [tree.RootHash, Hash256.Zero], []));
        Assert.False(MerkleProof.VerifyLeaves(leaves[0], 1, [0, 0], [leaves[0], Hash256.Zero], []));
    }

    [Fact]
    public void A_proof_of_leaves_outside_the_tree_is_not_made()
    {
        (MerkleTree tree, _) = TreeOf(4);
        Assert.Throws<ArgumentOutOfRangeException>(() => tree.ProveInclusion(4));
        Assert.Throws<ArgumentOutOfRangeException>(() => tree.ProveInclusion(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => tree.ProveRange(2, 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => tree.ProveRange(2, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => tree.ProveRange(-1, 2));
        Assert.Throws<ArgumentException>(() => tree.ProveLeaves([]));
        Assert.Throws<ArgumentException>(() => tree.ProveLeaves([1, 1]));
        Assert.Throws<ArgumentException>(() => tree.ProveLeaves([3, 4]));
        Assert.Throws<ArgumentOutOfRangeException>(() => MerkleTree.FromLeafHashes([]).ProveInclusion(0));
    }

    private static (MerkleTree Tree, Hash256[] Leaves) TreeOf(int count)
    {
        Hash256[] leaves = Enumerable.Range(0, count).Select(i => MerkleTree.LeafHash(BitConverter.GetBytes(i))).ToArray();
        return (MerkleTree.FromLeafHashes(leaves), leaves);
    }

    private static Gen<Choice> Choices() =>
        from count in Gen.Choose(1, LeafCountMax)
        from picks in Gen.NonEmptyListOf(Gen.Choose(0, count - 1))
        select new Choice(count, picks.Distinct().Order().ToArray());

    private sealed record Choice(int LeafCount, int[] Indices)
    {
        public long[] Places => Indices.Select(i => (long)i).ToArray();

        public Hash256[] Pick(Hash256[] leaves) => Indices.Select(i => leaves[i]).ToArray();
    }
}
