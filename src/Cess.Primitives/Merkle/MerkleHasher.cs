namespace Cess.Primitives;

/// <summary>
/// Computes the root of data that arrives in pieces of any size, as <see cref="MerkleTree.Root"/> would of the whole. Holds
/// one hash a level and no data. Not for concurrent use.
/// </summary>
public sealed class MerkleHasher : IDisposable
{
    private readonly Sha256Context _leaf = Sha256Context.Create();
    private readonly Hash256[] _nodes = new Hash256[PrimitivesLimits.MerkleDepthMax + 1];
    private readonly int _leafSize;
    private ulong _leafCount;
    private int _leafLength;

    /// <summary>Starts empty.</summary>
    /// <param name="leafSize">Bytes of every leaf but the last, which may be shorter.</param>
    public MerkleHasher(int leafSize)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(leafSize);
        _leafSize = leafSize;
    }

    /// <summary>Bytes appended since the start or the last <see cref="Finish"/>.</summary>
    public long Length => ((long)_leafCount * _leafSize) + _leafLength;

    /// <summary>Goes on with the data's next bytes.</summary>
    public void Append(ReadOnlySpan<byte> data)
    {
        MerkleStack stack = new(_nodes, _leafCount);
        while (!data.IsEmpty)
        {
            if (_leafLength == 0)
                _leaf.Append(MerkleTree.LeafPrefix);

            int length = Math.Min(data.Length, _leafSize - _leafLength);
            _leaf.Append(data[..length]);
            data = data[length..];
            _leafLength += length;
            if (_leafLength == _leafSize)
                PushLeaf(ref stack);
        }

        _leafCount = stack.Count;
    }

    /// <summary>The root of everything appended; the next <see cref="Append"/> starts anew.</summary>
    public Hash256 Finish()
    {
        MerkleStack stack = new(_nodes, _leafCount);
        if (_leafLength > 0)
            PushLeaf(ref stack);

        _leafCount = 0;
        return stack.Root();
    }

    /// <summary>Frees the native hash.</summary>
    public void Dispose() => _leaf.Dispose();

    private void PushLeaf(ref MerkleStack stack)
    {
        stack.Push(_leaf.Finish());
        _leafLength = 0;
    }
}
