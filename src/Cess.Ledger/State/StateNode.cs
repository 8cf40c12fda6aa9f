using Cess.Primitives;

namespace Cess.Ledger.State;

/// <summary>
/// A reference to a part of the state tree: a <see cref="StateLeaf"/>'s bytes, a <see cref="StateQuad"/>, or nothing. A part may change
/// only while its hash is unknown: without one it is a new one of the one builder that made it, with one it may be part of any number
/// of trees.
/// </summary>
internal readonly struct StateNode
{
    private readonly object? _part;

    public StateNode(StateLeaf leaf) => _part = leaf.Bytes;

    public StateNode(StateQuad quad) => _part = quad;

    public bool IsNone => _part is null;

    /// <summary>The quad that this is, if it is one.</summary>
    public StateQuad? Quad => _part as StateQuad;

    /// <summary>The leaf that this is; only if it is no quad.</summary>
    public StateLeaf Leaf => new((byte[])_part!);

    /// <summary>The first bit at which the keys below differ; behind all bits if there is only one.</summary>
    public int Bit => Quad is { } quad ? quad.Bit : StateKey.Bits;

    /// <summary>SHA-256 over the part; zero while not computed (no input is known whose SHA-256 is zero).</summary>
    public Hash256 Hash => Quad is { } quad ? quad.Hash : Leaf.Hash;

    public bool IsHashed => !Hash.IsZero;

    /// <summary>The hash, computed if it was not, with those of all parts below that have none.</summary>
    public Hash256 ComputeHash() => Quad is { } quad ? quad.ComputeHash() : Leaf.ComputeHash();
}

/// <summary>
/// One entry in one array, so that it is one object to the collector: <c>hash ‖ key ‖ value</c>, the hash zero while not computed.
/// </summary>
internal readonly struct StateLeaf(byte[] bytes)
{
    private const int KeyOffset = Hash256.Size;
    private const int ValueOffset = KeyOffset + StateKey.Size;

    public readonly byte[] Bytes = bytes;

    public Hash256 Hash => Hash256.FromBytes(Bytes.AsSpan(0, KeyOffset));

    public StateKey Key => new(Hash256.FromBytes(Bytes.AsSpan(KeyOffset, StateKey.Size)));

    public ReadOnlyMemory<byte> Value => Bytes.AsMemory(ValueOffset);

    public static StateLeaf Of(StateKey key, ReadOnlySpan<byte> value)
    {
        byte[] bytes = new byte[ValueOffset + value.Length];
        key.WriteTo(bytes.AsSpan(KeyOffset));
        value.CopyTo(bytes.AsSpan(ValueOffset));
        return new StateLeaf(bytes);
    }

    public Hash256 ComputeHash()
    {
        Hash256 hash = Hash;
        if (hash.IsZero)
        {
            hash = StateHashing.Leaf(Key, Hash256.Sha256(Value.Span));
            hash.WriteTo(Bytes);
        }

        return hash;
    }
}
