using Cess.Ledger.State;
using Cess.Primitives;
using FsCheck;
using FsCheck.Fluent;

namespace Cess.Ledger.Tests.State;

public sealed class StateRootBuilderTests
{
    [Fact]
    public void Without_entries_the_root_is_zero() => Assert.Equal(Hash256.Zero, new StateRootBuilder().Root);

    [Fact]
    public void The_root_of_any_entries_in_order_is_that_of_their_tree_after_each_of_them()
    {
        Prop.ForAll(TreeChanges.Arbitrary(), changes =>
        {
            SortedDictionary<StateKey, byte[]> entries = [];
            foreach (TreeChange change in changes)
                change.ApplyTo(entries);
            StateRootBuilder root = new();
            StateTree tree = StateTree.Empty;
            foreach ((StateKey key, byte[] value) in entries)
            {
                Assert.True(root.TryAdd(key, value));
                tree = tree.Set(key, value);
                Assert.Equal(tree.Root, root.Root);
            }

            Assert.Equal((ulong)entries.Count, root.Count);
            Assert.Equal(StateRootModel.Root(entries), root.Root);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void A_key_that_is_not_above_the_one_before_is_not_added()
    {
        StateRootBuilder root = new();
        StateKey low = new(Hash256.Zero);
        StateKey high = new(Hash256.Sha256([1]));
        Assert.True(root.TryAdd(high, [1]));
        Hash256 before = root.Root;

        Assert.False(root.TryAdd(high, [2]));
        Assert.False(root.TryAdd(low, [2]));

        Assert.Equal((1UL, before), (root.Count, root.Root));
    }
}
