using System.Buffers;
using System.Net;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;

namespace Cess.Blobs.S3;

/// <summary>
/// Blobs as objects in a bucket of Amazon S3 or of a server that speaks its protocol. The server gives the promises of
/// <see cref="IBlobBackend"/>: S3 confirms an object when it is durable, replaces whole objects, and shows each change to every
/// later request. The SDK repeats requests that fail in passing.
/// </summary>
public sealed class S3BlobBackend : IBlobBackend
{
    private const int ListPage = 1000;
    private const int Retries = 4;
    private readonly AmazonS3Client _client;
    private readonly string _bucket;
    private readonly string _prefix;

    private S3BlobBackend(AmazonS3Client client, string bucket, string prefix) =>
        (_client, _bucket, _prefix) = (client, bucket, prefix);

    /// <inheritdoc/>
    public long BlobBytesMax => BlobLimits.S3BytesMax;

    /// <summary>Connects, and lists one key to see that the bucket is there and the credentials are good.</summary>
    /// <exception cref="BlobException">
    /// <see cref="BlobError.InvalidConfiguration"/>: no such bucket; <see cref="BlobError.AccessDenied"/>;
    /// <see cref="BlobError.Transient"/>: the server can't be reached.
    /// </exception>
    public static async ValueTask<S3BlobBackend> OpenAsync(S3BlobOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        string prefix = options.Prefix.Length == 0 || options.Prefix.EndsWith('/') ? options.Prefix : options.Prefix + '/';
        var backend = new S3BlobBackend(Connect(options), options.Bucket, prefix);
        try
        {
            await backend.CallAsync(
                $"Bucket '{options.Bucket}' could not be opened",
                client => client.ListObjectsV2Async(
                    new ListObjectsV2Request { BucketName = options.Bucket, Prefix = prefix, MaxKeys = 1 }, cancellation),
                cancellation);
            return backend;
        }
        catch
        {
            await backend.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask PutAsync(BlobName name, ReadOnlySequence<byte> content, CancellationToken cancellation = default)
    {
        CheckLength(name, content.Length);
        if (content.IsSingleSegment && MemoryMarshal.TryGetArray(content.First, out ArraySegment<byte> array))
        {
            await SendAsync(name, array, cancellation);
            return;
        }
        byte[] copy = ArrayPool<byte>.Shared.Rent((int)content.Length);
        try
        {
            content.CopyTo(copy);
            await SendAsync(name, new ArraySegment<byte>(copy, 0, (int)content.Length), cancellation);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(copy);
        }
    }

    /// <inheritdoc/>
    public async ValueTask PutAsync(BlobName name, Stream content, long length, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(content);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        CheckLength(name, length);
        byte[] copy = ArrayPool<byte>.Shared.Rent((int)length);
        try
        {
            var declared = new DeclaredStream(name, content, length);
            await declared.FillAsync(copy.AsMemory(0, (int)length), cancellation);
            await declared.ExpectEndAsync(cancellation);
            await SendAsync(name, new ArraySegment<byte>(copy, 0, (int)length), cancellation);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(copy);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<int> ReadAsync(
        BlobName name, long offset, Memory<byte> buffer, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        if (buffer.IsEmpty)
        {
            _ = await StatAsync(name, cancellation) ?? throw BlobException.NotFound(name);
            return 0;
        }
        long last = offset > long.MaxValue - buffer.Length ? long.MaxValue : offset + buffer.Length - 1;
        var request = new GetObjectRequest
        {
            BucketName = _bucket,
            Key = KeyOf(name),
            ByteRange = new ByteRange(offset, last),
        };
        try
        {
            return await CallAsync(
                $"Blob '{name}' could not be read",
                async client =>
                {
                    using GetObjectResponse response = await client.GetObjectAsync(request, cancellation);
                    if (offset > 0 && response.HttpStatusCode != HttpStatusCode.PartialContent)
                        throw new BlobException(BlobError.InvalidConfiguration, "The S3 server doesn't read ranges.");
                    int wanted = (int)Math.Min(buffer.Length, response.ContentLength);
                    await response.ResponseStream.ReadExactlyAsync(buffer[..wanted], cancellation);
                    return wanted;
                },
                cancellation);
        }
        catch (BlobException e) when (S3Errors.IsPastTheEnd(e.InnerException!))
        {
            return 0;
        }
        catch (BlobException e) when (S3Errors.IsNotFound(e.InnerException!))
        {
            throw BlobException.NotFound(name, e);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<Stream> OpenReadAsync(BlobName name, CancellationToken cancellation = default)
    {
        try
        {
            var request = new GetObjectRequest { BucketName = _bucket, Key = KeyOf(name) };
            GetObjectResponse response = await CallAsync(
                $"Blob '{name}' could not be read", client => client.GetObjectAsync(request, cancellation), cancellation);
            return response.ResponseStream;
        }
        catch (BlobException e) when (S3Errors.IsNotFound(e.InnerException!))
        {
            throw BlobException.NotFound(name, e);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DeleteAsync(BlobName name, CancellationToken cancellation = default)
    {
        var request = new DeleteObjectRequest { BucketName = _bucket, Key = KeyOf(name) };
        try
        {
            await CallAsync(
                $"Blob '{name}' could not be deleted", client => client.DeleteObjectAsync(request, cancellation), cancellation);
        }
        catch (BlobException e) when (S3Errors.IsNotFound(e.InnerException!))
        {
            // S3 says nothing of a key that isn't there; some servers do.
        }
    }

    /// <inheritdoc/>
    public async ValueTask<BlobInfo?> StatAsync(BlobName name, CancellationToken cancellation = default)
    {
        var request = new GetObjectMetadataRequest { BucketName = _bucket, Key = KeyOf(name) };
        try
        {
            GetObjectMetadataResponse response = await CallAsync(
                $"Blob '{name}' could not be asked for",
                client => client.GetObjectMetadataAsync(request, cancellation),
                cancellation);
            return new BlobInfo(name, response.ContentLength);
        }
        catch (BlobException e) when (S3Errors.IsNotFound(e.InnerException!))
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<BlobInfo> ListAsync(
        string prefix = "", BlobName? after = null, CancellationToken cancellation = default)
    {
        BlobName.CheckPrefix(prefix);
        return ListPagesAsync(prefix, after, cancellation);
    }

    /// <inheritdoc/>
    public ValueTask<BlobSpace> SpaceAsync(CancellationToken cancellation = default) =>
        ValueTask.FromResult(new BlobSpace(UsedBytes: null, AvailableBytes: null));

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return ValueTask.CompletedTask;
    }

    private static AmazonS3Client Connect(S3BlobOptions options)
    {
        var config = new AmazonS3Config
        {
            AuthenticationRegion = options.Region,
            ForcePathStyle = options.PathStyle,
            MaxErrorRetry = Retries,
            RetryMode = RequestRetryMode.Standard,
            // Every request's SHA-256 is signed, which protects the bytes; checksums in trailers are beyond many servers.
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        };
        if (options.Endpoint is { } endpoint)
            config.ServiceURL = endpoint.ToString();
        else
            config.RegionEndpoint = Amazon.RegionEndpoint.GetBySystemName(options.Region);
        return options.Credentials is { } keys
            ? new AmazonS3Client(
                keys.SessionToken is { } token
                    ? new SessionAWSCredentials(keys.AccessKey, keys.SecretKey, token)
                    : new BasicAWSCredentials(keys.AccessKey, keys.SecretKey),
                config)
            : new AmazonS3Client(config);
    }

    private async IAsyncEnumerable<BlobInfo> ListPagesAsync(
        string prefix, BlobName? after, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var request = new ListObjectsV2Request
        {
            BucketName = _bucket,
            Prefix = _prefix + prefix,
            StartAfter = after is { } last ? KeyOf(last) : null,
            MaxKeys = ListPage,
        };
        while (true)
        {
            ListObjectsV2Response page = await CallAsync(
                "The blobs could not be listed", client => client.ListObjectsV2Async(request, cancellation), cancellation);
            List<S3Object> objects = page.S3Objects ?? [];
            foreach (S3Object found in objects)
            {
                if (BlobName.TryParse(found.Key[_prefix.Length..], out BlobName name))
                    yield return new BlobInfo(name, found.Size ?? 0);
            }
            if (page.IsTruncated != true || objects.Count == 0)
                yield break;
            // Going on after a key needs no state at the server, as a continuation token may.
            request.StartAfter = objects[^1].Key;
        }
    }

    private async ValueTask SendAsync(BlobName name, ArraySegment<byte> content, CancellationToken cancellation)
    {
        using var stream = new MemoryStream(content.Array!, content.Offset, content.Count, writable: false);
        var request = new PutObjectRequest
        {
            BucketName = _bucket,
            Key = KeyOf(name),
            InputStream = stream,
            AutoCloseStream = false,
            // One hash over the whole body, and a body without chunks: what every server understands.
            UseChunkEncoding = false,
        };
        await CallAsync(
            $"Blob '{name}' could not be stored", client => client.PutObjectAsync(request, cancellation), cancellation);
    }

    private void CheckLength(BlobName name, long length)
    {
        _ = name.Value;
        if (length > BlobBytesMax)
            throw BlobException.TooLarge(name, length, BlobBytesMax);
    }

    private async ValueTask<T> CallAsync<T>(
        string what, Func<AmazonS3Client, Task<T>> call, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        try
        {
            return await call(_client);
        }
        catch (Exception e) when (S3Errors.IsRemote(e, cancellation))
        {
            throw S3Errors.Explain(e, what);
        }
    }

    private string KeyOf(BlobName name) => _prefix + name.Value;
}
