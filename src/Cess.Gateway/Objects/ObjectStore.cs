using System.Security.Cryptography;
using System.Text;
using Cess.Coding;
using Cess.Gateway.Objects.Pipeline;
using Cess.Grains;
using Cess.Ledger.Blocks;
using Cess.Ledger.Modules.Files;
using Cess.Primitives;
using Microsoft.Extensions.Logging;
using Orleans;

namespace Cess.Gateway.Objects;

/// <summary>What an <see cref="ObjectStore"/> is made of, and its one setting.</summary>
/// <param name="Grains">The grains.</param>
/// <param name="Ledger">The chain's newest final state.</param>
/// <param name="Keyring">Bucket keys.</param>
/// <param name="Parts">The way in.</param>
/// <param name="Fragments">The way out.</param>
/// <param name="Buffers">Memory of all reads.</param>
/// <param name="Leases">Keeps what is being read.</param>
/// <param name="Committer">The way into the chain.</param>
/// <param name="Discard">The way back.</param>
/// <param name="Custody">Account keys.</param>
/// <param name="Random">Where keys come from.</param>
/// <param name="Time">The clock.</param>
/// <param name="Log">What nobody is told otherwise.</param>
/// <param name="Policy">Of uploads that name none.</param>
public sealed record ObjectStoreServices(
    IGrainFactory Grains,
    ILedgerReader Ledger,
    BucketKeyring Keyring,
    PartWriter Parts,
    IFragmentReader Fragments,
    ReadBuffers Buffers,
    IReadLeases Leases,
    FileCommitter Committer,
    FragmentDiscard Discard,
    ICustody Custody,
    IRandomSource Random,
    TimeProvider Time,
    ILogger<ObjectStore> Log,
    StoragePolicy Policy);

/// <summary>Buckets and objects on chain and miners. Encrypts for owners whose keys this node holds.</summary>
public sealed partial class ObjectStore(ObjectStoreServices services) : IObjectStore
{
    private static readonly UTF8Encoding s_strictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly Turns _listings = new(GatewayLimits.ListingsPerBucket);

    private LedgerState Head => services.Ledger.Head;

    /// <inheritdoc/>
    public async Task CreateBucketAsync(Caller caller, string bucket, CancellationToken cancellation)
    {
        if (!BucketNames.IsValid(bucket))
            throw new ObjectStoreException(ObjectStoreError.InvalidBucketName, "A bucket's name has 3 to 63 lower-case letters, digits, dots and hyphens.");
        if (Head.Bucket(bucket) is { } present)
            throw Taken(present.Owner == caller.Account, bucket);
        if (Head.BucketsOf(caller.Account).Count() >= GatewayLimits.BucketsPerAccount)
            throw new ObjectStoreException(ObjectStoreError.TooManyBuckets, $"An account has at most {GatewayLimits.BucketsPerAccount} buckets.");

        byte[] key = FileKey.New(services.Random);
        try
        {
            byte[] wrapped = services.Custody.SealBucketKey(caller.Account, bucket, key);
            await services.Committer.ExecuteAsync(caller.Account, new CreateBucket(bucket, wrapped)).ConfigureAwait(false);
        }
        catch (ObjectStoreException e) when (e.Code == ObjectStoreError.BucketAlreadyExists)
        {
            throw Taken(Head.Bucket(bucket)?.Owner == caller.Account, bucket);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    /// <inheritdoc/>
    public async Task DeleteBucketAsync(Caller caller, string bucket, CancellationToken cancellation)
    {
        BucketRecord record = Find(caller, bucket);
        if (record.ObjectCount > 0)
            throw new ObjectStoreException(ObjectStoreError.BucketNotEmpty, $"Bucket {bucket} holds {record.ObjectCount} objects.");
        await services.Committer.ExecuteAsync(caller.Account, new DeleteBucket(bucket)).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task<BucketInfo> GetBucketAsync(Caller caller, string bucket, CancellationToken cancellation) =>
        Task.FromResult(InfoOf(Find(caller, bucket)));

    /// <inheritdoc/>
    public Task<IReadOnlyList<BucketInfo>> ListBucketsAsync(Caller caller, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<BucketInfo>>(
            [.. Head.BucketsOf(caller.Account).Select(InfoOf).OrderBy(bucket => bucket.Name, StringComparer.Ordinal)]);

    /// <inheritdoc/>
    public async Task<PutResult> PutAsync(
        Caller caller, string bucket, string key, Stream content, PutOptions options, CancellationToken cancellation)
    {
        BucketRecord record = Find(caller, bucket);
        using BucketKeyLease lease = services.Keyring.Of(record);
        BucketKeys keys = lease.Keys;
        Hash256 tag = TagOf(keys, key);
        CheckMetadata(options.Headers, options.Metadata);
        DeclareCondition condition = ConditionOf(record, keys, tag, options.OnlyIfAbsent, options.OnlyIfETag);
        StoragePolicy policy = PolicyOf(options.Policy);
        byte[] fileKey = FileKey.New(services.Random);
        try
        {
            StoredPart part = await services.Parts.StoreAsync(caller.Account, content, options.ContentLength, fileKey, policy, cancellation)
                .ConfigureAwait(false);
            string etag = Convert.ToHexStringLower(part.Md5);
            FileDeclaration declaration;
            try
            {
                CheckDigest(options.Md5, part.Md5);
                var metadata = new ObjectMetadata(etag, WithTrailing(options.Headers, options.TrailingHeaders), options.Metadata);
                declaration = Declare(bucket, ObjectEnvelope.Seal(keys, key, fileKey, metadata), policy, [part.Part]);
            }
            catch
            {
                await services.Discard.DiscardAsync(caller.Account, part.Part.Segments).ConfigureAwait(false);
                throw;
            }
            FileOutcome outcome = await services.Committer.CommitAsync(caller.Account, declaration, condition).ConfigureAwait(false);
            return new PutResult(etag, outcome.FileId, outcome.Height);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(fileKey);
        }
    }

    /// <inheritdoc/>
    public Task<ObjectInfo> HeadAsync(Caller caller, string bucket, string key, CancellationToken cancellation)
    {
        BucketRecord record = Find(caller, bucket);
        using BucketKeyLease lease = services.Keyring.Of(record);
        BucketKeys keys = lease.Keys;
        return Task.FromResult(FindObject(record, keys, key).Info);
    }

    /// <inheritdoc/>
    public Task<IObjectReader> OpenAsync(Caller caller, string bucket, string key, CancellationToken cancellation)
    {
        BucketRecord record = Find(caller, bucket);
        using BucketKeyLease lease = services.Keyring.Of(record);
        BucketKeys keys = lease.Keys;
        (FileId id, FileRecord file, ObjectEnvelope envelope, ObjectInfo info) = FindObject(record, keys, key);
        byte[] fileKey = new byte[FileKey.Bytes];
        if (envelope.TryOpenFileKey(keys, fileKey) != CodingError.None)
            throw Damaged(info.FileId);
        return Task.FromResult<IObjectReader>(new ObjectReader(services.Fragments, services.Buffers, services.Leases, id, file, info, fileKey));
    }

    /// <inheritdoc/>
    public async Task DeleteAsync(Caller caller, string bucket, string key, CancellationToken cancellation)
    {
        BucketRecord record = Find(caller, bucket);
        Hash256 tag;
        using (BucketKeyLease lease = services.Keyring.Of(record))
            tag = TagOf(lease.Keys, key);
        // A write that was under way may take the place of what was to go, before it goes.
        for (int attempt = 0; attempt < GatewayLimits.DeletionAttempts && Head.Object(bucket, tag) is { } entry; attempt++)
            await services.Committer.ExecuteAsync(caller.Account, new DeleteFiles([entry.File])).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<ListPage> ListAsync(Caller caller, string bucket, ListQuery query, CancellationToken cancellation)
    {
        Find(caller, bucket);
        // A page of nothing leads nowhere, so it counts as the last.
        if (query.Limit == 0)
            return new ListPage([], [], null);
        IBucketGrain grain = services.Grains.GetGrain<IBucketGrain>(bucket);
        var request = new ListRequest(query.Prefix, query.Delimiter, query.After, query.Limit);
        ListResult page = await _listings.TakeTurnAsync(bucket, () => grain.ListAsync(request), cancellation).ConfigureAwait(false)
            ?? throw NoSuchBucket(bucket);
        return new ListPage(
            [.. page.Objects.Select(item => new ObjectInfo(
                item.Name, item.Length, item.ETag, DateTimeOffset.FromUnixTimeMilliseconds(item.TimeMs), item.FileId,
                s_none, s_none, []))],
            page.CommonPrefixes, page.Next);
    }

    private static readonly Dictionary<string, string> s_none = [];

    private BucketRecord Find(Caller caller, string bucket)
    {
        BucketRecord record = Head.Bucket(bucket) ?? throw NoSuchBucket(bucket);
        return record.Owner == caller.Account
            ? record
            : throw new ObjectStoreException(ObjectStoreError.AccessDenied, $"Bucket {bucket} belongs to another account.");
    }

    private (FileId Id, FileRecord File, ObjectEnvelope Envelope, ObjectInfo Info) FindObject(BucketRecord bucket, BucketKeys keys, string key)
    {
        LedgerState head = Head;
        if (head.Object(bucket.Name, TagOf(keys, key)) is not { } entry || head.File(entry.File) is not { } file)
            throw new ObjectStoreException(ObjectStoreError.NoSuchKey, $"Bucket {bucket.Name} has no such object.");
        FileDeclaration declared = file.Declaration;
        ObjectEnvelope envelope = EnvelopeOf(declared);
        if (envelope.TryOpenMetadata(keys, out ObjectMetadata metadata) != CodingError.None)
            throw Damaged(entry.File.ToString());
        var info = new ObjectInfo(
            key, (long)declared.PlainLength(), metadata.ETag, DateTimeOffset.FromUnixTimeMilliseconds((long)entry.TimeMs),
            entry.File.ToString(), metadata.Headers, metadata.User, [.. declared.Parts.Select(part => (long)part.PlainLength)]);
        return (entry.File, file, envelope, info);
    }

    private DeclareCondition ConditionOf(BucketRecord bucket, BucketKeys keys, Hash256 tag, bool onlyIfAbsent, string? onlyIfETag)
    {
        if (!onlyIfAbsent && onlyIfETag is null)
            return DeclareCondition.None;
        ObjectEntry? entry = Head.Object(bucket.Name, tag);
        if (onlyIfAbsent)
            return entry is null ? DeclareCondition.OnlyIfAbsent : throw NotMet();
        if (entry is null || Head.File(entry.File) is not { } file
            || EnvelopeOf(file.Declaration).TryOpenMetadata(keys, out ObjectMetadata metadata) != CodingError.None
            || (onlyIfETag != "*" && metadata.ETag != onlyIfETag))
        {
            throw NotMet();
        }
        return DeclareCondition.OnlyIfCurrent(entry.File);
    }

    private StoragePolicy PolicyOf(string? policy)
    {
        if (policy is null)
            return services.Policy;
        return StoragePolicy.TryParse(policy, out StoragePolicy parsed)
            ? parsed
            : throw new ObjectStoreException(ObjectStoreError.InvalidPolicy, "A policy is written k+m, such as 4+8.");
    }

    private static FileDeclaration Declare(
        string bucket, ObjectEnvelope envelope, StoragePolicy policy, IEnumerable<FilePart> fileParts) => new(
            bucket, envelope.NameTag, envelope.EncryptedName, envelope.WrappedFileKey, envelope.EncryptedMetadata,
            new FilePolicy((byte)policy.DataFragments, (byte)policy.ParityFragments), [.. fileParts]);

    private static ObjectEnvelope EnvelopeOf(FileDeclaration declared) =>
        new(declared.NameTag, declared.EncryptedName, declared.WrappedFileKey, declared.EncryptedMetadata);

    private static Hash256 TagOf(BucketKeys keys, string key)
    {
        try
        {
            return s_strictUtf8.GetByteCount(key) is > 0 and <= GatewayLimits.KeyBytesMax
                ? ObjectEnvelope.TagOf(keys, key)
                : throw new ObjectStoreException(ObjectStoreError.KeyTooLong, $"A key has 1 to {GatewayLimits.KeyBytesMax} bytes of UTF-8.");
        }
        catch (EncoderFallbackException e)
        {
            throw new ObjectStoreException(ObjectStoreError.KeyTooLong, "A key is text without lone surrogates.", e);
        }
    }

    private static void CheckMetadata(IReadOnlyDictionary<string, string> headers, IReadOnlyDictionary<string, string> metadata)
    {
        int bytes = headers.Concat(metadata).Sum(pair => Encoding.UTF8.GetByteCount(pair.Key) + Encoding.UTF8.GetByteCount(pair.Value));
        if (metadata.Keys.FirstOrDefault(name => !ObjectMetadata.IsName(name)) is { } unfit)
            throw new ObjectStoreException(ObjectStoreError.MetadataTooLarge, $"No metadata can have the name '{unfit}'.");
        if (bytes > GatewayLimits.MetadataBytesMax)
            throw new ObjectStoreException(ObjectStoreError.MetadataTooLarge, $"Headers and metadata have {bytes} bytes, of {GatewayLimits.MetadataBytesMax}.");
    }

    private static void CheckDigest(byte[]? announced, byte[] found)
    {
        if (announced is not null && !announced.AsSpan().SequenceEqual(found))
            throw new ObjectStoreException(ObjectStoreError.BadDigest, "The content does not have the announced MD5.");
    }

    private static IEnumerable<KeyValuePair<string, string>> WithTrailing(
        IReadOnlyDictionary<string, string> headers, Func<IReadOnlyDictionary<string, string>>? trailing) =>
        trailing is null ? headers : headers.Concat(trailing());

    private static BucketInfo InfoOf(BucketRecord bucket) =>
        new(bucket.Name, DateTimeOffset.FromUnixTimeMilliseconds((long)bucket.CreatedAtMs));

    private static ObjectStoreException Taken(bool isOwn, string bucket) => isOwn
        ? new ObjectStoreException(ObjectStoreError.BucketAlreadyOwnedByYou, $"You own bucket {bucket} already.")
        : new ObjectStoreException(ObjectStoreError.BucketAlreadyExists, $"Bucket {bucket} belongs to another account.");

    private static ObjectStoreException NoSuchBucket(string bucket) =>
        new(ObjectStoreError.NoSuchBucket, $"There is no bucket {bucket}.");

    private static ObjectStoreException NotMet() =>
        new(ObjectStoreError.PreconditionFailed, "What has the key is not what the condition asks for.");

    private static ObjectStoreException Damaged(string fileId) =>
        new(ObjectStoreError.DataUnavailable, $"The record of file {fileId} does not open with its bucket's key.");
}
