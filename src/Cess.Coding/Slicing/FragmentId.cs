using Cess.Primitives;

namespace Cess.Coding;

/// <summary>A fragment's id: the root of the Merkle tree over its bytes, SHA-256 as in RFC 6962, with leaves of 4 KiB.</summary>
public static class FragmentId
{
    /// <summary>Bytes of a leaf; the last one may be shorter.</summary>
    public const int LeafBytes = 4096;

    /// <summary>The id of a fragment that is in memory.</summary>
    /// <param name="fragment">All its bytes.</param>
    public static Hash256 Of(ReadOnlySpan<byte> fragment) => MerkleTree.Root(fragment, LeafBytes);
}
