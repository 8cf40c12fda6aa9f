using System.Buffers;
using System.Runtime.CompilerServices;
using Cess.Blobs;

namespace Cess.Network.Tests;

/// <summary>A miner's memory that can be lost, spoiled or made to refuse.</summary>
internal sealed class FaultyBackend(long? quota) : IBlobBackend
{
    private readonly MemoryBlobBackend _memory = new(quota);
    private int _deleting;
    private int _listing;
    private int _lookingUp;

    public bool RefusesPuts { get; set; }

    /// <summary>What deletions wait for.</summary>
    public Task Deletions { get; set; } = Task.CompletedTask;

    /// <summary>Deletions under way.</summary>
    public int Deleting => Volatile.Read(ref _deleting);

    /// <summary>What look-ups wait for.</summary>
    public Task LookUps { get; set; } = Task.CompletedTask;

    /// <summary>Look-ups that wait.</summary>
    public int LookingUp => Volatile.Read(ref _lookingUp);

    /// <summary>What listings wait for.</summary>
    public Task Listings { get; set; } = Task.CompletedTask;

    /// <summary>Listings that wait.</summary>
    public int Listing => Volatile.Read(ref _listing);

    public long BlobBytesMax => _memory.BlobBytesMax;

    public int Count => Names().Count;

    public IReadOnlyList<BlobName> Names() => [.. _memory.ListAsync().ToBlockingEnumerable().Select(blob => blob.Name)];

    public async Task LoseAllAsync()
    {
        foreach (BlobName name in Names())
            await _memory.DeleteAsync(name);
    }

    /// <summary>Flips one bit in each blob.</summary>
    public async Task SpoilAllAsync()
    {
        foreach (BlobName name in Names())
        {
            byte[] content = await _memory.ReadAllAsync(name, int.MaxValue);
            content[content.Length / 2] ^= 1;
            await _memory.PutAsync(name, content);
        }
    }

    public ValueTask PutAsync(BlobName name, ReadOnlySequence<byte> content, CancellationToken cancellation = default) => RefusesPuts
        ? throw new BlobException(BlobError.DeviceFault, "This miner refuses.")
        : _memory.PutAsync(name, content, cancellation);

    public ValueTask PutAsync(BlobName name, Stream content, long length, CancellationToken cancellation = default) =>
        _memory.PutAsync(name, content, length, cancellation);

    public ValueTask<int> ReadAsync(BlobName name, long offset, Memory<byte> buffer, CancellationToken cancellation = default) =>
        _memory.ReadAsync(name, offset, buffer, cancellation);

    public ValueTask<Stream> OpenReadAsync(BlobName name, CancellationToken cancellation = default) =>
        _memory.OpenReadAsync(name, cancellation);

    public async ValueTask DeleteAsync(BlobName name, CancellationToken cancellation = default)
    {
        Interlocked.Increment(ref _deleting);
        await Deletions;
        await _memory.DeleteAsync(name, cancellation);
        Interlocked.Decrement(ref _deleting);
    }

    public async ValueTask<BlobInfo?> StatAsync(BlobName name, CancellationToken cancellation = default)
    {
        Interlocked.Increment(ref _lookingUp);
        await LookUps;
        Interlocked.Decrement(ref _lookingUp);
        return await _memory.StatAsync(name, cancellation);
    }

    public async IAsyncEnumerable<BlobInfo> ListAsync(
        string prefix = "", BlobName? after = null, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        Interlocked.Increment(ref _listing);
        await Listings;
        Interlocked.Decrement(ref _listing);
        await foreach (BlobInfo blob in _memory.ListAsync(prefix, after, cancellation))
            yield return blob;
    }

    public ValueTask<BlobSpace> SpaceAsync(CancellationToken cancellation = default) => _memory.SpaceAsync(cancellation);

    public ValueTask DisposeAsync() => _memory.DisposeAsync();
}
