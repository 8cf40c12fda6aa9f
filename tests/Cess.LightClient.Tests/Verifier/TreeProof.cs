namespace Cess.LightClient.Tests.Verifier;

/// <summary>What a proof says of a key.</summary>
internal enum Shown
{
    Nothing,
    Absent,
    Present,
}

/// <summary>A part of the state's tree (docs/format/ledger.md, "Tree" and "Proof").</summary>
internal sealed class TreeProof
{
    private const int NodesMax = 262_144;

    private readonly Node? _top;

    private TreeProof(Node? top) => _top = top;

    /// <summary>The root of the tree that this is a part of.</summary>
    public Bytes32 Root => _top?.Hash ?? Bytes32.Zero;

    public static TreeProof Read(ScaleInput input)
    {
        if (!input.Option())
            return new TreeProof(null);
        int left = NodesMax;
        Node top = ReadNode(input, [], ref left);
        return top is Pruned ? throw new RefusedException("The top of a proof is pruned.") : new TreeProof(top);
    }

    /// <summary>Looks a key up by following its bits.</summary>
    /// <returns>What the proof shows, and the record's hash if it is there.</returns>
    public (Shown Shown, Bytes32? Record) Find(Bytes32 key)
    {
        Node? node = _top;
        while (node is Branch branch)
            node = key.Bit(branch.Bit) ? branch.Right : branch.Left;
        return node switch
        {
            Pruned => (Shown.Nothing, null),
            Leaf leaf when leaf.Key == key => (Shown.Present, leaf.Record),
            _ => (Shown.Absent, null),
        };
    }

    private static Node ReadNode(ScaleInput input, IReadOnlyList<(int Bit, bool Side)> way, ref int left)
    {
        if (left-- == 0)
            throw new RefusedException($"A proof has more than {NodesMax} nodes.");
        switch (input.U8())
        {
            case 0:
                return new Pruned(input.Hash());
            case 1:
                int bit = input.U8();
                if (way.Count > 0 && bit <= way[^1].Bit)
                    throw new RefusedException("A branch's bit is not larger than its parent's.");
                Node zero = ReadNode(input, [.. way, (bit, false)], ref left);
                Node one = ReadNode(input, [.. way, (bit, true)], ref left);
                return zero is Pruned && one is Pruned
                    ? throw new RefusedException("Both children of a branch are pruned.")
                    : new Branch(bit, zero, one, Bytes32.Sha256(new byte[] { 1, (byte)bit }, zero.Hash.ToArray(), one.Hash.ToArray()));
            case 2:
                (Bytes32 key, Bytes32 record) = (input.Hash(), input.Hash());
                if (way.Any(step => key.Bit(step.Bit) != step.Side))
                    throw new RefusedException("A leaf is not where its key belongs.");
                return new Leaf(key, record, Bytes32.Sha256(new byte[] { 0 }, key.ToArray(), record.ToArray()));
            case byte other:
                throw new RefusedException($"{other} is no node.");
        }
    }

    private abstract record Node(Bytes32 Hash);

    private sealed record Pruned(Bytes32 Hash) : Node(Hash);

    private sealed record Branch(int Bit, Node Left, Node Right, Bytes32 Hash) : Node(Hash);

    private sealed record Leaf(Bytes32 Key, Bytes32 Record, Bytes32 Hash) : Node(Hash);
}
