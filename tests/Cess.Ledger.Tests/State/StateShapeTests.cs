using Cess.Ledger.State;
using Cess.Primitives;

namespace Cess.Ledger.Tests.State;

/// <summary>
/// A branch may share an object with the one above or stand alone, which depends on the order of changes. Few keys in every order, put
/// in and taken out, pass through all the ways in which objects divide and join; what can be seen of a tree must not depend on them.
/// </summary>
public sealed class StateShapeTests
{
    /// <summary>First bytes of keys, by the shape of the tree that they make.</summary>
    public static TheoryData<string, byte[]> Shapes => new()
    {
        { "each branch on the left of the one above", [0, 1, 2, 4, 8, 16] },
        { "each branch on the right of the one above", [255, 254, 252, 248, 240, 224] },
        { "to and fro", [0, 128, 64, 96, 80, 88] },
        { "all equally deep", [0, 32, 64, 128, 160, 192] },
        { "two far groups", [0, 1, 3, 252, 254, 255] },
    };

    [Fact]
    public void What_an_update_hashes_and_makes_grows_no_faster_than_the_logarithm_of_the_entries()
    {
        const int Few = 1_000;
        const int Many = 100_000;
        StateTreeBuilder builder = StateTree.Empty.ToBuilder();
        (double branches, double made) few = Grow(builder, 0, Few);
        (double branches, double made) many = Grow(builder, Few, Many);

        double logarithm = Math.Log(Many) / Math.Log(Few);
        Assert.InRange(many.branches / few.branches, 1, logarithm);
        Assert.InRange(many.made / few.made, 1, logarithm);
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Keys_in_any_order_make_the_specified_tree_at_each_step(string shape, byte[] first)
    {
        StateKey[] keys = [.. first.Select(Key)];
        Dictionary<int, Seen> specified = [];
        for (int set = 0; set < 1 << keys.Length; set++)
            specified.Add(set, Seen.Specified(keys, set));

        foreach (int[] order in Orders(keys.Length))
        {
            foreach (int[] back in new[] { order, [.. order.Reverse()], [.. order.Skip(2), .. order.Take(2)] })
            {
                StateTreeBuilder inPlace = StateTree.Empty.ToBuilder();
                StateTree copied = StateTree.Empty;
                StateTree kept = StateTree.Empty;
                int set = 0;
                foreach (int i in order)
                {
                    inPlace.Set(keys[i], Value(i));
                    copied = copied.Set(keys[i], Value(i));
                    set |= 1 << i;
                    Assert.True(specified[set].Root == copied.Root, shape);
                    kept = set == (1 << keys.Length) - 1 ? copied : kept;
                }

                foreach (int i in back.Take(keys.Length - 1))
                {
                    Assert.True(inPlace.Remove(keys[i]));
                    copied = copied.Remove(keys[i]);
                    set &= ~(1 << i);
                    Assert.True(specified[set].Root == copied.Root, shape);
                }

                Assert.Equal(copied.Root, inPlace.ToTree().Root);
                Assert.Equal(specified[(1 << keys.Length) - 1].Root, kept.Root);
                Assert.Equal(keys.Order(), kept.Walk().Select(entry => entry.Key));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Proofs_and_walks_are_the_same_however_a_tree_came_about(string shape, byte[] first)
    {
        StateKey[] keys = [.. first.Select(Key)];
        Random random = new(7);
        Dictionary<int, Seen> specified = [];
        for (int history = 0; history < 200; history++)
        {
            StateTreeBuilder builder = StateTree.Empty.ToBuilder();
            int set = 0;
            for (int change = random.Next(1, 30); change > 0; change--)
            {
                int i = random.Next(keys.Length);
                if (random.Next(3) > 0)
                {
                    builder.Set(keys[i], Value(i));
                    set |= 1 << i;
                }
                else
                {
                    Assert.Equal((set & (1 << i)) != 0, builder.Remove(keys[i]));
                    set &= ~(1 << i);
                }

                if (random.Next(4) == 0)
                    builder.ToTree();
            }

            if (!specified.TryGetValue(set, out Seen? seen))
                specified.Add(set, seen = Seen.Specified(keys, set));
            seen.AssertIs(builder.ToTree(), keys, shape);
        }
    }

    [Fact]
    public void A_path_as_deep_as_a_key_has_bits_holds_in_any_order()
    {
        // One key for each bit in which it differs from zero: every branch has one leaf and all the others below.
        StateKey[] keys = [Key(0), .. Enumerable.Range(0, StateKey.Bits).Select(OneBit)];
        KeyValuePair<StateKey, byte[]>[] entries = [.. keys.Order().Select(key => KeyValuePair.Create(key, key.Bytes.ToArray()))];
        Random random = new(11);
        for (int order = 0; order < 20; order++)
        {
            random.Shuffle(keys);
            StateTreeBuilder builder = StateTree.Empty.ToBuilder();
            foreach (StateKey key in keys)
                builder.Set(key, key.Bytes.ToArray());
            StateTree tree = builder.ToTree();
            Assert.Equal(StateRootModel.Root(entries), tree.Root);
            Assert.Equal(StateProofModel.Encode(entries, [keys[0]]), Scale.Encode(StateProof.Of(tree, keys[0])));

            foreach (StateKey key in keys.Skip(128))
                Assert.True(builder.Remove(key));
            KeyValuePair<StateKey, byte[]>[] left = [.. entries.Where(entry => Array.IndexOf(keys, entry.Key) < 128)];
            Assert.Equal(StateRootModel.Root(left), builder.ToTree().Root);
            Assert.Equal(StateRootModel.Root(entries), tree.Root);
        }
    }

    [Fact]
    public void A_value_that_was_handed_in_is_copied()
    {
        byte[] value = [1, 2, 3];
        StateTree tree = StateTree.Empty.Set(Key(1), value);
        value[0] = 9;
        Assert.True(tree.TryGet(Key(1), out ReadOnlyMemory<byte> found));
        Assert.Equal([1, 2, 3], found.ToArray());
    }

    /// <summary>Adds entries up to a number; branches above an entry, and bytes that a change of one makes, mean.</summary>
    private static (double Branches, double MadeBytes) Grow(StateTreeBuilder builder, int from, int to)
    {
        const int Samples = 1_000;
        const int BranchBytes = 2 + 1 + Hash256.Size;
        for (int i = from; i < to; i++)
            builder.Set(HashedKey(i), Value(i));
        StateTree tree = builder.ToTree();
        long proven = 0;
        long made = 0;
        for (int i = 0; i < Samples; i++)
        {
            StateKey key = HashedKey((int)((long)i * to / Samples));
            proven += Scale.Encode(StateProof.Of(tree, key)).Length;
            byte[] value = Value(-1 - i);
            long before = GC.GetAllocatedBytesForCurrentThread();
            StateTreeBuilder change = tree.ToBuilder();
            change.Set(key, value);
            change.ToTree();
            made += GC.GetAllocatedBytesForCurrentThread() - before;
        }

        long withoutBranches = Scale.Encode(StateProof.Of(StateTree.Empty.Set(HashedKey(0), Value(0)), HashedKey(0))).Length;
        return (((double)proven / Samples - withoutBranches) / BranchBytes, (double)made / Samples);
    }

    private static StateKey HashedKey(int i) => new(Hash256.Sha256(BitConverter.GetBytes(i)));

    private static StateKey Key(byte first)
    {
        byte[] bytes = new byte[StateKey.Size];
        bytes[0] = first;
        return new StateKey(Hash256.FromBytes(bytes));
    }

    private static StateKey OneBit(int bit)
    {
        byte[] bytes = new byte[StateKey.Size];
        bytes[bit / 8] = (byte)(0x80 >> (bit % 8));
        return new StateKey(Hash256.FromBytes(bytes));
    }

    private static byte[] Value(int i) => [(byte)i, 7];

    private static IEnumerable<int[]> Orders(int count)
    {
        if (count == 0)
            return [[]];
        return Orders(count - 1).SelectMany(
            order => Enumerable.Range(0, count).Select(at => (int[])[.. order.Take(at), count - 1, .. order.Skip(at)]));
    }

    /// <summary>All that a tree shows, for each of the keys, there or not: its root, its entries by prefix, its proofs.</summary>
    private sealed record Seen(Hash256 Root, KeyValuePair<StateKey, byte[]>[] Entries)
    {
        public static Seen Specified(StateKey[] keys, int set)
        {
            KeyValuePair<StateKey, byte[]>[] entries =
                [.. keys.Index().Where(key => (set & (1 << key.Index)) != 0).OrderBy(key => key.Item).Select(key => KeyValuePair.Create(key.Item, Value(key.Index)))];
            return new Seen(StateRootModel.Root(entries), entries);
        }

        public void AssertIs(StateTree tree, StateKey[] keys, string shape)
        {
            Assert.True(Root == tree.Root, shape);
            Assert.Equal(Entries.Length, tree.Count);
            foreach (StateKey key in keys)
            {
                for (int bits = 0; bits <= 9; bits++)
                {
                    Assert.Equal(
                        Entries.Where(e => e.Key.CommonPrefixBits(key) >= bits).Select(e => e.Key),
                        tree.Walk(new StateKeyPrefix(key, bits)).Select(e => e.Key));
                }
            }

            if (Entries.Length == 0)
                return;
            for (int asked = 1; asked < 1 << keys.Length; asked++)
            {
                StateKey[] some = [.. keys.Where((_, i) => (asked & (1 << i)) != 0)];
                Assert.Equal(StateProofModel.Encode(Entries, some), Scale.Encode(StateProof.Of(tree, some)));
            }
        }
    }
}
