using System.Buffers;
using Cess.Gateway.S3;

namespace Cess.Gateway.Tests.S3;

public sealed class TransportBlocksTests
{
    [Fact]
    public void A_returned_block_is_lent_again()
    {
        using MemoryPool<byte> pool = new TransportBlocks().Create();
        IMemoryOwner<byte> first = pool.Rent(1);
        Assert.Equal(S3Limits.TransportBlockBytes, first.Memory.Length);
        first.Dispose();
        Assert.Same(first, pool.Rent(S3Limits.TransportBlockBytes));
    }

    [Fact]
    public void No_more_blocks_are_kept_than_the_bound_says()
    {
        using MemoryPool<byte> pool = new TransportBlocks().Create();
        List<IMemoryOwner<byte>> first = RentMany(pool);
        first.ForEach(block => block.Dispose());
        Assert.Equal(S3Limits.FreeTransportBlocksMax, RentMany(pool).Intersect(first).Count());
    }

    [Fact]
    public void A_larger_block_than_there_are_is_refused()
    {
        using MemoryPool<byte> pool = new TransportBlocks().Create();
        Assert.Throws<ArgumentOutOfRangeException>(() => pool.Rent(S3Limits.TransportBlockBytes + 1));
    }

    private static List<IMemoryOwner<byte>> RentMany(MemoryPool<byte> pool) =>
        [.. Enumerable.Range(0, S3Limits.FreeTransportBlocksMax + 10).Select(_ => pool.Rent())];
}
