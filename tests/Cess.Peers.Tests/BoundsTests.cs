using System.Net;
using System.Security.Cryptography;
using Cess.Coding;
using Cess.Primitives;
using Cess.TestHost;
using Microsoft.Extensions.DependencyInjection;

namespace Cess.Peers.Tests;

public sealed class BoundsTests : IDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly Counts _counts;
    private readonly LinkQueue _queue;

    public BoundsTests()
    {
        var meters = _services.GetRequiredService<System.Diagnostics.Metrics.IMeterFactory>();
        _counts = new Counts(meters);
        _queue = new LinkQueue(new PeerMetrics(meters), TimeProvider.System);
    }

    public void Dispose()
    {
        _counts.Dispose();
        _services.Dispose();
    }

    [Fact]
    public void A_queue_with_too_many_messages_drops_the_oldest()
    {
        for (int i = 0; i < PeerLimits.QueueMessagesMax + 2; i++)
            _queue.Enqueue(Message(BitConverter.GetBytes(i)));

        Assert.Equal(PeerLimits.QueueMessagesMax, _queue.Count);
        Assert.Equal(2, _counts.Of("cess.peers.drops", DropReason.QueueFull));
        Assert.True(_queue.TryDequeue(out LinkFrame first));
        Assert.Equal(2, BitConverter.ToInt32(first.Body.Span));
    }

    [Fact]
    public void A_queue_with_too_many_bytes_drops_the_oldest()
    {
        byte[] large = new byte[16 * 1024 * 1024];
        for (int i = 0; i < 4; i++)
            _queue.Enqueue(Message(large));

        Assert.Equal(3, _queue.Count);
        Assert.Equal(1, _counts.Of("cess.peers.drops", DropReason.QueueFull));
        while (_queue.TryDequeue(out _))
        {
        }

        _queue.Enqueue(Message(large));
        Assert.Equal(1, _queue.Count);
        Assert.Equal(1, _counts.Of("cess.peers.drops", DropReason.QueueFull));
    }

    [Fact]
    public void Consensus_goes_before_transactions_and_neither_takes_the_others_room()
    {
        for (int i = 0; i < PeerLimits.QueueTransactionFramesMax + 1; i++)
            _queue.Enqueue(new LinkFrame(FrameKind.Transactions, default, default, new byte[1]));
        _queue.Enqueue(Message([1]));
        _queue.Enqueue(Message([2]));

        Assert.Equal(PeerLimits.QueueTransactionFramesMax + 2, _queue.Count);
        Assert.True(_queue.TryDequeue(out LinkFrame first));
        Assert.True(_queue.TryDequeue(out LinkFrame second));
        Assert.True(_queue.TryDequeue(out LinkFrame third));
        Assert.Equal([1], first.Body.ToArray());
        Assert.Equal([2], second.Body.ToArray());
        Assert.Equal(FrameKind.Transactions, third.Kind);
    }

    [Fact]
    public async Task Whoever_waits_for_a_queue_is_woken()
    {
        ValueTask waiting = _queue.WaitAsync(default);
        Assert.False(waiting.IsCompleted);

        _queue.Enqueue(Message([1]));

        await waiting.AsTask().WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public void An_address_gets_its_budget_at_once_and_then_at_its_rate()
    {
        ManualTime time = new(DateTimeOffset.UnixEpoch);
        RequestBudgets budgets = new(time);

        Assert.True(budgets.TrySpend(1, PeerLimits.RequestBudget));
        Assert.False(budgets.TrySpend(1, 1));
        Assert.True(budgets.TrySpend(2, 1));
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.False(budgets.TrySpend(1, PeerLimits.RequestBudgetPerSecond + 1));
        Assert.True(budgets.TrySpend(1, PeerLimits.RequestBudgetPerSecond));
        time.Advance(TimeSpan.FromDays(1));
        Assert.False(budgets.TrySpend(1, PeerLimits.RequestBudget + 1));
        Assert.True(budgets.TrySpend(1, PeerLimits.RequestBudget));
    }

    [Fact]
    public void Addresses_are_remembered_up_to_a_bound_and_forgotten_once_they_owe_nothing()
    {
        ManualTime time = new(DateTimeOffset.UnixEpoch);
        RequestBudgets budgets = new(time);
        for (int i = 0; i < PeerLimits.AddressesMax; i++)
            Assert.True(budgets.TrySpend((UInt128)i, 1));

        Assert.False(budgets.TrySpend(PeerLimits.AddressesMax, 1));
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.True(budgets.TrySpend(PeerLimits.AddressesMax, 1));
    }

    [Fact]
    public void Many_addresses_that_come_only_once_keep_others_out_for_no_longer_than_they_owe()
    {
        ManualTime time = new(DateTimeOffset.UnixEpoch);
        RequestBudgets budgets = new(time);
        for (int i = 0; i < PeerLimits.AddressesMax; i++)
            Assert.True(budgets.TrySpend((UInt128)i, RequestCosts.Handshake));

        time.Advance(TimeSpan.FromMilliseconds(100));

        Assert.True(budgets.TrySpend(PeerLimits.AddressesMax, RequestCosts.Handshake));
    }

    [Fact]
    public void An_address_of_IPv6_counts_as_its_network()
    {
        Assert.Equal(Counted("2001:db8::1"), Counted("2001:db8::ffff:1"));
        Assert.NotEqual(Counted("2001:db8::1"), Counted("2001:db8:0:1::1"));
        Assert.NotEqual(Counted("192.0.2.1"), Counted("192.0.2.2"));
        Assert.Equal(Counted("192.0.2.1"), Counted("::ffff:192.0.2.1"));

        static UInt128 Counted(string address) => CountedAddress.Of(IPAddress.Parse(address));
    }

    [Fact]
    public async Task Strangers_and_single_addresses_leave_room_for_others()
    {
        Room room = new(8);
        TaskCompletionSource held = new();
        List<Task> holders = [];
        void Hold(UInt128 address, bool isStranger) => holders.Add(room.WithinAsync(new PeerCaller(default, address, isStranger), () => held.Task));

        for (UInt128 address = 0; address < 4; address++)
            Hold(address, isStranger: true);
        Hold(9, isStranger: true);
        Hold(5, isStranger: false);
        Hold(5, isStranger: false);
        Hold(5, isStranger: false);
        Hold(6, isStranger: false);
        Hold(7, isStranger: false);
        Hold(8, isStranger: false);

        Assert.Equal([4, 7, 10], holders.Index().Where(holder => holder.Item.IsFaulted).Select(holder => holder.Index));
        held.SetResult();
        foreach (int refused in new[] { 4, 7, 10 })
            Assert.Equal(PeerError.Busy, (await Assert.ThrowsAsync<PeerException>(() => holders[refused])).Error);
        await room.WithinAsync(new PeerCaller(default, 5, IsStranger: true), () => Task.CompletedTask);
    }

    [Fact]
    public void Waits_double_up_to_a_bound_and_begin_anew_after_a_reset()
    {
        Backoff backoff = new(SystemRandom.Instance);
        TimeSpan whole = PeerLimits.ReconnectDelayMin;
        for (int i = 0; i < 20; i++)
        {
            Assert.InRange(backoff.Next(), whole / 2, whole);
            whole = whole * 2 < PeerLimits.ReconnectDelayMax ? whole * 2 : PeerLimits.ReconnectDelayMax;
        }

        backoff.Reset();
        Assert.InRange(backoff.Next(), PeerLimits.ReconnectDelayMin / 2, PeerLimits.ReconnectDelayMin);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(100_000)]
    public async Task A_body_is_read_up_to_its_bound_and_no_further(int length)
    {
        byte[] bytes = RandomNumberGenerator.GetBytes(length);

        Assert.Equal(bytes, await BoundedBody.ReadAsync(new MemoryStream(bytes), length, default));
        MemoryStream longer = new([.. bytes, .. new byte[1000]]);
        PeerException e = await Assert.ThrowsAsync<PeerException>(() => BoundedBody.ReadAsync(longer, length, default));
        Assert.Equal(PeerError.TooLong, e.Error);
        Assert.Equal(length + 1, longer.Position);
    }

    [Fact]
    public async Task Whoever_takes_a_large_answer_too_slowly_loses_it()
    {
        ManualTime time = new(DateTimeOffset.UnixEpoch);
        SlowReader reader = new();
        PacedWriter writer = new(reader, time);
        await writer.WriteAsync(new byte[PeerLimits.AnswerBytesPerSecondMin * 60], default);

        time.Advance(TimeSpan.FromSeconds(60));
        await writer.WriteAsync(new byte[1], default);
        reader.IsStalled = true;
        time.Advance(PeerLimits.RequestTimeout + TimeSpan.FromSeconds(1));

        PeerException e = await Assert.ThrowsAsync<PeerException>(() => writer.WriteAsync(new byte[1], default));
        Assert.Equal(PeerError.TimedOut, e.Error);
    }

    [Fact]
    public void A_node_is_known_by_its_key_alone()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using NodeCertificate one = NodeCertificate.Create(key, TimeProvider.System);
        using NodeCertificate another = NodeCertificate.Create(key, new ManualTime(DateTimeOffset.UnixEpoch));

        Assert.Equal(PublicKey.FromUncompressed(Uncompressed(key)), one.Node);
        Assert.Equal(one.Node, another.Node);
        Assert.False(NodeCertificate.TryReadKey(null, out _));
    }

    [Fact]
    public void A_key_of_another_curve_makes_no_node()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP384);

        KeyException e = Assert.Throws<KeyException>(() => NodeCertificate.Create(key, TimeProvider.System));

        Assert.Equal(KeyError.WrongCurve, e.Error);
    }

    private static byte[] Uncompressed(ECDsa key)
    {
        ECPoint point = key.ExportParameters(includePrivateParameters: false).Q;
        return [4, .. point.X!, .. point.Y!];
    }

    private static LinkFrame Message(byte[] message) => new(FrameKind.Consensus, default, default, message);

    /// <summary>Takes what is written, or nothing any more.</summary>
    private sealed class SlowReader : MemoryStream
    {
        public bool IsStalled { get; set; }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            IsStalled ? new ValueTask(new TaskCompletionSource().Task) : base.WriteAsync(buffer, cancellationToken);
    }
}
