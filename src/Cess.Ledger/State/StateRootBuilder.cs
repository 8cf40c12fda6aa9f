using Cess.Primitives;

namespace Cess.Ledger.State;

/// <summary>
/// The root of a tree whose entries come in ascending order of their keys, one at a time: what <see cref="StateTree.Root"/> would
/// be, in memory for one path. So entries of unknown number and origin can be checked before any of them is kept.
/// </summary>
public sealed class StateRootBuilder
{
    /// <summary>Finished left sides, from the root down, each with the bit of the branch whose right side is still open.</summary>
    private readonly Stack<(int Bit, Hash256 Left)> _open = new();
    private StateKey _last;
    private Hash256 _below;

    /// <summary>How many entries there were.</summary>
    public ulong Count { get; private set; }

    /// <summary>The root over all entries so far; <see cref="Hash256.Zero"/> without any.</summary>
    public Hash256 Root
    {
        get
        {
            Hash256 hash = _below;
            foreach ((int bit, Hash256 left) in _open)
                hash = StateHashing.Branch((byte)bit, left, hash);
            return hash;
        }
    }

    /// <summary>Adds an entry; false, and nothing is added, if its key is not above the one before.</summary>
    public bool TryAdd(StateKey key, ReadOnlySpan<byte> value)
    {
        if (Count > 0 && key <= _last)
            return false;
        if (Count > 0)
        {
            // What branches off below the bit in which the two keys differ is whole: nothing that follows goes there.
            int difference = key.CommonPrefixBits(_last);
            while (_open.TryPeek(out (int Bit, Hash256 Left) branch) && branch.Bit > difference)
                _below = StateHashing.Branch((byte)branch.Bit, _open.Pop().Left, _below);
            _open.Push((difference, _below));
        }
        _below = StateHashing.Leaf(key, Hash256.Sha256(value));
        _last = key;
        Count++;
        return true;
    }
}
