using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Cess.Coding;
using Cess.Ledger;
using Cess.Ledger.Modules.Files;
using Cess.Primitives;

namespace Cess.Client.Objects;

/// <summary>A segment that is ready to be sent. Its bytes stay until it is confirmed.</summary>
/// <param name="Index">Its number.</param>
/// <param name="PlaintextLength">Bytes of content in it.</param>
/// <param name="Coded">Its fragments' ids, computed here.</param>
/// <param name="Buffer">Its fragments.</param>
internal sealed record PendingSegment(int Index, int PlaintextLength, CodedSegment Coded, SegmentBuffer Buffer)
{
    /// <summary>What is sent.</summary>
    public ReadOnlyMemory<byte> Ciphertext => Buffer.Memory[..Coded.CiphertextLength];
}

/// <summary>Turns content into encrypted and coded segments, under a file key of its own.</summary>
internal sealed class SegmentSource : IDisposable
{
    /// <summary>Room in the declaring transaction for all that is no segment.</summary>
    private const int DeclarationBytes = 16 << 10;

    /// <summary>Bytes of a fragment in the declaration: its id and, as a compact number, its miner.</summary>
    private const int FragmentEntryBytes = Hash256.Size + 5;

    /// <summary>Bytes of a segment in the declaration besides its fragments.</summary>
    private const int SegmentEntryBytes = 8;

    private readonly Lock _lock = new();
    private readonly LookAheadStream _content;
    private readonly long? _announced;
    private readonly StoragePolicy _policy;
    private readonly SegmentBufferPool _pool;
    private readonly byte[] _fileKey = Coding.FileKey.New(SystemRandom.Instance);
    private readonly FrameEncryptor _encryptor;
    private readonly IncrementalHash _md5;
    private readonly int _segmentsMax;
    private readonly Dictionary<int, PendingSegment> _pending = [];
    private readonly Dictionary<int, FileSegment> _confirmed = [];
    private readonly CancellationTokenSource _stop = new();
    private Task<(PendingSegment Segment, bool IsLast)>? _reading;
    private bool _isDisposed;
    private int _next;
    private string? _etag;

    [SuppressMessage("Security", "CA5351", Justification = "An S3 ETag is the content's MD5; nothing is secured by it.")]
    public SegmentSource(Stream content, long? announced, StoragePolicy policy, SegmentBufferPool pool)
    {
        _content = new LookAheadStream(content);
        _announced = announced;
        _policy = policy;
        _pool = pool;
        _encryptor = new FrameEncryptor(_fileKey, SystemRandom.Instance);
        _md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        int entry = SegmentEntryBytes + (policy.TotalFragments * FragmentEntryBytes);
        _segmentsMax = Math.Min(LedgerLimits.SegmentsMax, (LedgerLimits.TransactionBytesMax - DeclarationBytes) / entry);
        if (announced > (long)_segmentsMax * SegmentLayout.PlaintextBytesMax)
            throw TooLarge();
    }

    /// <summary>The file's key.</summary>
    public ReadOnlySpan<byte> FileKey => _fileKey;

    /// <summary>The part's salt.</summary>
    public ReadOnlyMemory<byte> Salt => _encryptor.Salt;

    /// <summary>Bytes of content read so far.</summary>
    public long Length { get; private set; }

    /// <summary>True when <see cref="NextAsync"/> has handed out the last segment.</summary>
    public bool IsAtEnd { get; private set; }

    /// <summary>MD5 of all content, in hex; once <see cref="IsAtEnd"/>.</summary>
    public string ETag => _etag ??= Convert.ToHexStringLower(_md5.GetHashAndReset());

    /// <summary>Segments that were handed out and are not confirmed, in order.</summary>
    public IReadOnlyList<PendingSegment> Pending
    {
        get
        {
            lock (_lock)
                return [.. _pending.Values.OrderBy(segment => segment.Index)];
        }
    }

    /// <summary>All segments, in order, once all are confirmed.</summary>
    public ImmutableArray<FileSegment> Segments
    {
        get
        {
            lock (_lock)
                return [.. Enumerable.Range(0, _next).Select(index => _confirmed[index])];
        }
    }

    /// <summary>Whether bytes may be lost between the content and the cipher, so that only a new beginning is sound.</summary>
    public bool IsBroken => _reading is { IsFaulted: true } or { IsCanceled: true };

    /// <summary>
    /// Reads, encrypts and codes the next segment. Waits for memory when too much of it is unconfirmed. Whoever stops waiting
    /// may ask again: what was read meanwhile is not lost.
    /// </summary>
    /// <exception cref="CessException">TooLarge, InvalidPolicy, ContentChanged.</exception>
    public async Task<PendingSegment> NextAsync(CancellationToken cancellation)
    {
        _reading ??= ReadAsync(_stop.Token);
        (PendingSegment pending, bool isLast) = await _reading.WaitAsync(cancellation);
        _reading = null;
        lock (_lock)
            _pending.Add(pending.Index, pending);
        IsAtEnd = isLast;
        return pending;
    }

    /// <summary>Ends when nobody reads the content any more; what was read and not handed out is lost.</summary>
    public async Task StopReadingAsync(CancellationToken cancellation)
    {
        await _stop.CancelAsync();
        if (_reading is { } reading)
            await ((Task)reading).WaitAsync(cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellation.ThrowIfCancellationRequested();
    }

    /// <summary>Remembers where a segment is stored, and lets go of its bytes.</summary>
    public void Confirm(PendingSegment pending, FileSegment stored)
    {
        lock (_lock)
        {
            if (_pending.Remove(pending.Index))
                _confirmed.Add(pending.Index, stored);
        }

        ((IDisposable)pending.Buffer).Dispose();
    }

    public void Dispose()
    {
        lock (_lock)
        {
            if (_isDisposed)
                return;
            _isDisposed = true;
        }

        _stop.Cancel();
        lock (_lock)
        {
            foreach (PendingSegment pending in _pending.Values)
                ((IDisposable)pending.Buffer).Dispose();
            _pending.Clear();
        }

        // What is still being read or coded uses the cipher until it sees that it has been stopped.
        Task reading = _reading ?? Task.CompletedTask;
        reading.ContinueWith(_ => EraseKeys(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    private void EraseKeys()
    {
        if (_reading is { IsCompletedSuccessfully: true } unclaimed)
            ((IDisposable)unclaimed.Result.Segment.Buffer).Dispose();
        _ = _reading?.Exception;
        _encryptor.Dispose();
        _md5.Dispose();
        _stop.Dispose();
        CryptographicOperations.ZeroMemory(_fileKey);
    }

    private async Task<(PendingSegment Segment, bool IsLast)> ReadAsync(CancellationToken cancellation)
    {
        if (_next == _segmentsMax)
            throw TooLarge();

        SegmentBuffer buffer = await RentAsync(cancellation);
        try
        {
            int filled = await FillAsync(buffer, cancellation);
            Length += filled;
            bool isAtEnd = await _content.IsAtEndAsync(cancellation);
            if (_announced is { } announced && (Length > announced || isAtEnd != (Length == announced)))
                throw new CessException(ClientErrors.ContentChanged, $"The content changed while it was read: it had {announced} bytes at first.");

            CodedSegment coded = await Task.Run(() => SegmentCoder.Encode(buffer, _encryptor, filled, isAtEnd, RunParallel), cancellation);
            return (new PendingSegment(_next++, filled, coded, buffer), isAtEnd);
        }
        catch
        {
            ((IDisposable)buffer).Dispose();
            throw;
        }
    }

    private static void RunParallel(int count, Action<int> body) => Parallel.For(0, count, body);

    private async ValueTask<SegmentBuffer> RentAsync(CancellationToken cancellation)
    {
        long left = _announced - Length ?? SegmentLayout.PlaintextBytesMax;
        int plaintext = (int)Math.Clamp(left, 0, SegmentLayout.PlaintextBytesMax);
        try
        {
            return await _pool.RentAsync(_policy, (int)FrameLayout.CiphertextLength(plaintext), cancellation);
        }
        catch (CodingException e) when (e.Error == CodingError.SegmentTooLarge)
        {
            throw new CessException(ClientErrors.InvalidPolicy, $"A segment in policy {_policy} needs more memory than the client may use ({_pool.BytesMax} bytes).", e);
        }
    }

    private async ValueTask<int> FillAsync(SegmentBuffer buffer, CancellationToken cancellation)
    {
        int filled = 0;
        for (int frame = 0; frame < SegmentLayout.FramesMax; frame++)
        {
            Memory<byte> slot = buffer.FrameSlot(frame);
            int count = await _content.FillAsync(slot, cancellation);
            _md5.AppendData(slot.Span[..count]);
            filled += count;
            if (count < FrameLayout.PlaintextBytes)
                break;
        }

        return filled;
    }

    private CessException TooLarge() => new(
        ClientErrors.TooLarge,
        $"A file in policy {_policy} has at most {(long)_segmentsMax * SegmentLayout.PlaintextBytesMax} bytes: its fragments would not fit into the transaction that declares it.");
}
