using Cess.Coding;
using Cess.Grains;
using Cess.Ledger.Modules.Files;

namespace Cess.Gateway.Objects.Pipeline;

/// <summary>
/// Decrypts ranges of a file's plaintext, across its parts and segments. While one run of frames is written out, the next is
/// fetched and decrypted.
/// </summary>
internal sealed class PlaintextReader(IFragmentReader fragments, ReadBuffers buffers, FileRecord file, byte[] fileKey)
{
    private readonly StoragePolicy _policy =
        new(file.Declaration.Policy.DataFragments, file.Declaration.Policy.ParityFragments);

    /// <summary>Writes plaintext bytes [offset, offset + length) in order; nothing unverified is written.</summary>
    public async Task CopyToAsync(Stream destination, long offset, long length, CancellationToken cancellation)
    {
        await using DoubleBuffer buffer =
            await buffers.RentStreamAsync(RunBound(length), cancellation).ConfigureAwait(false);
        foreach (PartRange range in RangesOf(offset, length))
            await CopyPartAsync(range, destination, buffer, cancellation).ConfigureAwait(false);
        await buffer.FinishAsync().ConfigureAwait(false);
    }

    private async Task CopyPartAsync(PartRange range, Stream destination, DoubleBuffer buffer, CancellationToken cancellation)
    {
        using var decryptor = new FrameDecryptor(fileKey, range.Part.Salt.Span);
        long partLength = (long)range.Part.PlainLength;
        if (range.Part.Segments.Length != SegmentLayout.SegmentCount(partLength))
            throw Malformed();
        for (long done = 0; done < range.Length;)
        {
            long at = range.Offset + done;
            SegmentExtent extent = SegmentLayout.At(partLength, SegmentLayout.SegmentOf(at));
            FileSegment segment = range.Part.Segments[(int)extent.Index];
            if (segment.Length != (uint)extent.CiphertextLength)
                throw Malformed();
            var reader = new SegmentReader(fragments, buffers, file.Owner, segment, _policy);
            while (done < range.Length && range.Offset + done < extent.PlaintextOffset + extent.PlaintextLength)
            {
                FrameExtent run = RunAt(extent, range.Offset + done, range.Length - done);
                Memory<byte> frames = buffer.Front(run.CiphertextLength);
                await ReadRunAsync(reader, decryptor, run, frames, cancellation).ConfigureAwait(false);
                await buffer.FlipAsync(() => WriteAsync(destination, frames, run, cancellation)).ConfigureAwait(false);
                done += run.Take;
            }
            GatewayMetrics.FragmentsLost.Add(reader.Bad.Count());
        }
    }

    /// <summary>No run has more ciphertext than this: that of the whole file, or of frames that hold a range however it lies.</summary>
    private long RunBound(long length) => Math.Min(
        FrameLayout.CiphertextLength(file.Declaration.Parts.Sum(part => (long)part.PlainLength)),
        ((length / FrameLayout.PlaintextBytes) + 2) * FrameLayout.CiphertextBytes);

    /// <summary>The next frames to fetch at once: up to the segment's end, the range's end, or the size of a run.</summary>
    private static FrameExtent RunAt(SegmentExtent extent, long offset, long length)
    {
        long frameStart = FrameLayout.FrameOf(offset) * FrameLayout.PlaintextBytes;
        long runEnd = frameStart + (GatewayLimits.FramesPerRead * (long)FrameLayout.PlaintextBytes);
        return extent.FramesOf(offset, Math.Min(length, runEnd - offset));
    }

    private static async ValueTask ReadRunAsync(
        SegmentReader reader, FrameDecryptor decryptor, FrameExtent run, Memory<byte> frames, CancellationToken cancellation)
    {
        do
        {
            await reader.ReadAsync(run.SegmentOffset, frames, cancellation).ConfigureAwait(false);
            if (decryptor.TryDecryptInPlace(frames.Span, run.FirstFrame, run.IsLast, out _))
                return;
        }
        while (await reader.FindCorruptAsync(cancellation).ConfigureAwait(false));

        throw new ObjectStoreException(
            ObjectStoreError.DataUnavailable, "The stored fragments are what was declared, but do not decrypt with this key.");
    }

    /// <summary>Writes the plaintext of decrypted frames; each stands where its frame stood, its tag behind it.</summary>
    private static async Task WriteAsync(Stream destination, Memory<byte> frames, FrameExtent run, CancellationToken cancellation)
    {
        int skip = run.Skip;
        int left = run.Take;
        for (int frame = 0; left > 0; frame++)
        {
            int count = Math.Min(left, FrameLayout.PlaintextBytes - skip);
            await destination.WriteAsync(frames.Slice((frame * FrameLayout.CiphertextBytes) + skip, count), cancellation)
                .ConfigureAwait(false);
            left -= count;
            skip = 0;
        }
    }

    /// <summary>The chain can't check a declaration's lengths against what is encrypted; a reader must.</summary>
    private static ObjectStoreException Malformed() =>
        new(ObjectStoreError.DataUnavailable, "The file's record does not describe segments of such a length.");

    private IEnumerable<PartRange> RangesOf(long offset, long length)
    {
        long start = 0;
        foreach (FilePart part in file.Declaration.Parts)
        {
            long partLength = (long)part.PlainLength;
            long from = Math.Max(offset, start);
            long to = Math.Min(offset + length, start + partLength);
            if (from < to)
                yield return new PartRange(part, from - start, to - from);
            start += partLength;
        }
    }

    private readonly record struct PartRange(FilePart Part, long Offset, long Length);
}
