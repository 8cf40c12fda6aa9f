using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Cess.Gateway.Objects;

namespace Cess.Gateway.Tests.S3;

/// <summary>
/// An object store that keeps to the contract of <see cref="IObjectStore"/> in memory, and can be told to fail.
/// </summary>
[SuppressMessage("Security", "CA5351", Justification = "An S3 ETag is an MD5.")]
internal sealed class InMemoryObjectStore(TimeProvider clock) : IObjectStore
{
    public const int PartBytesMin = 5 << 20;

    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, Bucket> _buckets = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, PutResult> _completed = new();
    private readonly TaskCompletionSource<Exception?> _firstPut = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ulong _height;

    /// <summary>Thrown by every read after so many bytes.</summary>
    public (long After, Exception Exception)? ReadFault { get; set; }

    /// <summary>Thrown by every put when its content has been read.</summary>
    public Exception? PutFault { get; set; }

    /// <summary>Puts wait for this before they read.</summary>
    public Task PutGate { get; set; } = Task.CompletedTask;

    /// <summary>How the first put has ended: null, or its exception.</summary>
    public Task<Exception?> FirstPut => _firstPut.Task;

    public int ObjectCount
    {
        get
        {
            lock (_lock)
                return _buckets.Values.Sum(bucket => bucket.Objects.Count);
        }
    }

    public Task CreateBucketAsync(Caller caller, string bucket, CancellationToken cancellation)
    {
        lock (_lock)
        {
            if (_buckets.TryGetValue(bucket, out Bucket? existing))
            {
                throw existing.Owner == caller
                    ? new ObjectStoreException(ObjectStoreError.BucketAlreadyOwnedByYou, $"You own {bucket} already.")
                    : new ObjectStoreException(ObjectStoreError.BucketAlreadyExists, $"{bucket} is taken.");
            }

            _buckets[bucket] = new Bucket(caller, new BucketInfo(bucket, clock.GetUtcNow()));
        }

        return Task.CompletedTask;
    }

    public Task DeleteBucketAsync(Caller caller, string bucket, CancellationToken cancellation)
    {
        lock (_lock)
        {
            if (Find(caller, bucket).Objects.Count > 0)
                throw new ObjectStoreException(ObjectStoreError.BucketNotEmpty, $"{bucket} is not empty.");
            _buckets.Remove(bucket);
        }

        return Task.CompletedTask;
    }

    public Task<BucketInfo> GetBucketAsync(Caller caller, string bucket, CancellationToken cancellation)
    {
        lock (_lock)
            return Task.FromResult(Find(caller, bucket).Info);
    }

    public Task<IReadOnlyList<BucketInfo>> ListBucketsAsync(Caller caller, CancellationToken cancellation)
    {
        lock (_lock)
        {
            return Task.FromResult<IReadOnlyList<BucketInfo>>(
                [.. _buckets.Values.Where(bucket => bucket.Owner == caller).Select(bucket => bucket.Info)]);
        }
    }

    public async Task<PutResult> PutAsync(
        Caller caller, string bucket, string key, Stream content, PutOptions options, CancellationToken cancellation)
    {
        lock (_lock)
            Find(caller, bucket);
        await PutGate;
        try
        {
            byte[] bytes = await ReadAsync(content, options.ContentLength, options.Md5, cancellation);
            StoredObject stored = new(
                bytes, ETag(bytes), Merge(options.Headers, options.TrailingHeaders?.Invoke()), options.Metadata, [bytes.Length]);
            PutResult result = Publish(caller, bucket, key, stored, options.OnlyIfAbsent, options.OnlyIfETag);
            _firstPut.TrySetResult(null);
            return result;
        }
        catch (Exception exception)
        {
            _firstPut.TrySetResult(exception);
            throw;
        }
    }

    public Task<ObjectInfo> HeadAsync(Caller caller, string bucket, string key, CancellationToken cancellation)
    {
        lock (_lock)
            return Task.FromResult(FindObject(caller, bucket, key).Info(key));
    }

    public Task<IObjectReader> OpenAsync(Caller caller, string bucket, string key, CancellationToken cancellation)
    {
        lock (_lock)
        {
            StoredObject stored = FindObject(caller, bucket, key);
            return Task.FromResult<IObjectReader>(new Reader(stored.Info(key), stored.Bytes, ReadFault));
        }
    }

    public Task DeleteAsync(Caller caller, string bucket, string key, CancellationToken cancellation)
    {
        lock (_lock)
            Find(caller, bucket).Objects.Remove(key);
        return Task.CompletedTask;
    }

    public Task<ListPage> ListAsync(Caller caller, string bucket, ListQuery query, CancellationToken cancellation)
    {
        List<ObjectInfo> objects = [];
        List<string> prefixes = [];
        string last = "";
        lock (_lock)
        {
            foreach ((string key, StoredObject stored) in Find(caller, bucket).Objects)
            {
                if (!key.StartsWith(query.Prefix, StringComparison.Ordinal))
                    continue;
                int place = query.Delimiter.Length == 0
                    ? -1
                    : key.IndexOf(query.Delimiter, query.Prefix.Length, StringComparison.Ordinal);
                string name = place < 0 ? key : key[..(place + query.Delimiter.Length)];
                if (Utf8Comparer.Instance.Compare(name, query.After) <= 0 || (prefixes.Count > 0 && prefixes[^1] == name))
                    continue;
                if (objects.Count + prefixes.Count == query.Limit)
                    return Task.FromResult(new ListPage(objects, prefixes, query.Limit == 0 ? null : last));
                last = name;
                if (place < 0)
                    objects.Add(stored.Info(key));
                else
                    prefixes.Add(name);
            }
        }

        return Task.FromResult(new ListPage(objects, prefixes, null));
    }

    public Task<string> BeginMultipartAsync(
        Caller caller, string bucket, string key, PutOptions options, CancellationToken cancellation)
    {
        lock (_lock)
        {
            string id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
            Find(caller, bucket).Uploads[id] = new Upload(key, options, clock.GetUtcNow());
            return Task.FromResult(id);
        }
    }

    public async Task<PartInfo> PutPartAsync(
        Caller caller, string bucket, string key, string uploadId, int number, Stream content, PartOptions options,
        CancellationToken cancellation)
    {
        lock (_lock)
            FindUpload(caller, bucket, key, uploadId);
        byte[] bytes = await ReadAsync(content, options.ContentLength, options.Md5, cancellation);
        lock (_lock)
        {
            PartInfo info = new(number, bytes.Length, ETag(bytes), clock.GetUtcNow())
            {
                Headers = Merge(new Dictionary<string, string>(), options.TrailingHeaders?.Invoke()),
            };
            FindUpload(caller, bucket, key, uploadId).Parts[number] = (info, bytes);
            return info;
        }
    }

    public Task<PutResult> CompleteMultipartAsync(
        Caller caller, string bucket, string key, string uploadId, IReadOnlyList<CompletedPart> parts, CompleteOptions options,
        CancellationToken cancellation)
    {
        if (_completed.TryGetValue(uploadId, out PutResult? before))
            return Task.FromResult(before);
        lock (_lock)
        {
            Upload upload = FindUpload(caller, bucket, key, uploadId);
            List<(PartInfo Info, byte[] Bytes)> chosen = [];
            foreach (CompletedPart part in parts)
            {
                if (chosen.Count > 0 && chosen[^1].Info.Number >= part.Number)
                    throw new ObjectStoreException(ObjectStoreError.InvalidPartOrder, "Parts must ascend.");
                if (!upload.Parts.TryGetValue(part.Number, out (PartInfo Info, byte[] Bytes) stored) || stored.Info.ETag != part.ETag)
                    throw new ObjectStoreException(ObjectStoreError.InvalidPart, $"Part {part.Number} is not there.");
                chosen.Add(stored);
            }

            if (chosen.SkipLast(1).Any(part => part.Bytes.Length < PartBytesMin))
                throw new ObjectStoreException(ObjectStoreError.EntityTooSmall, "A part is too small.");
            byte[] bytes = [.. chosen.SelectMany(part => part.Bytes)];
            string etag = ETag([.. chosen.SelectMany(part => Convert.FromHexString(part.Info.ETag))])
                + "-" + chosen.Count.ToString(CultureInfo.InvariantCulture);
            StoredObject stored2 = new(
                bytes, etag, Merge(upload.Options.Headers, options.Headers), upload.Options.Metadata,
                chosen.ConvertAll(part => (long)part.Bytes.Length));
            PutResult result = Publish(caller, bucket, key, stored2, options.OnlyIfAbsent, options.OnlyIfETag);
            Find(caller, bucket).Uploads.Remove(uploadId);
            _completed[uploadId] = result;
            return Task.FromResult(result);
        }
    }

    public Task AbortMultipartAsync(Caller caller, string bucket, string key, string uploadId, CancellationToken cancellation)
    {
        lock (_lock)
        {
            FindUpload(caller, bucket, key, uploadId);
            Find(caller, bucket).Uploads.Remove(uploadId);
        }

        return Task.CompletedTask;
    }

    public Task<MultipartInfo> ListPartsAsync(
        Caller caller, string bucket, string key, string uploadId, CancellationToken cancellation)
    {
        lock (_lock)
            return Task.FromResult(FindUpload(caller, bucket, key, uploadId).Info(uploadId));
    }

    public Task<IReadOnlyList<MultipartInfo>> ListMultipartAsync(Caller caller, string bucket, CancellationToken cancellation)
    {
        lock (_lock)
        {
            return Task.FromResult<IReadOnlyList<MultipartInfo>>(
            [
                .. Find(caller, bucket).Uploads.Select(upload => upload.Value.Info(upload.Key))
                    .OrderBy(upload => upload.Key, Utf8Comparer.Instance).ThenBy(
                        upload => upload.UploadId, StringComparer.Ordinal),
            ]);
        }
    }

    private static async Task<byte[]> ReadAsync(Stream content, long? length, byte[]? md5, CancellationToken cancellation)
    {
        using MemoryStream buffer = new(capacity: (int)(length ?? 0));
        await content.CopyToAsync(buffer, 256 * 1_024, cancellation);
        byte[] bytes = buffer.ToArray();
        if (length is not null && bytes.Length != length)
            throw new ObjectStoreException(ObjectStoreError.IncompleteBody, "The content has another length.");
        if (md5 is not null && !MD5.HashData(bytes).AsSpan().SequenceEqual(md5))
            throw new ObjectStoreException(ObjectStoreError.BadDigest, "The content has another MD5.");
        return bytes;
    }

    private static string ETag(byte[] bytes) => Convert.ToHexStringLower(MD5.HashData(bytes));

    private static Dictionary<string, string> Merge(
        IReadOnlyDictionary<string, string> headers, IReadOnlyDictionary<string, string>? more)
    {
        Dictionary<string, string> merged = new(headers);
        foreach ((string name, string value) in more ?? new Dictionary<string, string>())
            merged[name] = value;
        return merged;
    }

    private PutResult Publish(
        Caller caller, string bucket, string key, StoredObject stored, bool onlyIfAbsent, string? onlyIfETag)
    {
        if (PutFault is { } fault)
            throw fault;
        lock (_lock)
        {
            SortedDictionary<string, StoredObject> objects = Find(caller, bucket).Objects;
            string? present = objects.GetValueOrDefault(key)?.ETag;
            if (onlyIfETag is not null && present is null)
                throw new ObjectStoreException(ObjectStoreError.NoSuchKey, $"There is no {key}.");
            if ((onlyIfAbsent && present is not null) || (onlyIfETag is not null && present != onlyIfETag))
                throw new ObjectStoreException(ObjectStoreError.PreconditionFailed, "The condition does not hold.");
            objects[key] = stored with { Time = clock.GetUtcNow() };
            string fileId = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
            return new PutResult(stored.ETag, fileId, ++_height);
        }
    }

    private Bucket Find(Caller caller, string bucket)
    {
        if (!_buckets.TryGetValue(bucket, out Bucket? found))
            throw new ObjectStoreException(ObjectStoreError.NoSuchBucket, $"The bucket {bucket} does not exist.");
        return found.Owner == caller
            ? found
            : throw new ObjectStoreException(ObjectStoreError.AccessDenied, $"{bucket} is not yours.");
    }

    private StoredObject FindObject(Caller caller, string bucket, string key) =>
        Find(caller, bucket).Objects.TryGetValue(key, out StoredObject? stored)
            ? stored
            : throw new ObjectStoreException(ObjectStoreError.NoSuchKey, $"The key {key} does not exist.");

    private Upload FindUpload(Caller caller, string bucket, string key, string uploadId) =>
        Find(caller, bucket).Uploads.TryGetValue(uploadId, out Upload? upload) && upload.Key == key
            ? upload
            : throw new ObjectStoreException(ObjectStoreError.NoSuchUpload, $"The upload {uploadId} does not exist.");

    private sealed record Bucket(Caller Owner, BucketInfo Info)
    {
        public SortedDictionary<string, StoredObject> Objects { get; } = new(Utf8Comparer.Instance);

        public Dictionary<string, Upload> Uploads { get; } = [];
    }

    private sealed record StoredObject(
        byte[] Bytes, string ETag, IReadOnlyDictionary<string, string> Headers, IReadOnlyDictionary<string, string> Metadata,
        IReadOnlyList<long> PartLengths)
    {
        public DateTimeOffset Time { get; init; }

        public ObjectInfo Info(string key) => new(
            key, Bytes.Length, ETag, Time, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key))), Headers, Metadata,
            PartLengths);
    }

    private sealed record Upload(string Key, PutOptions Options, DateTimeOffset StartedAt)
    {
        public SortedDictionary<int, (PartInfo Info, byte[] Bytes)> Parts { get; } = [];

        public MultipartInfo Info(string id) =>
            new(id, Key, StartedAt, [.. Parts.Values.Select(part => part.Info)]) { Headers = Options.Headers };
    }

    private sealed class Reader(ObjectInfo info, byte[] bytes, (long After, Exception Exception)? fault) : IObjectReader
    {
        private const int WriteBytes = 64 * 1_024;

        public ObjectInfo Info => info;

        public async Task CopyToAsync(Stream destination, long offset, long length, CancellationToken cancellation)
        {
            for (long written = 0; written < length;)
            {
                if (fault is { } failing && written >= failing.After)
                    throw failing.Exception;
                int count = (int)Math.Min(WriteBytes, length - written);
                await destination.WriteAsync(bytes.AsMemory((int)(offset + written), count), cancellation);
                written += count;
            }
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    /// <summary>The order that S3 lists in, the plain way.</summary>
    private sealed class Utf8Comparer : IComparer<string>
    {
        public static readonly Utf8Comparer Instance = new();

        public int Compare(string? left, string? right) =>
            Encoding.UTF8.GetBytes(left!).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(right!));
    }
}
