using System.Buffers;
using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using Cess.Client.Transport;
using Cess.Coding;
using Cess.Wire;

namespace Cess.Client.Objects;

/// <summary>
/// An object opened for reading. It stays the same object whatever takes its name meanwhile; once the object is deleted, reading
/// fails. For use by any number of threads.
/// </summary>
public sealed class ObjectReader : IDisposable
{
    private readonly RestTransport _transport;
    private readonly CessClientOptions _options;
    private readonly FrameDecryptor[] _decryptors;
    private readonly long[] _partLengths;

    internal ObjectReader(RestTransport transport, CessClientOptions options, BucketKeys keys, string bucket, ObjectMessage message)
    {
        _transport = transport;
        _options = options;
        Object = ObjectEntries.Open(keys, bucket, message);
        ObjectPart[] parts = [.. message.Parts ?? []];
        CheckParts(parts, message.Size);
        _partLengths = [.. parts.Select(part => (long)part.Size)];

        byte[] fileKey = GC.AllocateUninitializedArray<byte>(FileKey.Bytes, pinned: true);
        try
        {
            if (ObjectEntries.EnvelopeOf(message).TryOpenFileKey(keys, fileKey) != CodingError.None)
                throw new CessException(ClientErrors.NotAuthentic, $"The key of file {message.FileId} is not one that this bucket's owner wrapped.");
            _decryptors = [.. parts.Select(part => new FrameDecryptor(fileKey, part.Salt))];
        }
        finally
        {
            CryptographicOperations.ZeroMemory(fileKey);
        }
    }

    /// <summary>What is read.</summary>
    public StoredObject Object { get; }

    /// <summary>
    /// Writes bytes [offset, offset + length) of the content, in order. Nothing that failed verification is written. Several
    /// ranges are fetched at once; memory is <see cref="CessClientOptions.Parallelism"/> times five megabytes.
    /// </summary>
    /// <remarks>
    /// That the parts of a multipart object are all there and in their order shows at the end of the whole, by its ETag: when
    /// NotAuthentic comes then, what was written is to be thrown away. Of a range, their order is the node's word.
    /// </remarks>
    /// <param name="destination">Where to.</param>
    /// <param name="offset">First byte.</param>
    /// <param name="length">How many; within the object.</param>
    /// <param name="progress">Hears of bytes written; may be null.</param>
    /// <param name="cancellation">Ends the read.</param>
    /// <exception cref="CessException">NotAuthentic, files.data_unavailable, or as every request.</exception>
    public async Task CopyToAsync(
        Stream destination, long offset, long length, IProgress<TransferProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, Object.Length - offset);

        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using ContentETag? etag = offset == 0 && length == Object.Length && NeedsETag ? new ContentETag(_partLengths.Length, IsMultipart) : null;
        Queue<Task<Fetched>> ahead = [];
        long done = 0;
        try
        {
            using IEnumerator<Run> runs = RunsOf(offset, length).GetEnumerator();
            bool isMore = true;
            while (true)
            {
                while (ahead.Count < _options.Parallelism && (isMore = isMore && runs.MoveNext()))
                    ahead.Enqueue(FetchAsync(runs.Current, stop.Token));
                if (!ahead.TryDequeue(out Task<Fetched>? next))
                    break;

                using Fetched fetched = await next;
                await fetched.WriteToAsync(destination, etag, cancellation);
                done += fetched.Run.Frames.Take;
                progress?.Report(new TransferProgress(done, length));
            }

            if (etag is not null && etag.Finish() != Object.Metadata.ETag)
                throw NotItsParts();
        }
        finally
        {
            await stop.CancelAsync();
            foreach (Task<Fetched> task in ahead)
            {
                await ((Task)task).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (task.IsCompletedSuccessfully)
                    (await task).Dispose();
            }
        }
    }

    /// <summary>Erases the keys.</summary>
    public void Dispose()
    {
        foreach (FrameDecryptor decryptor in _decryptors)
            decryptor.Dispose();
    }

    private bool IsMultipart => Object.Metadata.ETag.Contains('-', StringComparison.Ordinal);

    /// <summary>
    /// The cipher binds a frame to its place in its part, but no part to its place among others, and says nothing of a part of
    /// which the node claims that it is empty, for then nothing is fetched.
    /// </summary>
    private bool NeedsETag => _partLengths.Length > 1 || Object.Length == 0;

    private async Task<Fetched> FetchAsync(Run run, CancellationToken cancellation)
    {
        Fetched fetched = new(run);
        try
        {
            if (await TryFetchAsync(fetched, "", cancellation) || await TryFetchAsync(fetched, "?check=1", cancellation))
                return fetched;
            throw new CessException(
                ClientErrors.NotAuthentic,
                $"Part {run.Part}, segment {run.Segment} of file {Object.FileId} does not decrypt: what the node sent is not what was stored.");
        }
        catch
        {
            fetched.Dispose();
            throw;
        }
    }

    /// <summary>False when what came does not decrypt. The node cannot see that itself; asked to, it looks for corrupt fragments.</summary>
    private async Task<bool> TryFetchAsync(Fetched fetched, string query, CancellationToken cancellation)
    {
        Run run = fetched.Run;
        string path = string.Create(CultureInfo.InvariantCulture, $"/v1/files/{Object.FileId}/parts/{run.Part}/segments/{run.Segment}{query}");
        int end = run.Frames.SegmentOffset + run.Frames.CiphertextLength - 1;
        RestRequest request = RestRequest.GetSigned(path) with { Range = new RangeHeaderValue(run.Frames.SegmentOffset, end) };
        await _transport.FillAsync(request, fetched.Frames, cancellation);
        return _decryptors[run.Part].TryDecryptInPlace(fetched.Frames.Span, run.Frames.FirstFrame, run.Frames.IsLast, out _);
    }

    /// <summary>The frames that hold a range, in pieces that one request fetches.</summary>
    private IEnumerable<Run> RunsOf(long offset, long length)
    {
        long start = 0;
        for (int part = 0; part < _partLengths.Length; part++)
        {
            long end = Math.Min(offset + length - start, _partLengths[part]);
            for (long at = Math.Max(offset - start, 0); at < end;)
            {
                SegmentExtent segment = SegmentLayout.At(_partLengths[part], SegmentLayout.SegmentOf(at));
                long runEnd = (FrameLayout.FrameOf(at) + ClientLimits.FramesPerRead) * FrameLayout.PlaintextBytes;
                FrameExtent frames = segment.FramesOf(at, Math.Min(end, runEnd) - at);
                yield return new Run(part, segment.Index, frames);
                at += frames.Take;
            }

            start += _partLengths[part];
        }
    }

    /// <summary>
    /// The cipher finds a part that was cut short or lengthened, but not one that is missing whole: the ETag, which the owner
    /// sealed, says how many there are.
    /// </summary>
    private void CheckParts(ObjectPart[] parts, ulong size)
    {
        int dash = Object.Metadata.ETag.LastIndexOf('-');
        string count = parts.Length.ToString(CultureInfo.InvariantCulture);
        bool isSound = (dash < 0 ? parts.Length == 1 : Object.Metadata.ETag[(dash + 1)..] == count)
            && parts.All(part => part.Salt.Length == FileKey.PartSaltBytes && part.Size <= FrameLayout.PlaintextLengthMax)
            && parts.Aggregate(UInt128.Zero, (sum, part) => sum + part.Size) == size;
        if (!isSound)
            throw NotItsParts();
    }

    private CessException NotItsParts() =>
        new(ClientErrors.NotAuthentic, $"The parts of file {Object.FileId} are not those that its owner stored.");

    private readonly record struct Run(int Part, long Segment, FrameExtent Frames);

    /// <summary>Decrypted frames, each where its ciphertext was, its tag behind it.</summary>
    private sealed class Fetched(Run run) : IDisposable
    {
        private byte[]? _buffer = ArrayPool<byte>.Shared.Rent(run.Frames.CiphertextLength);

        public Run Run { get; } = run;

        public Memory<byte> Frames => _buffer.AsMemory(0, Run.Frames.CiphertextLength);

        public async Task WriteToAsync(Stream destination, ContentETag? etag, CancellationToken cancellation)
        {
            int skip = Run.Frames.Skip;
            int left = Run.Frames.Take;
            for (int frame = 0; left > 0; frame++)
            {
                int count = Math.Min(left, FrameLayout.PlaintextBytes - skip);
                Memory<byte> plaintext = Frames.Slice((frame * FrameLayout.CiphertextBytes) + skip, count);
                etag?.Append(Run.Part, plaintext.Span);
                await destination.WriteAsync(plaintext, cancellation);
                left -= count;
                skip = 0;
            }
        }

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _buffer, null) is { } buffer)
                ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
        }
    }
}
