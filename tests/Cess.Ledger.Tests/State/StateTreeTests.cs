using Cess.Ledger.State;
using Cess.Primitives;
using FsCheck;
using FsCheck.Fluent;

namespace Cess.Ledger.Tests.State;

public sealed class StateTreeTests
{
    [Fact]
    public void An_empty_tree_has_the_zero_root()
    {
        Assert.Equal(Hash256.Zero, StateTree.Empty.Root);
        Assert.Equal(0, StateTree.Empty.Count);
        Assert.False(StateTree.Empty.TryGet(Key(1), out _));
        Assert.Empty(StateTree.Empty.Walk());
    }

    [Fact]
    public void A_tree_agrees_with_a_sorted_dictionary_after_any_changes()
    {
        Prop.ForAll(TreeChanges.Arbitrary(), changes =>
        {
            SortedDictionary<StateKey, byte[]> model = [];
            StateTreeBuilder builder = StateTree.Empty.ToBuilder();
            foreach (TreeChange change in changes)
            {
                change.ApplyTo(model);
                Assert.Equal(change.ApplyTo(builder), change.Expected);
                Assert.Equal(model.Count, builder.Count);
            }

            StateTree tree = builder.ToTree();
            Assert.Equal(model.Count, tree.Count);
            Assert.Equal(model.Select(e => e.Key), tree.Walk().Select(e => e.Key));
            foreach ((StateKey key, byte[] value) in model)
            {
                Assert.True(tree.TryGet(key, out ReadOnlyMemory<byte> found));
                Assert.Equal(value, found.ToArray());
            }
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void The_root_depends_on_the_entries_and_not_on_the_order_of_changes()
    {
        Prop.ForAll(TreeChanges.Arbitrary(), changes =>
        {
            SortedDictionary<StateKey, byte[]> model = [];
            StateTree stepwise = StateTree.Empty;
            foreach (TreeChange change in changes)
            {
                change.ApplyTo(model);
                stepwise = change.Value is null ? stepwise.Remove(change.Key) : stepwise.Set(change.Key, change.Value);
            }

            StateTreeBuilder backwards = StateTree.Empty.ToBuilder();
            foreach ((StateKey key, byte[] value) in model.Reverse())
                backwards.Set(key, value);
            Assert.Equal(stepwise.Root, backwards.ToTree().Root);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void A_tree_never_changes_under_builders_made_from_it()
    {
        Prop.ForAll(TreeChanges.Arbitrary(), TreeChanges.Arbitrary(), (first, second) =>
        {
            StateTreeBuilder builder = StateTree.Empty.ToBuilder();
            foreach (TreeChange change in first)
                change.ApplyTo(builder);
            StateTree tree = builder.ToTree();
            SortedDictionary<StateKey, byte[]> before = new(tree.Walk().ToDictionary(e => e.Key, e => e.Value.ToArray()));

            StateTreeBuilder fork = tree.ToBuilder();
            foreach (TreeChange change in second)
            {
                change.ApplyTo(builder);
                change.ApplyTo(fork);
            }

            Assert.Equal(builder.ToTree().Root, fork.ToTree().Root);
            Assert.Equal(before.Keys, tree.Walk().Select(e => e.Key));
            Assert.Equal(before.Values, tree.Walk().Select(e => e.Value.ToArray()));
            Assert.Equal(StateRootModel.Root(before), tree.Root);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void The_root_is_the_one_that_the_specification_computes()
    {
        Prop.ForAll(TreeChanges.Arbitrary(), changes =>
        {
            SortedDictionary<StateKey, byte[]> model = [];
            StateTreeBuilder builder = StateTree.Empty.ToBuilder();
            foreach (TreeChange change in changes)
            {
                change.ApplyTo(model);
                change.ApplyTo(builder);
            }

            Assert.Equal(StateRootModel.Root(model), builder.ToTree().Root);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Hashing_in_pieces_gives_the_same_root()
    {
        StateTreeBuilder first = StateTree.Empty.ToBuilder();
        StateTreeBuilder second = StateTree.Empty.ToBuilder();
        for (int i = 0; i < 5_000; i++)
        {
            first.Set(Key(i), [1, 2, 3]);
            second.Set(Key(i), [1, 2, 3]);
        }

        BackwardsFor pieces = new();
        Assert.Equal(first.ToTree().Root, second.ToTree(pieces).Root);
        Assert.True(pieces.Count > 100);

        first.Set(Key(77), [4]);
        second.Set(Key(77), [4]);
        Assert.Equal(first.ToTree().Root, second.ToTree(pieces).Root);
    }

    [Fact]
    public void Walking_a_prefix_gives_exactly_the_entries_that_start_with_it()
    {
        Prop.ForAll(TreeChanges.Arbitrary(), Gen.Choose(0, 40).ToArbitrary(), (changes, bits) =>
        {
            StateTreeBuilder builder = StateTree.Empty.ToBuilder();
            foreach (TreeChange change in changes)
                change.ApplyTo(builder);
            StateTree tree = builder.ToTree();

            foreach (TreeChange change in changes)
            {
                StateKeyPrefix prefix = new(change.Key, bits);
                Assert.Equal(
                    tree.Walk().Where(e => e.Key.CommonPrefixBits(change.Key) >= bits).Select(e => e.Key),
                    tree.Walk(prefix).Select(e => e.Key));
            }
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Setting_the_value_that_is_there_shares_every_node()
    {
        StateTree tree = StateTree.Empty.Set(Key(1), [1]).Set(Key(2), [2]);
        Assert.Equal(tree.Root, tree.Set(Key(1), [1]).Root);
        Assert.Same(tree, tree.Remove(Key(3)));
    }

    [Fact]
    public void Keys_of_one_collection_and_of_one_group_can_be_walked_apart()
    {
        StateTreeBuilder builder = StateTree.Empty.ToBuilder();
        for (byte i = 0; i < 100; i++)
        {
            builder.Set(StateKey.Of(1, 0, [i]), [i]);
            builder.Set(StateKey.Of(1, 1, [i]), [i]);
            builder.Set(StateKey.Of(2, 0, [(byte)(i / 10)], [i]), [i]);
        }

        StateTree tree = builder.ToTree();
        Assert.Equal(100, tree.Walk(StateKey.Collection(1, 0)).Count());
        Assert.Equal(100, tree.Walk(StateKey.Collection(2, 0)).Count());
        Assert.Equal(
            Enumerable.Range(30, 10).Select(i => (byte)i),
            tree.Walk(StateKey.Group(2, 0, [3])).Select(e => e.Value.Span[0]).Order());
    }

    private static StateKey Key(int i) => new(Hash256.Sha256(BitConverter.GetBytes(i)));

    private sealed class BackwardsFor : IParallelFor
    {
        public int Count { get; private set; }

        public void For(int count, Action<int> body)
        {
            Count = count;
            for (int i = count - 1; i >= 0; i--)
                body(i);
        }
    }
}
