using Cess.Primitives;
using Cess.Wire;

namespace Cess.Gateway.Rest.Signing;

/// <summary>What came of remembering a nonce.</summary>
internal enum NonceResult
{
    /// <summary>It is new.</summary>
    Fresh,

    /// <summary>It was there.</summary>
    Seen,

    /// <summary>There is no room for it.</summary>
    Full,
}

/// <summary>
/// Remembers the nonces of signatures until these expire, so that a signed request is taken once. Nonces lie in slices by the
/// minute of their expiry, and a slice goes as a whole. A replay is byte for byte the request that it replays, so it has the
/// same expiry and falls into the same slice.
/// </summary>
internal sealed class ReplayCache(int noncesMax, int noncesPerAccountMax)
{
    private const long SecondsPerSlice = 60;

    private readonly Lock _lock = new();
    private readonly SortedDictionary<long, HashSet<(AccountId Account, string Nonce)>> _slices = [];
    private readonly Dictionary<AccountId, int> _counts = [];
    private int _count;

    /// <summary>Nonces remembered now.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _count;
        }
    }

    /// <summary>Remembers a nonce.</summary>
    /// <param name="account">Whose it is.</param>
    /// <param name="nonce">At most <see cref="WireLimits.NonceCharsMax"/> characters.</param>
    /// <param name="expires">When its signature expires, Unix seconds; not in the past.</param>
    /// <param name="now">Unix seconds.</param>
    public NonceResult Remember(AccountId account, string nonce, long expires, long now)
    {
        lock (_lock)
        {
            Forget(now);
            long key = expires / SecondsPerSlice;
            if (_slices.TryGetValue(key, out var slice) && slice.Contains((account, nonce)))
                return NonceResult.Seen;

            int count = _counts.GetValueOrDefault(account);
            if (_count == noncesMax || count == noncesPerAccountMax)
                return NonceResult.Full;

            if (slice is null)
                _slices.Add(key, slice = []);
            slice.Add((account, nonce));
            _counts[account] = count + 1;
            _count++;
            return NonceResult.Fresh;
        }
    }

    private void Forget(long now)
    {
        // A slice may go when even the last second of it lies in the past.
        while (_slices.Count > 0 && _slices.First() is var (key, slice) && (key + 1) * SecondsPerSlice <= now)
        {
            foreach ((AccountId account, _) in slice)
            {
                int left = _counts[account] - 1;
                if (left == 0)
                    _counts.Remove(account);
                else
                    _counts[account] = left;
            }

            _count -= slice.Count;
            _slices.Remove(key);
        }
    }
}
