using Cess.Grains.DataPlane;

namespace Cess.Grains.Tests.DataPlane;

public sealed class BufferRegistryTests
{
    private readonly BufferRegistry _registry = new();
    private int _released;

    [Fact]
    public void A_pinned_part_shows_the_bytes_at_its_address()
    {
        using IBufferLease lease = _registry.Register(new byte[] { 1, 2, 3, 4 }, () => _released++);

        using IBufferPin pin = _registry.Pin(lease.At(1, 2))!;

        Assert.Equal([2, 3], pin.Memory.ToArray());
    }

    [Fact]
    public void A_buffer_is_released_only_after_its_lease_and_its_last_pin()
    {
        IBufferLease lease = _registry.Register(new byte[4], () => _released++);
        IBufferPin pin = _registry.Pin(lease.At(0, 4))!;

        lease.Dispose();
        Assert.Equal(0, _released);

        pin.Dispose();
        Assert.Equal(1, _released);
        Assert.Equal(0, _registry.Count);
    }

    [Fact]
    public void Disposing_twice_releases_once_and_drops_nobody_elses_hold()
    {
        IBufferLease lease = _registry.Register(new byte[4], () => _released++);
        IBufferPin first = _registry.Pin(lease.At(0, 4))!;
        IBufferPin second = _registry.Pin(lease.At(0, 4))!;

        lease.Dispose();
        lease.Dispose();
        first.Dispose();
        first.Dispose();
        Assert.Equal(0, _released);

        second.Dispose();
        Assert.Equal(1, _released);
    }

    [Fact]
    public void A_buffer_that_is_gone_cannot_be_pinned()
    {
        IBufferLease lease = _registry.Register(new byte[4], () => _released++);
        BufferAddress address = lease.At(0, 4);
        lease.Dispose();

        Assert.Null(_registry.Pin(address));
    }

    [Theory]
    [InlineData(-1, 1)]
    [InlineData(0, 5)]
    [InlineData(4, 1)]
    [InlineData(1, -1)]
    [InlineData(int.MaxValue, int.MaxValue)]
    public void An_address_outside_its_buffer_cannot_be_pinned(int offset, int length)
    {
        using IBufferLease lease = _registry.Register(new byte[4], () => _released++);

        Assert.Null(_registry.Pin(lease.At(0, 4) with { Offset = offset, Length = length }));
    }
}
