using Cess.Ledger.State;
using Cess.Primitives;
using FsCheck;
using FsCheck.Fluent;

namespace Cess.Ledger.Tests.State;

/// <summary>One change of a tree: a value to set, or null to remove.</summary>
public sealed record TreeChange(StateKey Key, byte[]? Value)
{
    /// <summary>Whether the model had something to change; set by <see cref="ApplyTo(SortedDictionary{StateKey, byte[]})"/>.</summary>
    public bool Expected { get; private set; }

    public void ApplyTo(SortedDictionary<StateKey, byte[]> model)
    {
        if (Value is null)
        {
            Expected = model.Remove(Key);
            return;
        }

        model[Key] = Value;
        Expected = true;
    }

    public bool ApplyTo(StateTreeBuilder builder)
    {
        if (Value is null)
            return builder.Remove(Key);

        builder.Set(Key, Value);
        return true;
    }
}

/// <summary>Sequences of changes over few enough keys that they meet: close neighbours, far ones, first and last bits.</summary>
public static class TreeChanges
{
    public static Arbitrary<TreeChange[]> Arbitrary() =>
        Gen.ArrayOf(
            from key in Keys
            from value in Gen.Frequency(
                (3, Gen.ArrayOf(Gen.Choose(0, 255).Select(b => (byte)b)).Select(v => (byte[]?)v)),
                (2, Gen.Constant<byte[]?>(null)))
            select new TreeChange(key, value)).ToArbitrary();

    private static Gen<StateKey> Keys =>
        Gen.OneOf(
            from b in Gen.Choose(0, 15) select KeyWith(0, (byte)(b * 17)),
            from b in Gen.Choose(0, 15) select KeyWith(31, (byte)b),
            from i in Gen.Choose(0, 31) from b in Gen.Choose(0, 255) select KeyWith(i, (byte)b),
            from i in Gen.Choose(0, 30) select new StateKey(Hash256.Sha256([(byte)i])));

    private static StateKey KeyWith(int position, byte value)
    {
        byte[] bytes = new byte[StateKey.Size];
        bytes[position] = value;
        return new StateKey(Hash256.FromBytes(bytes));
    }
}

/// <summary>The root as docs/format/ledger.md defines it, written down without a tree.</summary>
public static class StateRootModel
{
    public static Hash256 Root(IEnumerable<KeyValuePair<StateKey, byte[]>> entries)
    {
        KeyValuePair<StateKey, byte[]>[] all = [.. entries];
        return all.Length == 0 ? Hash256.Zero : Node(all);
    }

    internal static Hash256 Node(KeyValuePair<StateKey, byte[]>[] entries)
    {
        if (entries.Length == 1)
            return Sha256([0], entries[0].Key.Bytes.ToArray(), Sha256(entries[0].Value).ToArray());

        int bit = Bit(entries);
        return Sha256(
            [1, (byte)bit],
            Node([.. entries.Where(e => !e.Key.Bit(bit))]).ToArray(),
            Node([.. entries.Where(e => e.Key.Bit(bit))]).ToArray());
    }

    /// <summary>The first bit in which the keys differ, of which there are two or more.</summary>
    internal static int Bit(KeyValuePair<StateKey, byte[]>[] entries) =>
        entries.Min(e => e.Key.CommonPrefixBits(entries[0].Key));

    private static Hash256 Sha256(params byte[][] parts) => Hash256.Sha256(parts.SelectMany(p => p).ToArray());
}

/// <summary>A proof's bytes as docs/format/ledger.md defines them, written down without a tree.</summary>
public static class StateProofModel
{
    public static byte[] Encode(KeyValuePair<StateKey, byte[]>[] entries, StateKey[] keys) => [1, .. Node(entries, keys)];

    private static byte[] Node(KeyValuePair<StateKey, byte[]>[] entries, StateKey[] keys)
    {
        if (keys.Length == 0)
            return [0, .. StateRootModel.Node(entries).ToArray()];
        if (entries.Length == 1)
            return [2, .. entries[0].Key.Bytes.ToArray(), .. Hash256.Sha256(entries[0].Value).ToArray()];

        int bit = StateRootModel.Bit(entries);
        return
        [
            1, (byte)bit,
            .. Node([.. entries.Where(e => !e.Key.Bit(bit))], [.. keys.Where(k => !k.Bit(bit))]),
            .. Node([.. entries.Where(e => e.Key.Bit(bit))], [.. keys.Where(k => k.Bit(bit))]),
        ];
    }
}
