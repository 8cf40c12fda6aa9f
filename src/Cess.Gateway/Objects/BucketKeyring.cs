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
    private readonly ConcurrentDictionary<Hash256, BucketKeys> _keys = new();

    /// <summary>The keys of a bucket.</summary>
    /// <exception cref="ObjectStoreException">AccessDenied: its owner's key is not held by this node.</exception>
    public BucketKeys Of(BucketRecord bucket)
    {
        // The wrapped key is unique to a bucket and its owner; a bucket that was deleted and made anew has another.
        Hash256 id = Hash256.Sha256(bucket.WrappedKey.Span);
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
}
