namespace Cess.LightClient.Tests.Verifier;

/// <summary>RFC 6962's audit paths (docs/format/primitives.md, "Merkle tree").</summary>
internal static class AuditPath
{
    private const int HashesMax = 63;

    public static List<Bytes32> Read(ScaleInput input) => input.Vector(HashesMax, hash => hash.Hash());

    /// <summary>True if the leaf is the <paramref name="index"/>-th of <paramref name="count"/> under the root.</summary>
    public static bool Shows(Bytes32 root, ulong count, ulong index, ReadOnlyMemory<byte> leaf, IReadOnlyList<Bytes32> path)
    {
        if (index >= count)
            return false;
        Bytes32 hash = Bytes32.Sha256(new byte[] { 0 }, leaf);
        int used = 0;
        for (ulong last = count - 1; last > 0; last >>= 1, index >>= 1)
        {
            // A last node without a neighbour is lifted as it is.
            if (index == last && index % 2 == 0)
                continue;
            if (used == path.Count)
                return false;
            Bytes32 sibling = path[used++];
            hash = index % 2 == 1 ? Node(sibling, hash) : Node(hash, sibling);
        }

        return used == path.Count && hash == root;
    }

    private static Bytes32 Node(Bytes32 left, Bytes32 right) => Bytes32.Sha256(new byte[] { 1 }, left.ToArray(), right.ToArray());
}
