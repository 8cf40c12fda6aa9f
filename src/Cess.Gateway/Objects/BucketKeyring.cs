using System.Security.Cryptography;
using Cess.Coding;
using Cess.Grains;
using Cess.Ledger.Modules.Files;
using Cess.Primitives;

namespace Cess.Gateway.Objects;

/// <summary>
/// Keys of the buckets that this node may open, unwrapped once and kept, a bounded number of them. What is no longer kept is erased when
/// nobody holds it any more.
/// </summary>
public sealed class BucketKeyring(ICustody custody, IRandomSource random) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<WrappedKey, HeldKeys> _kept = [];

    /// <summary>The keys of a bucket; the caller disposes the lease when done with them.</summary>
    /// <exception cref="ObjectStoreException">AccessDenied: its owner's key is not held by this node.</exception>
    public BucketKeyLease Of(BucketRecord bucket)
    {
        // Anybody can copy a wrapped key from the chain into a bucket of his own: it opens for the owner and the name that it was made for.
        var id = new WrappedKey(bucket.Owner, bucket.Name, Hash256.Sha256(bucket.WrappedKey.Span));
        lock (_gate)
        {
            if (_kept.TryGetValue(id, out HeldKeys? kept))
                return kept.Lease();
        }
        var opened = new HeldKeys(Open(bucket));
        lock (_gate)
        {
            if (_kept.TryGetValue(id, out HeldKeys? kept))
            {
                opened.Release();
                return kept.Lease();
            }
            if (_kept.Count >= GatewayLimits.BucketKeysCached)
                Forget();
            _kept.Add(id, opened);
            return opened.Lease();
        }
    }

    /// <summary>Forgets all keys; those that somebody still holds are erased after that.</summary>
    public void Dispose()
    {
        lock (_gate)
            Forget();
    }

    private void Forget()
    {
        foreach (HeldKeys kept in _kept.Values)
            kept.Release();
        _kept.Clear();
    }

    private BucketKeys Open(BucketRecord bucket)
    {
        Span<byte> key = stackalloc byte[BucketKeys.KeyBytes];
        try
        {
            return custody.Holds(bucket.Owner) && custody.TryOpenBucketKey(bucket.Owner, bucket.Name, bucket.WrappedKey.Span, key)
                ? new BucketKeys(key, random)
                : throw new ObjectStoreException(
                    ObjectStoreError.AccessDenied, $"This node can't open bucket {bucket.Name}: its owner keeps the key elsewhere.");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    private readonly record struct WrappedKey(AccountId Owner, string Bucket, Hash256 Hash);
}

/// <summary>The keys of a bucket for as long as somebody works with them.</summary>
public readonly struct BucketKeyLease : IDisposable
{
    private readonly HeldKeys _held;

    internal BucketKeyLease(HeldKeys held) => _held = held;

    /// <summary>The keys; not to be used once the lease is disposed.</summary>
    public BucketKeys Keys => _held.Keys;

    /// <summary>Lets go of the keys. Once only.</summary>
    public void Dispose() => _held.Release();
}

/// <summary>Keys and the count of those who hold them, whoever made this among them. The last one erases them.</summary>
internal sealed class HeldKeys(BucketKeys keys)
{
    private int _holders = 1;

    public BucketKeys Keys => keys;

    /// <summary>To be called only by who holds the keys.</summary>
    public BucketKeyLease Lease()
    {
        Interlocked.Increment(ref _holders);
        return new BucketKeyLease(this);
    }

    public void Release()
    {
        if (Interlocked.Decrement(ref _holders) == 0)
            keys.Dispose();
    }
}
