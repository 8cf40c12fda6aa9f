using System.Diagnostics.Metrics;
using System.IO.Pipelines;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Cess.TestHost;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;

namespace Cess.Peers.Tests;

/// <summary>Connections that nobody knows yet.</summary>
public sealed class HandshakeTests : IDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly PeerConnections _connections;
    private readonly ConnectionDelegate _door;

    public HandshakeTests()
    {
        // What ends goes on at once.
        SynchronizationContext.SetSynchronizationContext(null);
        var chain = new TestChain();
        var book = new PeerBook(chain.Genesis, new TestValidators(chain, []));
        var budgets = new RequestBudgets(new ManualTime(DateTimeOffset.UnixEpoch));
        _connections = new PeerConnections(book, budgets, new PeerMetrics(_services.GetRequiredService<IMeterFactory>()));
        ConnectionDelegate identified = _connections.Identify(connection => ((TestConnection)connection).TalkAsync());
        _door = _connections.Admit(connection => ((TestConnection)connection).ShakeHandsAsync(identified));
    }

    public void Dispose() => _services.Dispose();

    [Fact]
    public void However_many_connections_shake_no_hands_the_next_one_finds_room()
    {
        List<TestConnection> idle = [];
        for (int i = 0; i < PeerLimits.ConnectionsMax; i++)
            idle.Add(Connect(new IPAddress([192, 0, (byte)(i % 4), (byte)(i % 251)])));

        TestConnection next = Connect(IPAddress.Parse("198.51.100.1"));

        Assert.True(next.IsAdmitted);
        Assert.False(next.IsClosed);
        Assert.Equal(PeerLimits.HandshakesMax - 1, idle.Count(connection => !connection.IsClosed));
    }

    [Fact]
    public void An_address_that_has_most_of_them_loses_its_own_and_no_older_one_of_others()
    {
        TestConnection honest = Connect(IPAddress.Parse("198.51.100.1"));
        List<TestConnection> idle = [];
        for (int i = 0; i < 2 * PeerLimits.HandshakesMax; i++)
            idle.Add(Connect(new IPAddress([192, 0, 2, (byte)(i % 8)])));

        Assert.False(honest.IsClosed);
        Assert.All(idle[..(PeerLimits.HandshakesMax / 2)], connection => Assert.True(connection.IsClosed));
        Assert.False(idle[^1].IsClosed);
    }

    [Fact]
    public void Who_has_done_its_handshake_is_not_closed_for_others()
    {
        TestConnection done = Connect(IPAddress.Parse("198.51.100.1"));
        done.EndHandshake();
        for (int i = 0; i < 2 * PeerLimits.HandshakesMax; i++)
            Connect(new IPAddress([192, 0, (byte)(i / 200), (byte)(i % 200)]));

        Assert.True(done.IsTalking);
        Assert.False(done.IsClosed);
    }

    private TestConnection Connect(IPAddress address)
    {
        var connection = new TestConnection { RemoteEndPoint = new IPEndPoint(address, 7000) };
        _ = _door(connection);
        return connection;
    }

    /// <summary>A connection that does nothing until it is told to, or closed.</summary>
    private sealed class TestConnection : ConnectionContext
    {
        private readonly TaskCompletionSource _handshake = new();
        private readonly TaskCompletionSource _closed = new();

        public bool IsAdmitted { get; private set; }

        public bool IsTalking { get; private set; }

        public bool IsClosed => _closed.Task.IsCompleted;

        public override string ConnectionId { get; set; } = "";

        public override IFeatureCollection Features { get; } = new FeatureCollection();

        public override IDictionary<object, object?> Items { get; set; } = new Dictionary<object, object?>();

        public override IDuplexPipe Transport { get; set; } = null!;

        public async Task ShakeHandsAsync(ConnectionDelegate next)
        {
            IsAdmitted = true;
            if (await Task.WhenAny(_handshake.Task, _closed.Task) == _closed.Task)
                return;
            using NodeCertificate shown = TestNode.NewCertificate();
            Features.Set<ITlsConnectionFeature>(new Shown { ClientCertificate = shown.Context.TargetCertificate });
            await next(this);
        }

        public Task TalkAsync()
        {
            IsTalking = true;
            return _closed.Task;
        }

        public void EndHandshake() => _handshake.SetResult();

        public override void Abort(ConnectionAbortedException abortReason) => _closed.TrySetResult();

        public override void Abort() => _closed.TrySetResult();
    }

    private sealed class Shown : ITlsConnectionFeature
    {
        public X509Certificate2? ClientCertificate { get; set; }

        public Task<X509Certificate2?> GetClientCertificateAsync(CancellationToken cancellationToken) => Task.FromResult(ClientCertificate);
    }
}
