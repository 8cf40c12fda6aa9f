using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Cess.Primitives;

namespace Cess.Ledger.State;

/// <summary>
/// A branch together with those of its children that are branches and had room here: up to four ways down in one object. So a path has
/// nearly half as many objects to wait for and to collect as it has branches, and many of the hashes beside it stand in them. Which
/// branches stand together depends on the order of changes; no hash does.
/// </summary>
/// <remarks>
/// The keys below agree in all bits before <see cref="Bit"/>; those on the left have 0 there, those on the right 1. At most 256 deep, for
/// the bit grows on the way down.
/// </remarks>
internal sealed class StateQuad(byte bit)
{
    public readonly byte Bit = bit;

    /// <summary>Where the left side's branch divides; of no meaning if it has none.</summary>
    public byte LeftBit;

    /// <summary>Where the right side's branch divides; of no meaning if it has none.</summary>
    public byte RightBit;

    public StateSide Left;
    public StateSide Right;

    private Hash256 _hash;

    /// <summary>A branch over two parts, with what of their branches fits.</summary>
    public StateQuad(byte bit, StateNode left, StateNode right)
        : this(bit)
    {
        Left.Zero = left;
        Right.Zero = right;
        Left.TakeIn(ref LeftBit);
        Right.TakeIn(ref RightBit);
    }

    public Hash256 Hash => _hash;

    public bool IsHashed => !_hash.IsZero;

    /// <summary>Whether there is no other branch in this quad.</summary>
    public bool IsSingle => !Left.IsBranch && !Right.IsBranch;

    /// <summary>A side's branch as a quad of its own, with its hash if it has one.</summary>
    public static StateQuad Of(byte bit, in StateSide side) => new(bit, side.Zero, side.One) { _hash = side.Hash };

    /// <summary>This quad as one side of another; only if <see cref="IsSingle"/>.</summary>
    public StateSide AsSide() => new() { Zero = Left.Zero, One = Right.Zero, Hash = _hash };

    /// <summary>The same without a hash, to be changed.</summary>
    public StateQuad Copy() => new(Bit) { LeftBit = LeftBit, RightBit = RightBit, Left = Left, Right = Right };

    /// <summary>The next part on the way to a key.</summary>
    public StateNode Next(StateKey key) => key.Bit(Bit) ? Right.Next(RightBit, key) : Left.Next(LeftBit, key);

    public Hash256 ComputeHash()
    {
        if (!IsHashed)
            _hash = StateHashing.Branch(Bit, Left.ComputeHash(LeftBit), Right.ComputeHash(RightBit));
        return _hash;
    }
}

/// <summary>
/// One side of a <see cref="StateQuad"/>: a part of the tree, or a branch over two.
/// </summary>
internal struct StateSide
{
    /// <summary>The whole side, or the branch's left.</summary>
    public StateNode Zero;

    /// <summary>The branch's right; nothing if there is no branch.</summary>
    public StateNode One;

    /// <summary>The branch's hash; zero while not computed, or without a branch.</summary>
    public Hash256 Hash;

    public readonly bool IsBranch => !One.IsNone;

    public readonly StateNode Next(byte bit, StateKey key) => IsBranch && key.Bit(bit) ? One : Zero;

    /// <summary>As <see cref="Next"/>, to be changed: the branch's hash is forgotten.</summary>
    [UnscopedRef]
    public ref StateNode Open(byte bit, StateKey key)
    {
        Hash = default;
        if (IsBranch && key.Bit(bit))
            return ref One;
        return ref Zero;
    }

    /// <summary>The whole side as one part.</summary>
    public readonly StateNode ToNode(byte bit) => IsBranch ? new StateNode(StateQuad.Of(bit, this)) : Zero;

    /// <summary>If the side is a quad with a single branch, takes the branch in: one object less.</summary>
    public void TakeIn(ref byte bit)
    {
        if (!IsBranch && Zero.Quad is { IsSingle: true } quad)
            (bit, this) = (quad.Bit, quad.AsSide());
    }

    /// <summary>Puts a branch at <paramref name="newBit"/> over all that is on this side, and a leaf beside it.</summary>
    public void Divide(ref byte bit, byte newBit, StateLeaf leaf)
    {
        Debug.Assert(!IsBranch || bit > newBit);
        StateNode whole = ToNode(bit);
        StateNode added = new(leaf);
        (Zero, One) = leaf.Key.Bit(newBit) ? (whole, added) : (added, whole);
        Hash = default;
        bit = newBit;
    }

    public Hash256 ComputeHash(byte bit)
    {
        if (!IsBranch)
            return Zero.ComputeHash();
        if (Hash.IsZero)
            Hash = StateHashing.Branch(bit, Zero.ComputeHash(), One.ComputeHash());
        return Hash;
    }
}
