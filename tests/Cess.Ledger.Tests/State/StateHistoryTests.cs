using Cess.Ledger.State;
using Cess.Primitives;

namespace Cess.Ledger.Tests.State;

/// <summary>Trees that share nodes: each of a long history is what the specification says, and stays it while others read it.</summary>
public sealed class StateHistoryTests
{
    /// <summary>Lengths of values, the last of which few have.</summary>
    private static readonly int[] s_lengths = [0, 1, 45, 46, 128, 1024, 2048, 2049, 6000];

    public static TheoryData<int, int> Histories()
    {
        TheoryData<int, int> histories = [];
        for (int seed = 0; seed < 8; seed++)
        {
            foreach (int keys in new[] { 2, 3, 8, 33, 300 })
                histories.Add(seed, keys);
        }

        return histories;
    }

    [Theory]
    [MemberData(nameof(Histories))]
    public void Each_state_of_a_long_history_is_the_specified_one_and_stays_so(int seed, int keyCount)
    {
        Random random = new(seed);
        StateKey[] keys = Keys(random, keyCount);
        SortedDictionary<StateKey, byte[]> model = [];
        StateTreeBuilder builder = StateTree.Empty.ToBuilder();
        List<(StateTree Tree, KeyValuePair<StateKey, byte[]>[] Entries)> history = [];
        for (int step = 0; step < 40; step++)
        {
            // Now more is set, now more is removed, so that the tree passes through all its sizes many times.
            int setsOf10 = step / 5 % 2 == 0 ? 8 : 2;
            for (int change = random.Next(1, keyCount); change > 0; change--)
                Change(random, keys[random.Next(keyCount)], setsOf10, model, builder);
            history.Add((builder.ToTree(), [.. model]));
        }

        foreach ((StateTree tree, KeyValuePair<StateKey, byte[]>[] entries) in history)
            AssertHolds(tree, entries);
    }

    [Fact]
    public void Proofs_are_the_specified_bytes()
    {
        Random random = new(3);
        foreach (int keyCount in new[] { 1, 2, 16, 17, 130 })
        {
            StateKey[] keys = Keys(random, 2 * keyCount);
            KeyValuePair<StateKey, byte[]>[] entries =
                [.. keys.Take(keyCount).Order().Select(key => KeyValuePair.Create(key, Value(random)))];
            StateTreeBuilder builder = StateTree.Empty.ToBuilder();
            foreach ((StateKey key, byte[] value) in entries)
                builder.Set(key, value);
            StateTree tree = builder.ToTree();

            for (int asked = 1; asked <= 8; asked++)
            {
                StateKey[] some = random.GetItems(keys, asked);
                Assert.Equal(StateProofModel.Encode(entries, some), Scale.Encode(StateProof.Of(tree, some)));
            }
        }
    }

    [Fact]
    public void A_value_that_was_read_does_not_change_with_the_builder()
    {
        StateTreeBuilder builder = StateTree.Empty.ToBuilder();
        StateKey[] keys = Keys(new Random(1), 4);
        foreach (StateKey key in keys)
            builder.Set(key, [1, 2, 3]);
        Assert.True(builder.TryGet(keys[1], out ReadOnlyMemory<byte> read));

        foreach (StateKey key in keys)
            builder.Set(key, [4, 5, 6]);
        builder.Remove(keys[0]);
        Assert.Equal([1, 2, 3], read.ToArray());
    }

    [Fact]
    public async Task A_tree_can_be_read_while_its_descendants_are_made()
    {
        Random random = new(5);
        StateKey[] keys = Keys(random, 1_000);
        StateTreeBuilder builder = StateTree.Empty.ToBuilder();
        foreach (StateKey key in keys)
            builder.Set(key, Value(random));
        StateTree tree = builder.ToTree();
        KeyValuePair<StateKey, byte[]>[] before = [.. tree.Walk().Select(e => KeyValuePair.Create(e.Key, e.Value.ToArray()))];

        using Barrier start = new(3);
        Task[] readers = [.. Enumerable.Range(0, 2).Select(_ => Task.Run(() =>
        {
            start.SignalAndWait();
            for (int i = 0; i < 10; i++)
                AssertHolds(tree, before);
        }))];
        start.SignalAndWait();
        for (int i = 0; i < 200; i++)
        {
            foreach (StateKey key in random.GetItems(keys, 50))
                Change(random, key, setsOf10: 5, [], builder);
            builder.ToTree();
        }

        await Task.WhenAll(readers);
    }

    private static void Change(
        Random random, StateKey key, int setsOf10, SortedDictionary<StateKey, byte[]> model, StateTreeBuilder builder)
    {
        if (random.Next(10) < setsOf10)
        {
            byte[] value = Value(random);
            model[key] = value;
            builder.Set(key, value);
        }
        else
        {
            model.Remove(key);
            builder.Remove(key);
        }
    }

    private static void AssertHolds(StateTree tree, KeyValuePair<StateKey, byte[]>[] entries)
    {
        Assert.Equal(entries.Length, tree.Count);
        Assert.Equal(entries.Select(e => e.Key), tree.Walk().Select(e => e.Key));
        foreach ((StateKey key, byte[] value) in entries)
        {
            Assert.True(tree.TryGet(key, out ReadOnlyMemory<byte> found));
            Assert.True(found.Span.SequenceEqual(value));
        }

        Assert.Equal(StateRootModel.Root(entries), tree.Root);
    }

    private static byte[] Value(Random random)
    {
        byte[] value = new byte[s_lengths[random.Next(10) == 0 ? random.Next(s_lengths.Length) : random.Next(4)]];
        random.NextBytes(value);
        return value;
    }

    /// <summary>Half of them spread evenly, half of them close neighbours.</summary>
    private static StateKey[] Keys(Random random, int count)
    {
        HashSet<StateKey> keys = [];
        byte[] bytes = new byte[StateKey.Size];
        while (keys.Count < count)
        {
            random.NextBytes(bytes);
            if (keys.Count % 2 == 0)
                bytes.AsSpan(0, 28).Clear();
            keys.Add(new StateKey(Hash256.FromBytes(bytes)));
        }

        return [.. keys];
    }
}
