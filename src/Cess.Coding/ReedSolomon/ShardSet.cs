using System.Numerics;

namespace Cess.Coding;

/// <summary>A set of shard indices in 0…255, as 256 bits.</summary>
internal struct ShardSet : IEquatable<ShardSet>
{
    private ulong _word0;
    private ulong _word1;
    private ulong _word2;
    private ulong _word3;

    public readonly int Count =>
        BitOperations.PopCount(_word0) + BitOperations.PopCount(_word1)
        + BitOperations.PopCount(_word2) + BitOperations.PopCount(_word3);

    public readonly bool Contains(int index)
    {
        ulong word = (index >> 6) switch { 0 => _word0, 1 => _word1, 2 => _word2, _ => _word3 };
        return ((word >> (index & 63)) & 1) != 0;
    }

    public void Add(int index)
    {
        ulong bit = 1UL << (index & 63);
        switch (index >> 6)
        {
            case 0: _word0 |= bit; break;
            case 1: _word1 |= bit; break;
            case 2: _word2 |= bit; break;
            default: _word3 |= bit; break;
        }
    }

    public readonly bool Equals(ShardSet other) =>
        _word0 == other._word0 && _word1 == other._word1 && _word2 == other._word2 && _word3 == other._word3;

    public override readonly bool Equals(object? obj) => obj is ShardSet other && Equals(other);

    public override readonly int GetHashCode() => HashCode.Combine(_word0, _word1, _word2, _word3);
}
