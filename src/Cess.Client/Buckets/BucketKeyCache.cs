using System.Security.Cryptography;
using Cess.Client.Chain;
using Cess.Client.Transport;
using Cess.Coding;
using Cess.Ledger.Blocks;
using Cess.Ledger.Modules.Files;
using Cess.Primitives;
using Cess.Wire;

namespace Cess.Client.Buckets;

/// <summary>Keys of the account's buckets, opened once and kept. For use by any number of threads.</summary>
/// <param name="transport">Where to ask.</param>
/// <param name="verified">The chain, where the node's word is not taken; else null.</param>
/// <param name="wrappers">The account's keys, the present one first: a bucket's key stays wrapped to that of its time.</param>
internal sealed class BucketKeyCache(RestTransport transport, VerifiedChain? verified, IReadOnlyList<PrivateKey> wrappers) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, BucketKeys> _keys = new(StringComparer.Ordinal);
    private bool _isDisposed;

    /// <summary>The keys of a bucket. They stay valid until the client is disposed.</summary>
    /// <exception cref="CessException">buckets.not_found, BucketKeyClosed, LimitReached, or as the transport.</exception>
    public async ValueTask<BucketKeys> GetAsync(string bucket, CancellationToken cancellation)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (_keys.TryGetValue(bucket, out BucketKeys? known))
                return known;
        }

        return Keep(bucket, await (verified is null ? AskAsync(bucket, cancellation) : ProveAsync(verified, bucket, cancellation)));
    }

    /// <summary>Forgets a bucket that was deleted: one of the same name has another key.</summary>
    public void Forget(string bucket)
    {
        // Not disposed here: somebody may be using them. The collector takes the rest.
        lock (_lock)
            _keys.Remove(bucket);
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _isDisposed = true;
            foreach (BucketKeys keys in _keys.Values)
                keys.Dispose();
            _keys.Clear();
        }
    }

    private async Task<BucketKeys> AskAsync(string bucket, CancellationToken cancellation)
    {
        RestRequest request = RestRequest.Get($"/v1/buckets/{Uri.EscapeDataString(bucket)}");
        BucketMessage message = await transport.SendAsync(request, WireJson.Default.BucketMessage, cancellation);
        return Open(bucket, message.WrappedKey, message.Owner);
    }

    /// <summary>A node could give the key of an earlier bucket of that name, which the present one's objects do not open with.</summary>
    private async Task<BucketKeys> ProveAsync(VerifiedChain chain, string bucket, CancellationToken cancellation)
    {
        if (!BucketNames.IsValid(bucket) || (await chain.FindAsync<BucketRecord>(LedgerKeys.Bucket(bucket), cancellation)).Value is not { } record)
            throw new CessException(WireErrors.BucketNotFound.Code, $"There is no bucket {bucket}.");
        return Open(bucket, record.WrappedKey, record.Owner.ToString());
    }

    private BucketKeys Open(string bucket, ReadOnlyMemory<byte> wrapped, string owner)
    {
        byte[] bucketKey = GC.AllocateUninitializedArray<byte>(BucketKeys.KeyBytes, pinned: true);
        try
        {
            return wrappers.Any(key => BucketKeyWrap.TryOpen(key, bucket, wrapped.Span, bucketKey) == CodingError.None)
                ? new BucketKeys(bucketKey, SystemRandom.Instance)
                : throw new CessException(ClientErrors.BucketKeyClosed, $"The key of bucket {bucket} does not open for this account, or was not wrapped by it; the node says that the bucket belongs to {owner}.");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bucketKey);
        }
    }

    private BucketKeys Keep(string bucket, BucketKeys keys)
    {
        lock (_lock)
        {
            if (_keys.TryGetValue(bucket, out BucketKeys? earlier))
            {
                keys.Dispose();
                return earlier;
            }

            if (_keys.Count == ClientLimits.CachedBucketsMax)
            {
                keys.Dispose();
                throw new CessException(ClientErrors.LimitReached, $"One client works with at most {ClientLimits.CachedBucketsMax} buckets.");
            }

            _keys.Add(bucket, keys);
            return keys;
        }
    }
}
