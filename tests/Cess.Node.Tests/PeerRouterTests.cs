using System.Reflection;
using Cess.Consensus.Messages;
using Cess.Grains;
using Cess.Grains.Chain;
using Cess.Node.Network;
using Cess.Peers;
using Cess.Primitives;
using Cess.TestHost;
using Microsoft.Extensions.Logging;
using Orleans;

namespace Cess.Node.Tests;

public sealed class PeerRouterTests
{
    private static readonly AccountId s_local = PrivateKey.Generate().PublicKey.ToAccountId();
    private static readonly AccountId s_hostile = PrivateKey.Generate().PublicKey.ToAccountId();
    private static readonly AccountId s_other = PrivateKey.Generate().PublicKey.ToAccountId();

    private readonly ManualTime _time = new(DateTimeOffset.UnixEpoch);
    private readonly WarningList _warnings = new();
    private readonly PeerRouter _router;

    public PeerRouterTests()
    {
        IGrainFactory grains = DispatchProxy.Create<IGrainFactory, Grains>();
        var node = new NodeIdentity([s_local]);
        // Nothing goes out here.
        _router = new PeerRouter(new ConsensusInboxes(grains, node), links: null!, node, grains, _time, _warnings);
    }

    [Fact]
    public void Who_floods_with_what_is_no_message_causes_one_warning_in_an_interval_which_says_how_many_there_were()
    {
        for (int i = 0; i < 1_000; i++)
            Assert.Equal(PeerError.Malformed, _router.Receive(s_hostile, s_local, new byte[] { 255 }));
        Assert.Equal(PeerError.Malformed, _router.Receive(s_other, s_local, new byte[] { 255 }));

        Assert.Equal(2, _warnings.Texts.Count);
        Assert.Contains(s_hostile.ToString(), _warnings.Texts[0], StringComparison.Ordinal);
        Assert.Contains(s_other.ToString(), _warnings.Texts[1], StringComparison.Ordinal);
        _time.Advance(GrainLimits.WarningInterval);
        _router.Receive(s_hostile, s_local, new byte[] { 255 });
        Assert.Contains("999", _warnings.Texts[2], StringComparison.Ordinal);
    }

    [Fact]
    public void A_message_is_taken_as_long_as_its_sender_has_room()
    {
        byte[] message = Scale.Encode<ConsensusMessage>(new FinalBlocksRequest(0));
        for (int i = 0; i < GrainLimits.InboxMessagesOfSender; i++)
            Assert.Equal(PeerError.None, _router.Receive(s_hostile, s_local, message));

        Assert.Equal(PeerError.Busy, _router.Receive(s_hostile, s_local, message));
        Assert.Equal(PeerError.None, _router.Receive(s_other, s_local, message));
        Assert.Empty(_warnings.Texts);
    }

    /// <summary>Grains that do nothing.</summary>
    public class Grains : DispatchProxy
    {
        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => Create<IConsensusGrain, Idle>();
    }

    public class Idle : DispatchProxy
    {
        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => Task.CompletedTask;
    }

    private sealed class WarningList : ILogger<PeerRouter>
    {
        public List<string> Texts { get; } = [];

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Texts.Add(formatter(state, exception));
    }
}
