using System.Security.Cryptography;

namespace Cess.Gateway.S3.Signing;

/// <summary>
/// Derived signing keys, so that a request costs one HMAC and not five. Two generations: when the young one is full, the
/// old one is zeroed and forgotten, and a key that is still used comes back to the young one.
/// </summary>
internal sealed class SigningKeyCache
{
    private readonly Lock _lock = new();
    private Dictionary<Scope, Entry> _young = [];
    private Dictionary<Scope, Entry> _old = [];

    /// <summary>Writes the signing key of a secret, a date (yyyyMMdd) and a region.</summary>
    public void Get(string accessKeyId, ReadOnlySpan<byte> secret, string date, string region, Span<byte> key)
    {
        Scope scope = new(accessKeyId, date, region);
        Span<byte> secretHash = stackalloc byte[SigV4.HashSize];
        SHA256.HashData(secret, secretHash);
        lock (_lock)
        {
            if (_young.TryGetValue(scope, out Entry? entry) && entry.Matches(secretHash))
            {
                entry.Key.CopyTo(key);
                return;
            }

            if (_old.TryGetValue(scope, out entry) && entry.Matches(secretHash))
            {
                entry.Key.CopyTo(key);
                Keep(scope, new Entry(key.ToArray(), entry.SecretHash));
                return;
            }
        }

        SigV4.DeriveKey(secret, date, region, key);
        Entry derived = new(key.ToArray(), secretHash.ToArray());
        lock (_lock)
            Keep(scope, derived);
    }

    private void Keep(Scope scope, Entry entry)
    {
        if (_young.Count >= S3Limits.SigningKeysMax / 2)
        {
            foreach (Entry forgotten in _old.Values)
                CryptographicOperations.ZeroMemory(forgotten.Key);
            _old = _young;
            _young = [];
        }

        _young[scope] = entry;
    }

    private readonly record struct Scope(string AccessKeyId, string Date, string Region);

    /// <summary>A key, and the hash of the secret that it came from: a replaced secret must not live on in here.</summary>
    private sealed record Entry(byte[] Key, byte[] SecretHash)
    {
        public bool Matches(ReadOnlySpan<byte> secretHash) => CryptographicOperations.FixedTimeEquals(SecretHash, secretHash);
    }
}
