using Cess.Primitives;

namespace Cess.Coding;

/// <summary>Checks a fragment that arrives in pieces against its id and length. Not for concurrent use; may be used again.</summary>
public sealed class FragmentVerifier : IDisposable
{
    private readonly MerkleHasher _hasher = new(FragmentId.LeafBytes);

    /// <summary>Bytes so far.</summary>
    public long Length => _hasher.Length;

    /// <summary>Goes on with the fragment's next bytes.</summary>
    /// <param name="bytes">Any number of them.</param>
    public void Append(ReadOnlySpan<byte> bytes) => _hasher.Append(bytes);

    /// <summary>Checks all that was appended; the next <see cref="Append"/> starts a new fragment.</summary>
    /// <param name="id">The fragment's id.</param>
    /// <param name="length">The fragment's length, which the id does not tell.</param>
    /// <returns><see cref="CodingError.None"/>, <see cref="CodingError.LengthInvalid"/> or <see cref="CodingError.FragmentNotAuthentic"/>.</returns>
    public CodingError Finish(Hash256 id, long length)
    {
        long appended = _hasher.Length;
        Hash256 root = _hasher.Finish();
        if (appended != length)
            return CodingError.LengthInvalid;
        return root == id ? CodingError.None : CodingError.FragmentNotAuthentic;
    }

    /// <inheritdoc/>
    public void Dispose() => _hasher.Dispose();
}
