using System.Collections.Immutable;
using System.Security.Cryptography;
using Cess.Client.Buckets;
using Cess.Client.Chain;
using Cess.Client.Transport;
using Cess.Coding;
using Cess.Ledger;
using Cess.Ledger.Modules.Files;
using Cess.Ledger.Modules.Miners;
using Cess.Ledger.Transactions;
using Cess.Primitives;
using Cess.Wire;

namespace Cess.Client.Objects;

/// <summary>
/// An upload that can go on where it stopped: when <see cref="RunAsync"/> has thrown a transient <see cref="CessException"/>,
/// calling it again sends only what the node has not confirmed. Content is read once; what is on its way is held in memory,
/// within the client's bound. Not for concurrent use.
/// </summary>
public sealed class Upload : IDisposable
{
    private const int RestartsMax = 3;

    private readonly RestTransport _transport;
    private readonly TransactionSender _sender;
    private readonly ObjectEntries _entries;
    private readonly SegmentBufferPool _pool;
    private readonly CessClientOptions _options;
    private readonly BucketKeys _keys;
    private readonly string _bucket;
    private readonly string _name;
    private readonly Stream _content;
    private readonly long _start;
    private readonly PutOptions _put;
    private readonly IProgress<TransferProgress>? _progress;
    private readonly Lock _lock = new();
    private SegmentSource? _source;
    private string _uploadId = "";
    private StoragePolicy _policy;
    private long _bytesDone;
    private bool _mustRestart;
    private SignedTransaction? _declaration;

    internal Upload(
        RestTransport transport, TransactionSender sender, ObjectEntries entries, SegmentBufferPool pool, CessClientOptions options, BucketKeys keys,
        string bucket, string name, Stream content, PutOptions put, IProgress<TransferProgress>? progress)
    {
        _transport = transport;
        _sender = sender;
        _entries = entries;
        _pool = pool;
        _options = options;
        _keys = keys;
        _bucket = bucket;
        _name = name;
        _content = content;
        _start = content.CanSeek ? content.Position : 0;
        _put = put;
        _progress = progress;

        // What is wrong with names and metadata should be known before the last byte is up.
        ObjectEntries.TagOf(keys, name);
        _ = MetadataOf("");
        if (put.Policy is { } policy && !StoragePolicy.TryParse(policy, out _))
            throw new CessException(ClientErrors.InvalidPolicy, $"\"{policy}\" is no policy such as 4+8.");
    }

    /// <summary>Bytes of content, when the stream can tell.</summary>
    private long? Length => _content.CanSeek ? _content.Length - _start : null;

    /// <summary>Stores the content, from where an earlier run stopped, and declares it. The object is active, and visible, when it returns.</summary>
    /// <exception cref="CessException">
    /// Transient: run it again. UploadLost, TooLarge, RootsDiffer, the ledger's codes, or as every request.
    /// </exception>
    public async Task<PutResult> RunAsync(CancellationToken cancellation = default)
    {
        for (int restart = 0; ; restart++)
        {
            try
            {
                if (_source is null || _source.IsBroken || _mustRestart)
                    await StartAsync(cancellation);
                await StoreAllAsync(_source!, cancellation);
                return await DeclareAsync(_source!, cancellation);
            }
            catch (CessException e) when (e.Code == WireErrors.UploadNotFound.Code && restart < RestartsMax)
            {
                _mustRestart = true;
            }
        }
    }

    /// <summary>Frees memory and erases the file's key.</summary>
    public void Dispose() => _source?.Dispose();

    private async Task StartAsync(CancellationToken cancellation)
    {
        if (_source is not null)
        {
            if (!_content.CanSeek)
                throw new CessException(ClientErrors.UploadLost, "The upload cannot go on, and the content cannot be read again from its start.");
            await _source.StopReadingAsync(cancellation);
            _content.Position = _start;
            _source.Dispose();
            _source = null;
        }

        RestRequest request = RestRequest.SendJson(HttpMethod.Post, "/v1/uploads", new UploadRequest(_put.Policy), WireJson.Default.UploadRequest);
        UploadMessage upload = await _transport.SendAsync(request.Signed(), WireJson.Default.UploadMessage, cancellation);
        if (!StoragePolicy.TryParse(upload.Policy, out _policy) || (_put.Policy is not null && _put.Policy != upload.Policy))
            throw new CessException(ClientErrors.BadAnswer, $"The node opened the upload for policy \"{upload.Policy}\".");

        _uploadId = upload.UploadId;
        _source = new SegmentSource(_content, Length, _policy, _pool);
        _mustRestart = false;
        _declaration = null;
        Report(-_bytesDone);
    }

    private async Task StoreAllAsync(SegmentSource source, CancellationToken cancellation)
    {
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using SemaphoreSlim slots = new(_options.Parallelism);
        List<Task> sending = [];
        try
        {
            foreach (PendingSegment pending in source.Pending)
            {
                await slots.WaitAsync(stop.Token);
                sending.Add(SendAsync(source, pending, slots, stop));
            }

            while (!source.IsAtEnd)
            {
                await slots.WaitAsync(stop.Token);
                sending.Add(SendAsync(source, await source.NextAsync(stop.Token), slots, stop));
            }

            await Task.WhenAll(sending);
        }
        catch
        {
            await stop.CancelAsync();
            await Task.WhenAll(sending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellation.ThrowIfCancellationRequested();
            if (sending.Find(task => task.IsFaulted) is { } failed)
                await failed;
            throw;
        }
    }

    private async Task SendAsync(SegmentSource source, PendingSegment pending, SemaphoreSlim slots, CancellationTokenSource stop)
    {
        try
        {
            RestRequest request = RestRequest.Send(
                HttpMethod.Put, $"/v1/uploads/{_uploadId}/parts/0/segments/{pending.Index}", pending.Ciphertext);
            SegmentMessage stored = await _transport.SendAsync(request.Signed(), WireJson.Default.SegmentMessage, stop.Token);
            source.Confirm(pending, ToSegment(pending, stored));
            Report(pending.PlaintextLength);
        }
        catch
        {
            await stop.CancelAsync();
            throw;
        }
        finally
        {
            slots.Release();
        }
    }

    /// <summary>Takes the miners from the node's answer, but the fragments only when they are those of the segment that was sent.</summary>
    private static FileSegment ToSegment(PendingSegment pending, SegmentMessage stored)
    {
        bool isSame = stored.Length == pending.Coded.CiphertextLength
            && stored.Fragments.Select(fragment => fragment.Root).SequenceEqual(pending.Coded.FragmentIds)
            && stored.Fragments.Select(fragment => fragment.Miner).Distinct().Count() == stored.Fragments.Count;
        return isSame
            ? new FileSegment((uint)stored.Length, [.. stored.Fragments.Select(fragment => new FileFragment(fragment.Root, new MinerId(fragment.Miner)))])
            : throw new CessException(ClientErrors.RootsDiffer, $"The node's fragments of segment {pending.Index} are not those of what was sent, or not on distinct miners.");
    }

    private async Task<PutResult> DeclareAsync(SegmentSource source, CancellationToken cancellation)
    {
        if (await TryCompleteAgainAsync(cancellation) is { } done)
            return await ConfirmAsync(source, done, cancellation);

        ObjectEnvelope envelope = ObjectEnvelope.Seal(_keys, _name, source.FileKey, MetadataOf(source.ETag));
        FileDeclaration declaration = new(
            _bucket,
            envelope.NameTag,
            envelope.EncryptedName,
            envelope.WrappedFileKey,
            envelope.EncryptedMetadata,
            new FilePolicy((byte)_policy.DataFragments, (byte)_policy.ParityFragments),
            [new Ledger.Modules.Files.FilePart(source.Salt, (ulong)source.Length, source.Segments)]);
        DeclareCondition condition = _put.OnlyIfAbsent ? DeclareCondition.OnlyIfAbsent : DeclareCondition.None;
        CompletedMessage completed = await _sender.SendAsync(new DeclareFile(declaration, condition), CompleteAsync, settle: null, cancellation);
        return await ConfirmAsync(source, completed, cancellation);
    }

    private async Task<PutResult> ConfirmAsync(SegmentSource source, CompletedMessage completed, CancellationToken cancellation)
    {
        ulong height = await _entries.ConfirmAsync(_bucket, ObjectEntries.TagOf(_keys, _name), completed, _put.OnlyIfAbsent, cancellation);
        return new PutResult(completed.FileId, source.ETag, source.Length, height);
    }

    /// <summary>The declaration of an earlier run may have been final before its answer was lost; null when it was not.</summary>
    private async Task<CompletedMessage?> TryCompleteAgainAsync(CancellationToken cancellation)
    {
        if (_declaration is null)
            return null;
        try
        {
            return await CompleteAsync(_declaration, cancellation);
        }
        catch (CessException e) when (!e.IsTransient && e.Code != WireErrors.UploadNotFound.Code)
        {
            _declaration = null;
            return null;
        }
    }

    private async Task<CompletedMessage> CompleteAsync(SignedTransaction transaction, CancellationToken cancellation)
    {
        _declaration = transaction;
        RestRequest request = RestRequest.Send(HttpMethod.Post, $"/v1/uploads/{_uploadId}/complete", transaction.Bytes);
        CompletedMessage completed = await _transport.SendAsync(request.Signed(), WireJson.Default.CompletedMessage, cancellation);
        return completed.FileId == transaction.Id
            ? completed
            : throw new CessException(ClientErrors.BadAnswer, $"The node completed file {completed.FileId} instead of {transaction.Id}.");
    }

    private ObjectMetadata MetadataOf(string etag)
    {
        try
        {
            return new ObjectMetadata(etag, _put.Headers, _put.Metadata);
        }
        catch (CodingException e)
        {
            throw new CessException(ClientErrors.InvalidName, $"The metadata cannot be kept: {e.Message}.", e);
        }
    }

    private void Report(long bytes)
    {
        lock (_lock)
        {
            _bytesDone += bytes;
            _progress?.Report(new TransferProgress(_bytesDone, Length));
        }
    }
}
