using System.Diagnostics.CodeAnalysis;
using System.Numerics;

namespace Cess.Coding;

/// <summary>
/// Lends <see cref="SegmentBuffer"/>s from a bounded number of bytes. Buffers come in size classes, four to each doubling,
/// and are kept for reuse; idle ones of other classes make room when it is needed. When all is lent, callers wait and are
/// served strictly in order: a large request is not overtaken by small ones. May be used by many threads.
/// </summary>
public sealed class SegmentBufferPool : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<int, IdleBlocks> _idle = [];
    private readonly LinkedList<Waiter> _waiters = new();
    private readonly int _waitersMax;
    private bool _disposed;

    /// <summary>Makes an empty pool; memory is taken when it is first needed.</summary>
    /// <param name="bytesMax">The most bytes lent and kept together.</param>
    public SegmentBufferPool(long bytesMax)
        : this(bytesMax, CodingLimits.PoolWaitersMax)
    {
    }

    internal SegmentBufferPool(long bytesMax, int waitersMax)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bytesMax);
        BytesMax = bytesMax;
        _waitersMax = waitersMax;
    }

    /// <summary>The most bytes lent and kept together.</summary>
    public long BytesMax { get; }

    /// <summary>Bytes lent now.</summary>
    public long BytesLent { get; private set; }

    /// <summary>Bytes kept for reuse now.</summary>
    public long BytesIdle { get; private set; }

    /// <summary>How many callers wait now.</summary>
    public int Waiting
    {
        get
        {
            lock (_lock)
                return _waiters.Count;
        }
    }

    /// <summary>Lends a buffer for a segment, when there is room for it.</summary>
    /// <param name="policy">How the segment will be coded.</param>
    /// <param name="ciphertextLength">The most ciphertext bytes that it may have.</param>
    /// <param name="cancellation">Gives the place in the queue up.</param>
    /// <exception cref="CodingException">
    /// <see cref="CodingError.SegmentTooLarge"/>: it would never fit; <see cref="CodingError.PoolBusy"/>: too many wait.
    /// </exception>
    public ValueTask<SegmentBuffer> RentAsync(
        StoragePolicy policy, int ciphertextLength, CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        int size = SizeFor(policy, ciphertextLength);
        Waiter waiter;
        lock (_lock)
        {
            if (TryRent(policy, ciphertextLength, out SegmentBuffer? buffer))
                return new(buffer);
            if (_waiters.Count >= _waitersMax)
                throw new CodingException(CodingError.PoolBusy, $"{_waiters.Count} wait for segment buffers already");
            waiter = new(size, policy);
            waiter.Node = _waiters.AddLast(waiter);
        }
        if (cancellation.CanBeCanceled)
            waiter.Registration = cancellation.Register(() => Cancel(waiter, cancellation));
        return new(WaitAsync(waiter));
    }

    /// <summary>As <see cref="RentAsync"/>, but without waiting.</summary>
    /// <param name="policy">How the segment will be coded.</param>
    /// <param name="ciphertextLength">The most ciphertext bytes that it may have.</param>
    /// <param name="buffer">The buffer.</param>
    /// <returns>False if there is no room now, or others wait.</returns>
    /// <exception cref="CodingException"><see cref="CodingError.SegmentTooLarge"/>.</exception>
    public bool TryRent(StoragePolicy policy, int ciphertextLength, [NotNullWhen(true)] out SegmentBuffer? buffer)
    {
        int size = SizeFor(policy, ciphertextLength);
        NativeBlock? block;
        List<NativeBlock>? evicted;
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            buffer = null;
            if (_waiters.Count > 0 || !TryTake(size, out block, out evicted))
                return false;
        }
        buffer = Lend(block, evicted, size, policy);
        return true;
    }

    /// <summary>Frees the idle buffers that nobody has needed since the last call, so that a pool at rest keeps nothing.</summary>
    public void TrimUnused()
    {
        List<NativeBlock> freed = [];
        lock (_lock)
        {
            foreach (IdleBlocks idle in _idle.Values)
                idle.TakeUnused(freed);
            BytesIdle -= freed.Sum(block => (long)block.Bytes);
        }
        Free(freed);
    }

    /// <summary>Frees what is idle, ends all waits, and frees each lent buffer when it comes back.</summary>
    public void Dispose()
    {
        List<Waiter> ended;
        List<NativeBlock>? freed;
        lock (_lock)
        {
            _disposed = true;
            ended = [.. _waiters];
            _waiters.Clear();
            freed = Evict(0);
        }
        Free(freed);
        foreach (Waiter waiter in ended)
            waiter.Completion.TrySetException(new ObjectDisposedException(nameof(SegmentBufferPool)));
    }

    internal void Return(NativeBlock block)
    {
        List<NativeBlock>? freed = null;
        List<Grant>? grants = null;
        lock (_lock)
        {
            BytesLent -= block.Bytes;
            if (_disposed)
            {
                freed = [block];
            }
            else
            {
                Keep(block);
                grants = ServeWaiters();
            }
        }
        Free(freed);
        Complete(grants);
    }

    /// <summary>The size class of a request: the next of four steps between two powers of two.</summary>
    internal static int SizeClass(long bytes)
    {
        long size = Math.Max(bytes, CodingLimits.PoolBlockBytesMin);
        long step = (1L << BitOperations.Log2((ulong)(size - 1))) / 4;
        return (int)Math.Min((size + step - 1) / step * step, Array.MaxLength);
    }

    private int SizeFor(StoragePolicy policy, int ciphertextLength)
    {
        if (policy.DataFragments == 0)
            throw new CodingException(CodingError.PolicyInvalid, "a policy that no constructor made");
        if (ciphertextLength < FrameLayout.TagBytes || ciphertextLength > SegmentLayout.CiphertextBytesMax)
            throw new CodingException(CodingError.LengthInvalid, $"a segment of {ciphertextLength} bytes");
        long bytes = SegmentBuffer.BytesFor(policy, ciphertextLength);
        if (bytes > Array.MaxLength || SizeClass(bytes) > BytesMax)
            throw new CodingException(CodingError.SegmentTooLarge, $"{bytes} bytes for a segment in {policy}, of {BytesMax} in all");
        return SizeClass(bytes);
    }

    /// <summary>Takes an idle block, or room for a new one (then <paramref name="block"/> is null), if the limit allows it.</summary>
    private bool TryTake(int size, out NativeBlock? block, out List<NativeBlock>? evicted)
    {
        block = null;
        evicted = null;
        if (BytesLent + size > BytesMax)
            return false;
        if (_idle.TryGetValue(size, out IdleBlocks? idle) && idle.TryPop(out block))
            BytesIdle -= size;
        else
            evicted = Evict(BytesMax - BytesLent - size);
        BytesLent += size;
        return true;
    }

    private void Keep(NativeBlock block)
    {
        if (!_idle.TryGetValue(block.Bytes, out IdleBlocks? idle))
            _idle.Add(block.Bytes, idle = new());
        idle.Push(block);
        BytesIdle += block.Bytes;
    }

    private List<NativeBlock>? Evict(long idleBytesMax)
    {
        List<NativeBlock>? evicted = null;
        while (BytesIdle > idleBytesMax)
        {
            int largest = _idle.Where(c => c.Value.Count > 0).Max(c => c.Key);
            if (!_idle[largest].TryPop(out NativeBlock? block))
                throw new InvalidOperationException("Idle bytes without a block.");
            BytesIdle -= block.Bytes;
            (evicted ??= []).Add(block);
        }
        return evicted;
    }

    private List<Grant>? ServeWaiters()
    {
        List<Grant>? grants = null;
        while (_waiters.First is { } first && TryTake(first.Value.Size, out NativeBlock? block, out List<NativeBlock>? evicted))
        {
            _waiters.RemoveFirst();
            (grants ??= []).Add(new(first.Value, block, evicted));
        }
        return grants;
    }

    private void Complete(List<Grant>? grants)
    {
        foreach (Grant grant in grants ?? [])
        {
            try
            {
                SegmentBuffer buffer = Lend(grant.Block, grant.Evicted, grant.Waiter.Size, grant.Waiter.Policy);
                grant.Waiter.Completion.SetResult(buffer);
            }
            catch (OutOfMemoryException e)
            {
                grant.Waiter.Completion.SetException(e);
            }
        }
    }

    private SegmentBuffer Lend(NativeBlock? block, List<NativeBlock>? evicted, int size, StoragePolicy policy)
    {
        Free(evicted);
        try
        {
            return new(this, block ?? new NativeBlock(size), policy);
        }
        catch (OutOfMemoryException)
        {
            lock (_lock)
                BytesLent -= size;
            throw;
        }
    }

    private void Cancel(Waiter waiter, CancellationToken cancellation)
    {
        List<Grant>? grants;
        lock (_lock)
        {
            if (waiter.Node.List is null)
                return;
            _waiters.Remove(waiter.Node);
            grants = ServeWaiters();
        }
        waiter.Completion.TrySetCanceled(cancellation);
        Complete(grants);
    }

    private static async Task<SegmentBuffer> WaitAsync(Waiter waiter)
    {
        try
        {
            return await waiter.Completion.Task;
        }
        finally
        {
            await waiter.Registration.DisposeAsync();
        }
    }

    private static void Free(List<NativeBlock>? blocks)
    {
        foreach (NativeBlock block in blocks ?? [])
            block.Free();
    }

    /// <summary>The idle blocks of one size, and how many of them have been idle all the time since the last trim.</summary>
    private sealed class IdleBlocks
    {
        private readonly Stack<NativeBlock> _blocks = new();
        private int _unused;

        public int Count => _blocks.Count;

        public void Push(NativeBlock block) => _blocks.Push(block);

        public bool TryPop([NotNullWhen(true)] out NativeBlock? block)
        {
            bool taken = _blocks.TryPop(out block);
            _unused = Math.Min(_unused, _blocks.Count);
            return taken;
        }

        public void TakeUnused(List<NativeBlock> to)
        {
            for (; _unused > 0; _unused--)
                to.Add(_blocks.Pop());
            _unused = _blocks.Count;
        }
    }

    private readonly record struct Grant(Waiter Waiter, NativeBlock? Block, List<NativeBlock>? Evicted);

    private sealed class Waiter(int size, StoragePolicy policy)
    {
        public int Size { get; } = size;

        public StoragePolicy Policy { get; } = policy;

        public LinkedListNode<Waiter> Node { get; set; } = null!;

        public CancellationTokenRegistration Registration { get; set; }

        // The thread that gives a buffer back must not run the next owner's code.
        public TaskCompletionSource<SegmentBuffer> Completion { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
