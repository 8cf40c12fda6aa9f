using System.Collections.Immutable;
using Cess.Client.Buckets;
using Cess.Client.Chain;
using Cess.Client.Objects;
using Cess.Client.Transport;
using Cess.Coding;
using Cess.Ledger.Blocks;
using Cess.Ledger.Modules.Balances;
using Cess.Ledger.Modules.Files;
using Cess.Primitives;
using Cess.Wire;

namespace Cess.Client;

/// <summary>
/// A Cess account at work: buckets, objects, tokens. Content, names and metadata are encrypted before they leave this process
/// and verified when they come back; the node is trusted with none of them. For use by any number of threads. Every method
/// throws <see cref="CessException"/> with a code.
/// </summary>
public sealed class CessClient : IDisposable
{
    private readonly HttpMessageInvoker _http;
    private readonly CessClientOptions _options;
    private readonly PrivateKey _key;
    private readonly RestTransport _transport;
    private readonly TransactionSender _sender;
    private readonly BucketKeyCache _buckets;
    private readonly ObjectEntries _entries;
    private readonly SegmentBufferPool _pool;

    /// <summary>Makes a client; nothing is sent yet.</summary>
    /// <param name="endpoint">Where the node's REST door is, such as http://127.0.0.1:9080.</param>
    /// <param name="key">The account's key; not disposed by the client, and must outlive it.</param>
    /// <param name="options">How to work; null for the usual way.</param>
    /// <param name="handler">Sends the requests; null for one that the client makes. Disposed with the client.</param>
    public CessClient(Uri endpoint, PrivateKey key, CessClientOptions? options = null, HttpMessageHandler? handler = null)
    {
        _options = options ?? new CessClientOptions();
        _options.Check();
        _key = key;
        Account = _options.Account ?? key.PublicKey.ToAccountId();
        Endpoint = endpoint;
        _http = new HttpMessageInvoker(handler ?? RestTransport.NewHandler());
        _transport = new RestTransport(_http, endpoint, new RequestSigner(Account, key, _options.Time), _options);
        Verified = _options.Trust is { } trust ? new VerifiedChain(_transport, trust, _options) : null;
        _sender = new TransactionSender(_transport, Verified, Account, key, _options);
        Chain = new ChainClient(_transport, Verified, _sender, Account, key);
        _buckets = new BucketKeyCache(_transport, Verified, [key, .. _options.FormerKeys]);
        _entries = new ObjectEntries(_transport, Verified, _buckets);
        _pool = new SegmentBufferPool(_options.SegmentMemoryBytes);
    }

    /// <summary>The account that the client acts for.</summary>
    public AccountId Account { get; }

    /// <summary>The account's dealings with the ledger besides buckets, objects and transfers.</summary>
    public ChainClient Chain { get; }

    /// <summary>The chain, verified from <see cref="CessClientOptions.Trust"/>; null without it. Disposed with the client.</summary>
    public VerifiedChain? Verified { get; }

    /// <summary>Where its node is.</summary>
    public Uri Endpoint { get; }

    /// <summary>The node, its chain and its miners at a glance.</summary>
    public Task<StatusMessage> GetStatusAsync(CancellationToken cancellation = default) =>
        _transport.SendAsync(RestRequest.Get("/v1/status"), WireJson.Default.StatusMessage, cancellation);

    /// <summary>An account at the final head.</summary>
    /// <exception cref="CessException">accounts.not_found.</exception>
    public Task<AccountMessage> GetAccountAsync(AccountId account, CancellationToken cancellation = default) =>
        _sender.GetAccountAsync(account, cancellation);

    /// <summary>Moves tokens to another account; final when it returns.</summary>
    /// <exception cref="CessException">Balances.FundsInsufficient, Balances.AmountZero.</exception>
    public Task<OutcomeMessage> TransferAsync(AccountId to, Balance amount, CancellationToken cancellation = default) =>
        _sender.ExecuteAsync(new Transfer(to, amount), cancellation);

    /// <summary>Makes a bucket with a new key that only this account can open; final when it returns.</summary>
    /// <exception cref="CessException">Files.BucketNameInvalid, Files.BucketNameTaken.</exception>
    public async Task<OutcomeMessage> CreateBucketAsync(string bucket, CancellationToken cancellation = default)
    {
        byte[] bucketKey = new byte[BucketKeys.KeyBytes];
        SystemRandom.Instance.Fill(bucketKey);
        byte[] wrapped = BucketKeyWrap.Seal(_key, bucket, bucketKey, SystemRandom.Instance);
        System.Security.Cryptography.CryptographicOperations.ZeroMemory(bucketKey);
        return await _sender.ExecuteAsync(new CreateBucket(bucket, wrapped), cancellation);
    }

    /// <summary>Deletes an empty bucket; final when it returns.</summary>
    /// <exception cref="CessException">Files.BucketUnknown, Files.BucketOfOtherAccount, Files.BucketNotEmpty.</exception>
    public async Task<OutcomeMessage> DeleteBucketAsync(string bucket, CancellationToken cancellation = default)
    {
        OutcomeMessage outcome = await _sender.ExecuteAsync(new DeleteBucket(bucket), cancellation);
        _buckets.Forget(bucket);
        return outcome;
    }

    /// <summary>The account's buckets, in order of their names.</summary>
    public async Task<IReadOnlyList<BucketMessage>> ListBucketsAsync(CancellationToken cancellation = default) =>
        (await _transport.SendAsync(RestRequest.GetSigned("/v1/buckets"), WireJson.Default.BucketList, cancellation)).Buckets;

    /// <summary>
    /// Stores content of any length, replacing an object of that name in one step. Memory is bounded by
    /// <see cref="CessClientOptions.SegmentMemoryBytes"/>. The object is active and visible when it returns.
    /// </summary>
    /// <param name="bucket">A bucket of the account.</param>
    /// <param name="name">1 to 1,024 bytes of UTF-8.</param>
    /// <param name="content">Read once, to its end; a stream that can seek survives even a restart of the node.</param>
    /// <param name="options">What to keep with it; null for nothing.</param>
    /// <param name="progress">Hears of bytes stored; may be null.</param>
    /// <param name="cancellation">Ends it; nothing is visible then.</param>
    /// <exception cref="CessException">buckets.not_found, InvalidName, TooLarge, RootsDiffer, Files.ConditionFailed, storage.insufficient.</exception>
    public async Task<PutResult> PutAsync(
        string bucket, string name, Stream content, PutOptions? options = null, IProgress<TransferProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        using Upload upload = await OpenUploadAsync(bucket, name, content, options, progress, cancellation);
        return await upload.RunAsync(cancellation);
    }

    /// <summary>As <see cref="PutAsync"/>, for callers that want to go on with an upload that failed. Dispose it when done.</summary>
    public async Task<Upload> OpenUploadAsync(
        string bucket, string name, Stream content, PutOptions? options = null, IProgress<TransferProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        BucketKeys keys = await _buckets.GetAsync(bucket, cancellation);
        return new Upload(_transport, _sender, _entries, _pool, _options, keys, bucket, name, content, options ?? new PutOptions(), progress);
    }

    /// <summary>Facts of an object.</summary>
    /// <exception cref="CessException">buckets.not_found, objects.not_found, auth.denied, NotAuthentic.</exception>
    public async Task<StoredObject> HeadAsync(string bucket, string name, CancellationToken cancellation = default)
    {
        BucketKeys keys = await _buckets.GetAsync(bucket, cancellation);
        return ObjectEntries.Open(keys, bucket, await _entries.FindAsync(bucket, name, cancellation));
    }

    /// <summary>Opens an object for reading. Dispose the reader when done.</summary>
    /// <exception cref="CessException">As <see cref="HeadAsync"/>.</exception>
    public async Task<ObjectReader> OpenAsync(string bucket, string name, CancellationToken cancellation = default)
    {
        BucketKeys keys = await _buckets.GetAsync(bucket, cancellation);
        return new ObjectReader(_transport, _options, keys, bucket, await _entries.FindAsync(bucket, name, cancellation));
    }

    /// <summary>Writes the whole of an object, verified and in order.</summary>
    /// <exception cref="CessException">As <see cref="HeadAsync"/>; files.data_unavailable.</exception>
    public async Task<StoredObject> GetAsync(
        string bucket, string name, Stream destination, IProgress<TransferProgress>? progress = null, CancellationToken cancellation = default)
    {
        using ObjectReader reader = await OpenAsync(bucket, name, cancellation);
        await reader.CopyToAsync(destination, 0, reader.Object.Length, progress, cancellation);
        return reader.Object;
    }

    /// <summary>
    /// What a bucket holds. The node knows no names, so the whole bucket is fetched, opened and sorted here.
    /// </summary>
    /// <exception cref="CessException">buckets.not_found, auth.denied, NotAuthentic.</exception>
    public async Task<ObjectListing> ListAsync(string bucket, ListOptions? options = null, CancellationToken cancellation = default)
    {
        ListOptions what = options ?? new ListOptions();
        List<StoredObject> all = await _entries.ListAsync(bucket, what.Prefix, cancellation);
        if (what.Delimiter.Length == 0)
            return new ObjectListing(all, []);

        List<StoredObject> objects = [];
        List<string> prefixes = [];
        foreach (StoredObject item in all)
        {
            int at = item.Name.IndexOf(what.Delimiter, what.Prefix.Length, StringComparison.Ordinal);
            if (at < 0)
                objects.Add(item);
            else if (prefixes.Count == 0 || !item.Name.StartsWith(prefixes[^1], StringComparison.Ordinal))
                prefixes.Add(item.Name[..(at + what.Delimiter.Length)]);
        }

        return new ObjectListing(objects, prefixes);
    }

    /// <summary>Deletes an object; final when it returns.</summary>
    /// <exception cref="CessException">
    /// buckets.not_found, objects.not_found, auth.denied. With <see cref="CessClientOptions.Trust"/>, Stale: the name has got another file meanwhile.
    /// </exception>
    public async Task DeleteAsync(string bucket, string name, CancellationToken cancellation = default)
    {
        ObjectMessage message = await _entries.FindAsync(bucket, name, cancellation);
        RequireNoneLeft(await DeleteFilesAsync([new FileId(message.FileId)], [(bucket, name, message.FileId)], cancellation));
    }

    /// <summary>
    /// Deletes many objects, a thousand a transaction; those that are gone already are no error. With <see cref="CessClientOptions.Trust"/>
    /// nothing has their names any more when it returns.
    /// </summary>
    /// <exception cref="CessException">
    /// NotAuthentic: one was not stored under its name. Stale: all others are deleted, and some name has another file than the one here.
    /// </exception>
    public async Task DeleteAsync(IReadOnlyCollection<StoredObject> objects, CancellationToken cancellation = default)
    {
        List<string> left = [];
        foreach (StoredObject[] batch in objects.Chunk(ClientLimits.DeletionsPerTransaction))
        {
            IReadOnlyList<FileId> files = await _entries.ConfirmFilesAsync(batch, cancellation);
            left.AddRange(await DeleteFilesAsync(files, [.. batch.Select(item => (item.Bucket, item.Name, item.FileId))], cancellation));
        }

        RequireNoneLeft(left);
    }

    /// <summary>
    /// Deletes files. Where the node's word is not taken, a state that was too old, or a listing, may have named others than those that have the
    /// names by now: the transaction's receipt tells which are deleted, and then the names of the rest are looked at.
    /// </summary>
    /// <returns>Names that still have a file.</returns>
    private async Task<IReadOnlyList<string>> DeleteFilesAsync(
        IReadOnlyList<FileId> files, IReadOnlyList<(string Bucket, string Name, Hash256 File)> objects, CancellationToken cancellation)
    {
        HashSet<Hash256> deleted = [.. files.Select(file => file.Hash)];
        if (files.Count > 0)
        {
            OutcomeMessage outcome = await _sender.ExecuteAsync(new DeleteFiles([.. files]), cancellation);
            if (Verified is not null)
            {
                Receipt receipt = (await Verified.GetReceiptAsync(Hash256.Parse(outcome.Id), cancellation)).Value;
                deleted.ExceptWith(receipt.Events.OfType<DeletionRefused>().SelectMany(told => told.Refused).Select(refused => refused.File.Hash));
            }
        }

        if (Verified is null)
            return [];
        return await _entries.FindTakenAsync(
            [.. objects.Where(item => !deleted.Contains(item.File)).Select(item => (item.Bucket, item.Name))], cancellation);
    }

    private static void RequireNoneLeft(IReadOnlyList<string> names)
    {
        if (names.Count == 0)
            return;
        throw new CessException(
            ClientErrors.Stale,
            $"\"{names[0]}\"{(names.Count > 1 ? $" and {names.Count - 1} more have" : " has")} another file than was found before: look again.")
        {
            IsTransient = true,
        };
    }

    /// <summary>Frees memory and connections, and erases bucket keys.</summary>
    public void Dispose()
    {
        _buckets.Dispose();
        Verified?.Dispose();
        _sender.Dispose();
        _pool.Dispose();
        _http.Dispose();
    }
}
