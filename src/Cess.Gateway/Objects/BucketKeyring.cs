using System.Collections.Concurrent;
using System.Security.Cryptography;
using Cess.Coding;
using Cess.Grains;
using Cess.Ledger.Modules.Files;
using Cess.Primitives;

namespace Cess.Gateway.Objects;

/// <summary>Keys of the buckets that this node may open, unwrapped once and kept, a bounded number of them.</summary>
public sealed class BucketKeyring(ICustody custody, IRandomSource random)
{
    private readonly ConcurrentDictionary<WrappedKey, BucketKeys> _keys = new();

    /// <summary>The keys of a bucket.</summary>
    /// <exception cref="ObjectStoreException">AccessDenied: its owner's key is not held by this node.</exception>
    public BucketKeys Of(BucketRecord bucket)
    {
        // Anybody can copy a wrapped key from the chain into a bucket of his own: it opens for the owner and the name that it was made for.
        var id = new WrappedKey(bucket.Owner, bucket.Name, Hash256.Sha256(bucket.WrappedKey.Span));
        if (_keys.TryGetValue(id, out BucketKeys? keys))
            return keys;
        if (_keys.Count >= GatewayLimits.BucketKeysCached)
            _keys.Clear();
        return _keys.GetOrAdd(id, Open(bucket));
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
