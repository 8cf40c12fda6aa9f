using System.Buffers;
using System.Runtime.CompilerServices;

namespace Cess.Blobs;

/// <summary>
/// Blobs in memory, for tests, development and simulation: durable as long as the object. Calls complete synchronously.
/// </summary>
public sealed class MemoryBlobBackend : IBlobBackend
{
    private readonly Lock _gate = new();
    private readonly Dictionary<BlobName, byte[]> _blobs = [];
    private readonly SpaceQuota _space;

    /// <summary>Creates an empty backend that holds at most <paramref name="quotaBytes"/> of blobs, or as much as fits.</summary>
    public MemoryBlobBackend(long? quotaBytes = null)
    {
        if (quotaBytes is { } quota)
            ArgumentOutOfRangeException.ThrowIfNegative(quota, nameof(quotaBytes));
        _space = new SpaceQuota(quotaBytes);
    }

    /// <inheritdoc/>
    public long BlobBytesMax => BlobLimits.MemoryBytesMax;

    /// <inheritdoc/>
    public ValueTask PutAsync(BlobName name, ReadOnlySequence<byte> content, CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        Reserve(name, content.Length);
        Store(name, content.ToArray());
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public async ValueTask PutAsync(
        BlobName name, Stream content, long length, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(content);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        Reserve(name, length);
        byte[] bytes;
        try
        {
            bytes = new byte[length];
            var declared = new DeclaredStream(name, content, length);
            await declared.FillAsync(bytes, cancellation);
            await declared.ExpectEndAsync(cancellation);
        }
        catch
        {
            _space.Return(length);
            throw;
        }
        Store(name, bytes);
    }

    /// <inheritdoc/>
    public ValueTask<int> ReadAsync(
        BlobName name, long offset, Memory<byte> buffer, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        cancellation.ThrowIfCancellationRequested();
        byte[] blob = Find(name);
        if (offset >= blob.Length)
            return ValueTask.FromResult(0);
        ReadOnlySpan<byte> rest = blob.AsSpan((int)offset);
        int count = Math.Min(rest.Length, buffer.Length);
        rest[..count].CopyTo(buffer.Span);
        return ValueTask.FromResult(count);
    }

    /// <inheritdoc/>
    public ValueTask<Stream> OpenReadAsync(BlobName name, CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        return ValueTask.FromResult<Stream>(new MemoryStream(Find(name), writable: false));
    }

    /// <inheritdoc/>
    public ValueTask DeleteAsync(BlobName name, CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        _ = name.Value;
        lock (_gate)
        {
            if (_blobs.Remove(name, out byte[]? former))
                _space.Release(former.Length);
        }
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<BlobInfo?> StatAsync(BlobName name, CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        _ = name.Value;
        lock (_gate)
            return ValueTask.FromResult<BlobInfo?>(
                _blobs.TryGetValue(name, out byte[]? blob) ? new BlobInfo(name, blob.Length) : null);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<BlobInfo> ListAsync(
        string prefix = "", BlobName? after = null, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        BlobName.CheckPrefix(prefix);
        BlobInfo[] listed;
        lock (_gate)
        {
            listed = [.. _blobs
                .Where(blob => blob.Key.Value.StartsWith(prefix, StringComparison.Ordinal))
                .Where(blob => after is null || blob.Key > after)
                .Select(blob => new BlobInfo(blob.Key, blob.Value.Length))];
        }
        Array.Sort(listed, (a, b) => a.Name.CompareTo(b.Name));
        foreach (BlobInfo info in listed)
        {
            cancellation.ThrowIfCancellationRequested();
            yield return info;
        }
        await ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<BlobSpace> SpaceAsync(CancellationToken cancellation = default) =>
        ValueTask.FromResult(new BlobSpace(_space.UsedBytes, _space.LeftBytes));

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private void Reserve(BlobName name, long length)
    {
        _ = name.Value;
        if (length > BlobBytesMax)
            throw BlobException.TooLarge(name, length, BlobBytesMax);
        _space.Reserve(length);
    }

    private void Store(BlobName name, byte[] content)
    {
        lock (_gate)
        {
            if (_blobs.TryGetValue(name, out byte[]? former))
                _space.Release(former.Length);
            _blobs[name] = content;
            _space.Keep(content.Length);
        }
    }

    private byte[] Find(BlobName name)
    {
        _ = name.Value;
        lock (_gate)
            return _blobs.TryGetValue(name, out byte[]? blob) ? blob : throw BlobException.NotFound(name);
    }
}
