using Cess.Ledger.Modules;
using Cess.Primitives;

namespace Cess.Ledger.State;

/// <summary>The key of a collection's entry, given the collection's bytes.</summary>
internal delegate StateKey StateKeyOf<TKey>(byte module, byte collection, TKey key);

/// <summary>A named part of the state: records of one type under keys of one type.</summary>
internal sealed class StateCollection<TKey, TValue>(ModuleId module, byte collection, StateKeyOf<TKey> keyOf)
    where TKey : IEquatable<TKey>
    where TValue : class, IScaleValue<TValue>
{
    public StateKey KeyOf(TKey key) => keyOf((byte)module, collection, key);

    public TValue? Get(StateTree tree, TKey key) =>
        tree.TryGet(KeyOf(key), out ReadOnlyMemory<byte> bytes) ? Scale.Decode<TValue>(bytes.Span) : null;

    public void Set(StateTreeBuilder tree, TKey key, TValue value) => tree.Set(KeyOf(key), Scale.Encode(value));

    /// <summary>All records, in the order of their state keys.</summary>
    public IEnumerable<TValue> Walk(StateTree tree) => Walk(tree, StateKey.Collection((byte)module, collection));

    /// <summary>The records of one group of a grouped collection.</summary>
    public IEnumerable<TValue> WalkGroup(StateTree tree, ReadOnlySpan<byte> group) =>
        Walk(tree, StateKey.Group((byte)module, collection, group));

    private static IEnumerable<TValue> Walk(StateTree tree, StateKeyPrefix prefix)
    {
        foreach (KeyValuePair<StateKey, ReadOnlyMemory<byte>> entry in tree.Walk(prefix))
            yield return Scale.Decode<TValue>(entry.Value.Span);
    }
}

/// <summary>Common ways from a key to its state key.</summary>
internal static class StateCollections
{
    /// <summary>The entry key is the key's SCALE encoding.</summary>
    public static StateKey ByValue<TKey>(byte module, byte collection, TKey key)
        where TKey : IScaleValue<TKey> => StateKey.Of(module, collection, Scale.Sha256(key));
}

/// <summary>The key of a collection that has one entry. Its encoding is empty.</summary>
internal readonly record struct Singleton
{
    public static StateKey Key(byte module, byte collection, Singleton key)
    {
        _ = key;
        return StateKey.Of(module, collection, ReadOnlySpan<byte>.Empty);
    }
}
