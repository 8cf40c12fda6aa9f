using System.Buffers;
using System.Collections.Concurrent;
using Microsoft.AspNetCore.Connections;

namespace Cess.Gateway.S3;

/// <summary>
/// Makes the pools of Kestrel's connections with blocks of 64 KiB instead of 4: one system call then moves sixteen times as
/// much, which more than halves what a received byte costs. An idle connection holds none.
/// </summary>
internal sealed class TransportBlocks : IMemoryPoolFactory<byte>
{
    public MemoryPool<byte> Create(MemoryPoolOptions? options = null) => new Pool();

    private sealed class Pool : MemoryPool<byte>
    {
        private readonly ConcurrentQueue<Block> _free = new();
        private int _freeCount;

        public override int MaxBufferSize => S3Limits.TransportBlockBytes;

        public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, S3Limits.TransportBlockBytes);
            if (!_free.TryDequeue(out Block? block))
                return new Block(this);
            Interlocked.Decrement(ref _freeCount);
            return block;
        }

        protected override void Dispose(bool disposing) => _free.Clear();

        private void Return(Block block)
        {
            if (Interlocked.Increment(ref _freeCount) <= S3Limits.FreeTransportBlocksMax)
                _free.Enqueue(block);
            else
                Interlocked.Decrement(ref _freeCount);
        }

        /// <summary>Pinned, so that sockets need not pin it for each call.</summary>
        private sealed class Block(Pool pool) : IMemoryOwner<byte>
        {
            public Memory<byte> Memory { get; } = GC.AllocateUninitializedArray<byte>(S3Limits.TransportBlockBytes, pinned: true);

            public void Dispose() => pool.Return(this);
        }
    }
}
