using Cess.Primitives;

namespace Cess.Coding;

/// <summary>
/// Makes fragments of a segment within one buffer: encrypts it in place, adds the parity, and hashes every fragment while
/// its bytes are still in the cache.
/// </summary>
public static class SegmentCoder
{
    /// <summary>Encrypts, codes and hashes the plaintext that lies in a buffer.</summary>
    /// <param name="buffer">Frame i's plaintext is in <see cref="SegmentBuffer.FrameSlot"/>(i). Afterwards it holds the fragments.</param>
    /// <param name="cipher">The part's cipher; the segment takes its next frames.</param>
    /// <param name="plaintextLength">Plaintext bytes; as <see cref="FrameEncryptor.EncryptInPlace"/> wants them.</param>
    /// <param name="isLast">Whether the part ends with this segment.</param>
    /// <param name="parallel">Runs the pieces of each step.</param>
    /// <returns>The segment's length and its k + m fragment ids.</returns>
    /// <exception cref="CodingException">
    /// As for <see cref="FrameEncryptor.EncryptInPlace"/>; <see cref="CodingError.LengthInvalid"/> if the buffer was rented
    /// for a shorter segment.
    /// </exception>
    public static CodedSegment Encode(
        SegmentBuffer buffer, FrameEncryptor cipher, int plaintextLength, bool isLast, ParallelFor parallel)
    {
        if (plaintextLength is < 0 or > SegmentLayout.PlaintextBytesMax)
            throw new CodingException(CodingError.LengthInvalid, $"a segment of {plaintextLength} bytes of plaintext");
        int ciphertextLength = (int)FrameLayout.CiphertextLength(plaintextLength);
        RequireRoom(buffer, ciphertextLength);

        FrameRun run = cipher.Claim(plaintextLength, isLast);
        Run(parallel, Pieces(run.FrameCount, CodingLimits.FramesPerPiece), piece =>
        {
            int end = Math.Min((piece + 1) * CodingLimits.FramesPerPiece, run.FrameCount);
            for (int frame = piece * CodingLimits.FramesPerPiece; frame < end; frame++)
                cipher.EncryptFrame(run, frame, buffer.GetSpan());
        });
        return Code(buffer, ciphertextLength, parallel);
    }

    /// <summary>Codes and hashes the ciphertext that lies at the start of a buffer.</summary>
    /// <param name="buffer">Holds the segment's ciphertext. Afterwards it holds the fragments.</param>
    /// <param name="ciphertextLength">Bytes of the ciphertext.</param>
    /// <param name="parallel">Runs the pieces of each step.</param>
    /// <returns>The segment's length and its k + m fragment ids.</returns>
    /// <exception cref="CodingException"><see cref="CodingError.LengthInvalid"/>.</exception>
    public static CodedSegment Code(SegmentBuffer buffer, int ciphertextLength, ParallelFor parallel)
    {
        RequireRoom(buffer, ciphertextLength);
        FragmentLayout layout = new(buffer.Policy, ciphertextLength);
        int dataBytes = layout.Policy.DataFragments * layout.FragmentSize;
        buffer.GetSpan()[ciphertextLength..dataBytes].Clear();

        Run(parallel, Pieces(layout.LeafCount, CodingLimits.LeavesPerPiece),
            piece => CodeLeaves(buffer, layout, piece * CodingLimits.LeavesPerPiece));

        Hash256[] ids = new Hash256[layout.Policy.TotalFragments];
        Run(parallel, ids.Length, fragment =>
            ids[fragment] = MerkleTree.RootOfLeafHashes(buffer.LeafHashes(layout, fragment)));
        return new(ciphertextLength, layout.FragmentSize, ids);
    }

    /// <summary>Computes the parity of some leaves of every fragment, then hashes those leaves of all fragments.</summary>
    private static void CodeLeaves(SegmentBuffer buffer, FragmentLayout layout, int firstLeaf)
    {
        int leafEnd = Math.Min(firstLeaf + CodingLimits.LeavesPerPiece, layout.LeafCount);
        int start = firstLeaf * FragmentId.LeafBytes;
        int end = (int)Math.Min((long)leafEnd * FragmentId.LeafBytes, layout.FragmentSize);
        Span<byte> data = buffer.GetSpan()[..(layout.Policy.DataFragments * layout.FragmentSize)];
        Span<byte> parity = buffer.Parity(layout.CiphertextLength, out int parityStride);
        layout.Policy.Code.Encode(data, layout.FragmentSize, parity, parityStride, start, end - start);

        for (int fragment = 0; fragment < layout.Policy.TotalFragments; fragment++)
        {
            ReadOnlySpan<byte> bytes = buffer.Fragment(layout.CiphertextLength, fragment).Span;
            Span<Hash256> hashes = buffer.LeafHashes(layout, fragment);
            for (int leaf = firstLeaf; leaf < leafEnd; leaf++)
            {
                int at = leaf * FragmentId.LeafBytes;
                hashes[leaf] = MerkleTree.LeafHash(bytes[at..Math.Min(at + FragmentId.LeafBytes, bytes.Length)]);
            }
        }
    }

    private static void Run(ParallelFor parallel, int count, Action<int> body)
    {
        if (count == 1)
            body(0);
        else
            parallel(count, body);
    }

    private static int Pieces(int items, int itemsPerPiece) => (items + itemsPerPiece - 1) / itemsPerPiece;

    private static void RequireRoom(SegmentBuffer buffer, int ciphertextLength)
    {
        if (ciphertextLength < FrameLayout.TagBytes || ciphertextLength > SegmentLayout.CiphertextBytesMax
            || SegmentBuffer.BytesFor(buffer.Policy, ciphertextLength) > buffer.Capacity)
        {
            throw new CodingException(CodingError.LengthInvalid,
                $"a segment of {ciphertextLength} bytes in {buffer.Policy}, in a buffer of {buffer.Capacity}");
        }
    }
}

/// <summary>What became of a segment. Its fragments are in the buffer: <see cref="SegmentBuffer.Fragment"/>.</summary>
/// <param name="CiphertextLength">Ciphertext bytes of the segment.</param>
/// <param name="FragmentSize">Bytes of every fragment.</param>
/// <param name="FragmentIds">The ids of the k + m fragments, data first.</param>
public sealed record CodedSegment(int CiphertextLength, int FragmentSize, IReadOnlyList<Hash256> FragmentIds);
