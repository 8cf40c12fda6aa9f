using System.Security.Cryptography;
using Cess.Ledger.State;
using Cess.Primitives;

namespace Cess.Simulation.Checks;

/// <summary>The root of a state by its specification in docs/format/ledger.md, straight from all entries, with nothing shared or kept.</summary>
internal static class NaiveTree
{
    public static Hash256 RootOf(IEnumerable<KeyValuePair<StateKey, ReadOnlyMemory<byte>>> entries)
    {
        (byte[] Key, byte[] Value)[] all = [.. entries.Select(entry => (Bytes(entry.Key), entry.Value.ToArray()))];
        return all.Length == 0 ? Hash256.Zero : Hash256.FromBytes(RootOf(all, 0));
    }

    private static byte[] RootOf(ReadOnlySpan<(byte[] Key, byte[] Value)> entries, int bit)
    {
        if (entries.Length == 1)
            return SHA256.HashData([0, .. entries[0].Key, .. SHA256.HashData(entries[0].Value)]);
        while (IsSet(entries[0].Key, bit) == IsSet(entries[^1].Key, bit))
            bit++;
        int middle = 0;
        while (!IsSet(entries[middle].Key, bit))
            middle++;
        return SHA256.HashData([1, (byte)bit, .. RootOf(entries[..middle], bit + 1), .. RootOf(entries[middle..], bit + 1)]);
    }

    private static bool IsSet(byte[] key, int bit) => (key[bit / 8] & (0x80 >> (bit % 8))) != 0;

    private static byte[] Bytes(StateKey key)
    {
        byte[] bytes = new byte[StateKey.Size];
        key.WriteTo(bytes);
        return bytes;
    }
}
