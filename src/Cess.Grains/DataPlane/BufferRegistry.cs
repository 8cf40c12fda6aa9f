using System.Collections.Concurrent;

namespace Cess.Grains.DataPlane;

/// <summary>Buffers of this silo by number. Safe for concurrent use.</summary>
public sealed class BufferRegistry : IBufferRegistry
{
    private readonly ConcurrentDictionary<long, Entry> _entries = new();
    private long _last;

    /// <summary>Buffers that are registered or still pinned.</summary>
    public int Count => _entries.Count;

    /// <inheritdoc/>
    public IBufferLease Register(ReadOnlyMemory<byte> memory, Action release)
    {
        var entry = new Entry(this, Interlocked.Increment(ref _last), memory, release);
        _entries[entry.Id] = entry;
        return entry;
    }

    /// <inheritdoc/>
    public IBufferPin? Pin(BufferAddress address) =>
        _entries.TryGetValue(address.Buffer, out Entry? entry) ? entry.TryPin(address) : null;

    private sealed class Entry(BufferRegistry registry, long id, ReadOnlyMemory<byte> memory, Action release) : IBufferLease
    {
        /// <summary>The lease itself is the first holder; at 0 the buffer is gone and can't be pinned again.</summary>
        private int _holders = 1;
        private int _isDisposed;

        public long Id => id;

        public BufferAddress At(int offset, int length)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(offset);
            ArgumentOutOfRangeException.ThrowIfNegative(length);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, memory.Length - length);
            return new BufferAddress(id, offset, length);
        }

        public PinnedBuffer? TryPin(BufferAddress address)
        {
            if (address.Offset < 0 || address.Length < 0 || address.Offset > memory.Length - address.Length)
                return null;
            for (int holders = Volatile.Read(ref _holders); holders > 0;)
            {
                int seen = Interlocked.CompareExchange(ref _holders, holders + 1, holders);
                if (seen == holders)
                    return new PinnedBuffer(this, memory.Slice(address.Offset, address.Length));
                holders = seen;
            }
            return null;
        }

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
                Drop();
        }

        public void Drop()
        {
            if (Interlocked.Decrement(ref _holders) != 0)
                return;
            registry._entries.TryRemove(id, out _);
            release();
        }
    }

    private sealed class PinnedBuffer(Entry entry, ReadOnlyMemory<byte> memory) : IBufferPin
    {
        private int _isDisposed;

        public ReadOnlyMemory<byte> Memory => _isDisposed == 0
            ? memory
            : throw new ObjectDisposedException(nameof(IBufferPin));

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
                entry.Drop();
        }
    }
}
