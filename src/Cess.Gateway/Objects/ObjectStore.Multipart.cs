using System.Security.Cryptography;
using Cess.Coding;
using Cess.Gateway.Objects.Pipeline;
using Cess.Grains;
using Cess.Ledger.Modules.Files;
using Cess.Primitives;
using Microsoft.Extensions.Logging;

namespace Cess.Gateway.Objects;

/// <summary>Uploads in parts. What is acknowledged of them lies in upload grains until they are completed.</summary>
public sealed partial class ObjectStore
{
    private const int UploadIdBytes = 16;

    /// <summary>
    /// Completions and aborts of an upload go one after another: of two at a time one would take away what the other counts on.
    /// This node's grains have this door only, so nobody else is in the line.
    /// </summary>
    private readonly Turns _endings = new(atOnce: 1);

    private static readonly Comparer<string> s_utf8Order = Comparer<string>.Create(Utf8Order.Compare);

    /// <inheritdoc/>
    public async Task<string> BeginMultipartAsync(
        Caller caller, string bucket, string key, PutOptions options, CancellationToken cancellation)
    {
        BucketRecord record = Find(caller, bucket);
        using BucketKeyLease lease = services.Keyring.Of(record);
        BucketKeys keys = lease.Keys;
        CheckMetadata(options.Headers, options.Metadata);
        StoragePolicy policy = PolicyOf(options.Policy);
        byte[] fileKey = FileKey.New(services.Random);
        ObjectEnvelope envelope;
        try
        {
            TagOf(keys, key);
            envelope = ObjectEnvelope.Seal(keys, key, fileKey, new ObjectMetadata("", options.Headers, options.Metadata));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(fileKey);
        }
        byte[] id = new byte[UploadIdBytes];
        services.Random.Fill(id);
        string uploadId = Convert.ToHexStringLower(id);
        var start = new UploadStart(
            caller.Account.ToString(), bucket, key, policy.ToString(), envelope.WrappedFileKey, envelope.EncryptedMetadata,
            services.Time.GetUtcNow().ToUnixTimeMilliseconds());
        await UploadOf(uploadId).StartAsync(start).ConfigureAwait(false);
        IBucketGrain uploads = services.Grains.GetGrain<IBucketGrain>(bucket);
        bool isOpen = false;
        try
        {
            isOpen = await uploads.AddUploadAsync(uploadId).ConfigureAwait(false);
            if (!isOpen)
            {
                // Some may have expired, which makes room.
                await OpenUploadsAsync(bucket, cancellation).ConfigureAwait(false);
                isOpen = await uploads.AddUploadAsync(uploadId).ConfigureAwait(false);
            }
        }
        finally
        {
            if (!isOpen)
                await TryEndAsync(uploadId, UploadOf(uploadId).AbortAsync).ConfigureAwait(false);
        }
        return isOpen ? uploadId : throw new ObjectStoreException(
            ObjectStoreError.SlowDown, $"Bucket {bucket} has {GrainLimits.UploadsPerBucket} multipart uploads that have not ended.");
    }

    /// <inheritdoc/>
    public async Task<PartInfo> PutPartAsync(
        Caller caller, string bucket, string key, string uploadId, int number, Stream content, PartOptions options,
        CancellationToken cancellation)
    {
        if (number is < 1 or > GatewayLimits.PartNumberMax)
            throw new ObjectStoreException(ObjectStoreError.InvalidPart, $"Part numbers go from 1 to {GatewayLimits.PartNumberMax}.");
        UploadStart start = await UploadOf(uploadId).GetStartAsync().ConfigureAwait(false) ?? throw NoSuchUpload();
        byte[] fileKey;
        using (BucketKeyLease lease = Check(caller, bucket, key, start))
            fileKey = OpenFileKey(lease.Keys, start);
        StoredPart stored;
        try
        {
            stored = await services.Parts
                .StoreAsync(caller.Account, content, options.ContentLength, fileKey, StoragePolicy.Parse(start.Policy), cancellation)
                .ConfigureAwait(false);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(fileKey);
        }
        bool isKept = false;
        try
        {
            CheckDigest(options.Md5, stored.Md5);
            var part = new UploadedPart(
                number, stored.Length, Convert.ToHexStringLower(stored.Md5), services.Time.GetUtcNow().ToUnixTimeMilliseconds(),
                Scale.Encode(stored.Part), options.TrailingHeaders?.Invoke() ?? s_none);
            (isKept, UploadedPart? former) = await UploadOf(uploadId).PutPartAsync(part).ConfigureAwait(false);
            if (!isKept)
                throw NoSuchUpload();
            // A completion that is under way may have chosen the former part. Then it stays, and the sweep finds it if nothing names it.
            if (former is not null && !_endings.IsTaken(uploadId))
                await services.Discard.DiscardAsync(caller.Account, Scale.Decode<FilePart>(former.Part.Span).Segments).ConfigureAwait(false);
            return InfoOf(part);
        }
        finally
        {
            if (!isKept)
                await services.Discard.DiscardAsync(caller.Account, stored.Part.Segments).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public Task<PutResult> CompleteMultipartAsync(
        Caller caller, string bucket, string key, string uploadId, IReadOnlyList<CompletedPart> parts, CompleteOptions options,
        CancellationToken cancellation) =>
        _endings.TakeTurnAsync(uploadId, () => CompleteAsync(caller, bucket, key, uploadId, parts, options), cancellation);

    private async Task<PutResult> CompleteAsync(
        Caller caller, string bucket, string key, string uploadId, IReadOnlyList<CompletedPart> parts, CompleteOptions options)
    {
        UploadView upload = await UploadOf(uploadId).GetAsync().ConfigureAwait(false) ?? throw NoSuchUpload();
        // However old the upload is by now.
        if (upload.Result is { } result && FindBucketOf(upload.Start, caller, bucket, key) is not null)
            return new PutResult(result.ETag, result.FileId, result.Height);
        using BucketKeyLease lease = Check(caller, bucket, key, upload.Start);
        BucketKeys keys = lease.Keys;
        List<UploadedPart> chosen = Choose(upload, parts);
        string etag = ETagOf(chosen);
        DeclareCondition condition =
            ConditionOf(Find(caller, bucket), keys, TagOf(keys, key), options.OnlyIfAbsent, options.OnlyIfETag);
        FileDeclaration declaration = Declare(
            bucket, SealForCompletion(keys, key, upload.Start, etag, options), StoragePolicy.Parse(upload.Start.Policy),
            chosen.Select(part => Scale.Decode<FilePart>(part.Part.Span)));

        // Not discarded when it is refused: the parts stay, and the client may try again.
        TransactionOutcome declared = await services.Committer
            .ExecuteAsync(caller.Account, new DeclareFile(declaration, condition)).ConfigureAwait(false);
        FileOutcome outcome;
        try
        {
            outcome = await services.Committer.CompleteAsync(declared.Id).ConfigureAwait(false);
        }
        catch (ObjectStoreException)
        {
            // With the deal go the fragments that it named: whoever tries again must not count on them.
            await TryEndAsync(uploadId, () => EndAsync(uploadId, upload)).ConfigureAwait(false);
            throw;
        }
        IReadOnlyList<UploadedPart> last = await UploadOf(uploadId)
            .CompleteAsync(new UploadResult(outcome.FileId, etag, outcome.Height)).ConfigureAwait(false);
        await services.Grains.GetGrain<IBucketGrain>(bucket).CompleteUploadAsync(uploadId, NowMs).ConfigureAwait(false);
        await services.Discard.DiscardAsync(caller.Account, SegmentsOf(last.Where(part => !IsAmong(chosen, part)))).ConfigureAwait(false);
        return new PutResult(etag, outcome.FileId, outcome.Height);
    }

    /// <inheritdoc/>
    public async Task AbortMultipartAsync(
        Caller caller, string bucket, string key, string uploadId, CancellationToken cancellation)
    {
        bool isAborted = await _endings.TakeTurnAsync(uploadId, AbortAsync, cancellation).ConfigureAwait(false);
        if (!isAborted)
            throw NoSuchUpload();

        async Task<bool> AbortAsync()
        {
            UploadView upload = await UploadOf(uploadId).GetAsync().ConfigureAwait(false) ?? throw NoSuchUpload();
            Check(caller, bucket, key, upload.Start).Dispose();
            return upload.Result is null && await EndAsync(uploadId, upload).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public async Task<MultipartInfo> ListPartsAsync(
        Caller caller, string bucket, string key, string uploadId, CancellationToken cancellation)
    {
        UploadView upload = await UploadOf(uploadId).GetAsync().ConfigureAwait(false) ?? throw NoSuchUpload();
        using BucketKeyLease lease = Check(caller, bucket, key, upload.Start);
        BucketKeys keys = lease.Keys;
        return upload.Result is null
            ? InfoOf(uploadId, upload) with { Headers = new Dictionary<string, string>(MetadataOf(keys, upload.Start).Headers) }
            : throw NoSuchUpload();
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<MultipartInfo>> ListMultipartAsync(Caller caller, string bucket, CancellationToken cancellation)
    {
        Find(caller, bucket);
        List<MultipartInfo> open = await OpenUploadsAsync(bucket, cancellation).ConfigureAwait(false);
        return [.. open.OrderBy(upload => upload.Key, s_utf8Order).ThenBy(upload => upload.UploadId, StringComparer.Ordinal)];
    }

    /// <summary>The uploads of a bucket that go on; those that expired a while ago are ended on the way.</summary>
    private Task<List<MultipartInfo>> OpenUploadsAsync(string bucket, CancellationToken cancellation) =>
        _listings.TakeTurnAsync(bucket, () => FindOpenUploadsAsync(bucket, cancellation), cancellation);

    private async Task<List<MultipartInfo>> FindOpenUploadsAsync(string bucket, CancellationToken cancellation)
    {
        IBucketGrain uploads = services.Grains.GetGrain<IBucketGrain>(bucket);
        IReadOnlyList<string> ids = await uploads.GetUploadsAsync().ConfigureAwait(false);
        var open = new List<MultipartInfo>();
        foreach (string id in ids)
        {
            cancellation.ThrowIfCancellationRequested();
            if (await UploadOf(id).GetStartAsync().ConfigureAwait(false) is not { } start)
            {
                // It is complete or has ended, and who did that did not come to say so here.
                await uploads.CompleteUploadAsync(id, NowMs).ConfigureAwait(false);
                continue;
            }
            if (AgeOf(start) < GrainLimits.UploadLifetime)
            {
                open.Add(InfoOf(id, new UploadView(start, Array.Empty<UploadedPart>(), null)));
            }
            else if (AgeOf(start) >= GrainLimits.UploadLifetime + GatewayLimits.ExpiredUploadsKept
                && await UploadOf(id).GetAsync().ConfigureAwait(false) is { Result: null } expired)
            {
                await EndAsync(id, expired).ConfigureAwait(false);
            }
        }
        return open;
    }

    /// <summary>Forgets an upload and gives up its parts; false when it has ended already.</summary>
    private async Task<bool> EndAsync(string uploadId, UploadView upload)
    {
        if (!await UploadOf(uploadId).AbortAsync().ConfigureAwait(false))
            return false;
        await services.Grains.GetGrain<IBucketGrain>(upload.Start.Bucket).RemoveUploadAsync(uploadId).ConfigureAwait(false);
        await services.Discard.DiscardAsync(AccountId.Parse(upload.Start.Account), SegmentsOf(upload.Parts)).ConfigureAwait(false);
        return true;
    }

    /// <summary>Ends an upload because of a failure. That one is what the caller must learn of, also when this fails as well.</summary>
    private async Task TryEndAsync(string uploadId, Func<Task> end)
    {
        try
        {
            await end().ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            services.Log.LogWarning(e, "Multipart upload {Upload} failed and could not be ended; it is kept until it expires", uploadId);
        }
    }

    private long NowMs => services.Time.GetUtcNow().ToUnixTimeMilliseconds();

    private TimeSpan AgeOf(UploadStart start) => services.Time.GetUtcNow() - DateTimeOffset.FromUnixTimeMilliseconds(start.StartedMs);

    private static IEnumerable<FileSegment> SegmentsOf(IEnumerable<UploadedPart> uploaded) =>
        uploaded.SelectMany(part => Scale.Decode<FilePart>(part.Part.Span).Segments);

    private IUploadGrain UploadOf(string uploadId) => uploadId.Length == UploadIdBytes * 2 && uploadId.All(char.IsAsciiHexDigitLower)
        ? services.Grains.GetGrain<IUploadGrain>(uploadId)
        : throw NoSuchUpload();

    /// <summary>The keys of an upload that goes on; the caller disposes the lease.</summary>
    private BucketKeyLease Check(Caller caller, string bucket, string key, UploadStart start)
    {
        BucketRecord record = FindBucketOf(start, caller, bucket, key);
        return AgeOf(start) < GrainLimits.UploadLifetime ? services.Keyring.Of(record) : throw NoSuchUpload();
    }

    private BucketRecord FindBucketOf(UploadStart start, Caller caller, string bucket, string key)
    {
        BucketRecord record = Find(caller, bucket);
        return start.Bucket == bucket && start.Key == key && start.Account == caller.Account.ToString() ? record : throw NoSuchUpload();
    }

    private static byte[] OpenFileKey(BucketKeys keys, UploadStart start)
    {
        byte[] fileKey = new byte[FileKey.Bytes];
        return EnvelopeOf(keys, start).TryOpenFileKey(keys, fileKey) == CodingError.None ? fileKey : throw NoSuchUpload();
    }

    /// <summary>The object's envelope: the file key stays, the metadata gets the ETag that is known only now.</summary>
    private static ObjectEnvelope SealForCompletion(
        BucketKeys keys, string key, UploadStart start, string etag, CompleteOptions options)
    {
        ObjectMetadata begun = MetadataOf(keys, start);
        byte[] fileKey = OpenFileKey(keys, start);
        try
        {
            return ObjectEnvelope.Seal(keys, key, fileKey, new ObjectMetadata(etag, begun.Headers.Concat(options.Headers), begun.User));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(fileKey);
        }
    }

    /// <summary>What the upload began with.</summary>
    private static ObjectMetadata MetadataOf(BucketKeys keys, UploadStart start) =>
        EnvelopeOf(keys, start).TryOpenMetadata(keys, out ObjectMetadata begun) == CodingError.None ? begun : throw NoSuchUpload();

    private static ObjectEnvelope EnvelopeOf(BucketKeys keys, UploadStart start) =>
        new(TagOf(keys, start.Key), ReadOnlyMemory<byte>.Empty, start.SealedFileKey, start.Options);

    private static List<UploadedPart> Choose(UploadView upload, IReadOnlyList<CompletedPart> parts)
    {
        if (parts.Count == 0)
            throw new ObjectStoreException(ObjectStoreError.InvalidPart, "At least one part must be named.");
        Dictionary<int, UploadedPart> stored = upload.Parts.ToDictionary(part => part.Number);
        var chosen = new List<UploadedPart>(parts.Count);
        int last = 0;
        foreach (CompletedPart part in parts)
        {
            if (part.Number <= last)
                throw new ObjectStoreException(ObjectStoreError.InvalidPartOrder, "Parts must be named in ascending order.");
            last = part.Number;
            if (!stored.TryGetValue(part.Number, out UploadedPart? found) || found.ETag != part.ETag)
                throw new ObjectStoreException(ObjectStoreError.InvalidPart, $"Part {part.Number} was not stored, or has another ETag.");
            chosen.Add(found);
        }
        if (chosen.SkipLast(1).FirstOrDefault(part => part.Length < GatewayLimits.PartBytesMin) is { } small)
        {
            throw new ObjectStoreException(
                ObjectStoreError.EntityTooSmall, $"Part {small.Number} has {small.Length} bytes; all but the last have at least {GatewayLimits.PartBytesMin}.");
        }
        return chosen;
    }

    /// <summary>Whether it is this very part; another one of its number may have taken its place.</summary>
    private static bool IsAmong(List<UploadedPart> chosen, UploadedPart part)
    {
        int index = chosen.FindIndex(other => other.Number == part.Number);
        return index >= 0 && chosen[index].Part.Span.SequenceEqual(part.Part.Span);
    }

    /// <summary>S3's ETag of a multipart object: MD5 of the parts' MD5s, and their number.</summary>
    private static string ETagOf(List<UploadedPart> chosen)
    {
        using var md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        foreach (UploadedPart part in chosen)
            md5.AppendData(Convert.FromHexString(part.ETag));
        return $"{Convert.ToHexStringLower(md5.GetHashAndReset())}-{chosen.Count}";
    }

    private static MultipartInfo InfoOf(string uploadId, UploadView upload) => new(
        uploadId, upload.Start.Key, DateTimeOffset.FromUnixTimeMilliseconds(upload.Start.StartedMs), [.. upload.Parts.Select(InfoOf)]);

    private static PartInfo InfoOf(UploadedPart part) =>
        new(part.Number, part.Length, part.ETag, DateTimeOffset.FromUnixTimeMilliseconds(part.TimeMs)) { Headers = part.Headers };

    private static ObjectStoreException NoSuchUpload() =>
        new(ObjectStoreError.NoSuchUpload, "There is no such multipart upload, or it has ended.");
}
