namespace Cess.LightClient.Tests.Network;

/// <summary>A state of a few records, with its root and its proofs (docs/format/ledger.md, "Tree" and "Proof").</summary>
internal sealed class MadeTree(IReadOnlyDictionary<Bytes32, byte[]> records)
{
    public Bytes32 Root => Hash(Sorted(records.Keys));

    /// <summary>The proof of some keys, without the byte that says that there is one.</summary>
    public byte[] Prove(params IReadOnlyList<Bytes32> keys) => [1, .. Cut(Sorted(records.Keys), keys)];

    private static Bytes32[] Sorted(IEnumerable<Bytes32> keys) => [.. keys.OrderBy(key => key.ToString(), StringComparer.Ordinal)];

    private static int FirstDifference(Bytes32[] keys) => Enumerable.Range(0, 256).First(bit => keys[0].Bit(bit) != keys[^1].Bit(bit));

    private static (Bytes32[] Zeros, Bytes32[] Ones) Split(Bytes32[] keys, int bit) => ([.. keys.Where(key => !key.Bit(bit))], [.. keys.Where(key => key.Bit(bit))]);

    private Bytes32 Hash(Bytes32[] keys)
    {
        if (keys is [{ } only])
            return Bytes32.Sha256(new byte[] { 0 }, only.ToArray(), Bytes32.Sha256(records[only]).ToArray());
        int bit = FirstDifference(keys);
        (Bytes32[] zeros, Bytes32[] ones) = Split(keys, bit);
        return Bytes32.Sha256(new byte[] { 1, (byte)bit }, Hash(zeros).ToArray(), Hash(ones).ToArray());
    }

    private byte[] Cut(Bytes32[] keys, IReadOnlyList<Bytes32> wanted)
    {
        if (wanted.Count == 0)
            return [0, .. Hash(keys).ToArray()];
        if (keys is [{ } only])
            return [2, .. only.ToArray(), .. Bytes32.Sha256(records[only]).ToArray()];
        int bit = FirstDifference(keys);
        (Bytes32[] zeros, Bytes32[] ones) = Split(keys, bit);
        return
        [
            1, (byte)bit,
            .. Cut(zeros, [.. wanted.Where(key => !key.Bit(bit))]),
            .. Cut(ones, [.. wanted.Where(key => key.Bit(bit))]),
        ];
    }
}
