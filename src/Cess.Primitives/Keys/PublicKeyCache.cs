using System.Diagnostics.CodeAnalysis;

namespace Cess.Primitives;

/// <summary>
/// Verifies signatures and keeps the most recently useful keys imported, up to a bound. For use by any number of
/// threads: the lock is held for a look-up, never for an import or a verification.
/// </summary>
/// <remarks>
/// Keys make room in the order of the clock algorithm (second chance; Corbató, "A paging experiment with the Multics
/// system", 1968): a hand goes round the slots, spares a key that was used since its last visit, and takes one that was not.
/// A simulation of many nodes in one process derives from it, to have each signature verified once for all of them.
/// </remarks>
public class PublicKeyCache : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<PublicKey, Entry> _entries;
    private readonly Entry?[] _slots;
    private int _hand;
    private long _importCount;
    private bool _isDisposed;

    /// <summary>Starts empty.</summary>
    /// <param name="capacity">Most keys to keep, about 4 kB of native memory each.</param>
    public PublicKeyCache(int capacity = PrimitivesLimits.CachedPublicKeysMax)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacity);
        _slots = new Entry?[capacity];
        _entries = new Dictionary<PublicKey, Entry>(capacity, SeededComparer.Instance);
    }

    /// <summary>Most keys kept.</summary>
    public int Capacity => _slots.Length;

    /// <summary>Keys kept now.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _entries.Count;
        }
    }

    /// <summary>Imports so far. Near the number of verifications, the cache is too small.</summary>
    public long ImportCount => Interlocked.Read(ref _importCount);

    /// <summary>
    /// Whether the owner of <paramref name="publicKey"/> signed the digest. False, too, for a signature that is not
    /// canonical and for a key that is not on the curve.
    /// </summary>
    public virtual bool Verify(PublicKey publicKey, Hash256 digest, Signature signature)
    {
        if (!signature.IsCanonical || !TryTake(publicKey, out Entry? entry))
            return false;

        try
        {
            return entry.Key.Verify(digest, signature);
        }
        finally
        {
            GiveBack(entry);
        }
    }

    /// <summary>Whether the owner of <paramref name="publicKey"/> signed SHA-256 of <paramref name="message"/>.</summary>
    public bool Verify(PublicKey publicKey, ReadOnlySpan<byte> message, Signature signature) =>
        Verify(publicKey, Hash256.Sha256(message), signature);

    /// <summary>Frees all keys; those in use, as soon as they are given back.</summary>
    public void Dispose()
    {
        GC.SuppressFinalize(this);
        lock (_lock)
        {
            _isDisposed = true;
            for (int i = 0; i < _slots.Length; i++)
                Vacate(i);
        }
    }

    /// <summary>The key, imported; it stays so until it is given back, whatever happens in the cache meanwhile.</summary>
    internal bool TryTake(PublicKey publicKey, [NotNullWhen(true)] out Entry? entry)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (_entries.TryGetValue(publicKey, out entry))
            {
                entry.Use();
                return true;
            }
        }

        if (!VerifyingKey.TryImport(publicKey, out VerifyingKey? key))
            return false;

        Interlocked.Increment(ref _importCount);
        entry = Keep(key);
        return true;
    }

    /// <summary>Ends the use of a key that <see cref="TryTake"/> gave.</summary>
    internal void GiveBack(Entry entry)
    {
        lock (_lock)
        {
            entry.UserCount--;
            if (!entry.IsKept && entry.UserCount == 0)
                entry.Key.Dispose();
        }
    }

    private Entry Keep(VerifyingKey key)
    {
        lock (_lock)
        {
            // Another thread may have imported the same key meanwhile: the first one stays.
            if (_entries.TryGetValue(key.PublicKey, out Entry? existing))
            {
                key.Dispose();
                existing.Use();
                return existing;
            }

            Entry entry = new(key);
            entry.Use();
            if (_isDisposed)
            {
                entry.IsKept = false;
                return entry;
            }

            int slot = FindSlot();
            Vacate(slot);
            _slots[slot] = entry;
            _entries.Add(key.PublicKey, entry);
            return entry;
        }
    }

    private int FindSlot()
    {
        // Ends within two rounds: the first clears every mark.
        while (true)
        {
            int slot = _hand;
            _hand = (_hand + 1) % _slots.Length;
            if (_slots[slot] is not { WasUsed: true } spared)
                return slot;
            spared.WasUsed = false;
        }
    }

    private void Vacate(int slot)
    {
        if (_slots[slot] is not { } entry)
            return;

        _slots[slot] = null;
        _entries.Remove(entry.Key.PublicKey);
        entry.IsKept = false;
        if (entry.UserCount == 0)
            entry.Key.Dispose();
    }

    /// <summary>
    /// Hashes every byte under the process's secret seed: anyone may present keys of their choice, and keys that share a
    /// bucket would be searched one by one under the lock.
    /// </summary>
    private sealed class SeededComparer : IEqualityComparer<PublicKey>
    {
        public static readonly SeededComparer Instance = new();

        public bool Equals(PublicKey x, PublicKey y) => x == y;

        public int GetHashCode(PublicKey key)
        {
            Span<byte> bytes = stackalloc byte[PublicKey.Size];
            key.WriteTo(bytes);
            HashCode hash = default;
            hash.AddBytes(bytes);
            return hash.ToHashCode();
        }
    }

    /// <summary>A key with those who use it now. Guarded by the cache's lock, all but the key itself.</summary>
    internal sealed class Entry(VerifyingKey key)
    {
        public VerifyingKey Key { get; } = key;

        public int UserCount { get; set; }

        public bool WasUsed { get; set; }

        public bool IsKept { get; set; } = true;

        public void Use()
        {
            UserCount++;
            WasUsed = true;
        }
    }
}
