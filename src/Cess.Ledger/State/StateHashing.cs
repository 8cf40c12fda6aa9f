using Cess.Primitives;

namespace Cess.Ledger.State;

/// <summary>The hashes of which a state root is made; specified in docs/format/ledger.md.</summary>
internal static class StateHashing
{
    private const byte LeafDomain = 0;
    private const byte BranchDomain = 1;

    /// <summary>SHA-256(0x00 ‖ key ‖ SHA-256(value)).</summary>
    public static Hash256 Leaf(StateKey key, Hash256 valueHash)
    {
        Span<byte> bytes = stackalloc byte[1 + StateKey.Size + Hash256.Size];
        bytes[0] = LeafDomain;
        key.WriteTo(bytes[1..]);
        valueHash.WriteTo(bytes[(1 + StateKey.Size)..]);
        return Hash256.Sha256(bytes);
    }

    /// <summary>
    /// SHA-256(0x01 ‖ bit ‖ left ‖ right). The bit is what makes absence provable: a verifier knows that the searched key
    /// could only be on the side that it followed.
    /// </summary>
    public static Hash256 Branch(byte bit, Hash256 left, Hash256 right)
    {
        Span<byte> bytes = stackalloc byte[2 + (2 * Hash256.Size)];
        bytes[0] = BranchDomain;
        bytes[1] = bit;
        left.WriteTo(bytes[2..]);
        right.WriteTo(bytes[(2 + Hash256.Size)..]);
        return Hash256.Sha256(bytes);
    }
}
