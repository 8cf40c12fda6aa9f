using System.Reflection;
using Cess.Consensus.Messages;
using Cess.Grains;
using Cess.Grains.Chain;
using Cess.Node.Network;
using Cess.Node.Setup;
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
    private readonly List<TaskCompletionSource<IReadOnlyList<TransactionOutcome>>> _verifications = [];
    private readonly PeerRouter _router;

    public PeerRouterTests()
    {
        // What a verification ends goes on at once.
        SynchronizationContext.SetSynchronizationContext(null);
        IGrainFactory grains = DispatchProxy.Create<IGrainFactory, Grains>();
        ((Grains)(object)grains).Verifications = _verifications;
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

    [Fact]
    public void A_node_that_floods_with_transactions_takes_no_share_of_others()
    {
        var flooder = new PeerCaller(Key(), 1, IsStranger: false);
        var neighbour = new PeerCaller(Key(), 1, IsStranger: false);

        Assert.Equal(NodeLimits.GossipOfNode, Taken(flooder));

        Assert.Equal(NodeLimits.GossipOfNode, Taken(neighbour));
        Assert.Equal(NodeLimits.GossipOfAddress, Taken(new PeerCaller(Key(), 2, IsStranger: true)));
    }

    [Fact]
    public void Strangers_share_what_their_address_has_whatever_keys_they_show_and_take_none_of_known_nodes()
    {
        const int addresses = NodeLimits.GossipOfStrangers / NodeLimits.GossipOfAddress;
        for (UInt128 address = 0; address < addresses; address++)
        {
            Assert.Equal(NodeLimits.GossipOfAddress, Taken(new PeerCaller(Key(), address, IsStranger: true)));
            Assert.Equal(0, Taken(new PeerCaller(Key(), address, IsStranger: true)));
        }

        Assert.Equal(0, Taken(new PeerCaller(Key(), addresses, IsStranger: true)));
        Assert.Equal(NodeLimits.GossipOfNode, Taken(new PeerCaller(Key(), 0, IsStranger: false)));
    }

    [Fact]
    public void A_share_is_free_again_when_the_transactions_were_verified_or_lost()
    {
        var node = new PeerCaller(Key(), 1, IsStranger: false);
        var stranger = new PeerCaller(Key(), 1, IsStranger: true);
        Taken(node);
        Taken(stranger);

        foreach (TaskCompletionSource<IReadOnlyList<TransactionOutcome>> verification in _verifications.ToArray())
            verification.SetResult([]);
        Assert.Equal(NodeLimits.GossipOfNode, Taken(node));
        foreach (TaskCompletionSource<IReadOnlyList<TransactionOutcome>> verification in _verifications.Where(one => !one.Task.IsCompleted).ToArray())
            verification.SetException(new TimeoutException());

        Assert.Equal(NodeLimits.GossipOfNode, Taken(node));
        Assert.Equal(NodeLimits.GossipOfAddress, Taken(stranger));
        Assert.Single(_warnings.Texts);
    }

    /// <summary>How many lists are taken of many that a node sends.</summary>
    private int Taken(PeerCaller sender) =>
        Enumerable.Range(0, 100).Count(_ => _router.ReceiveTransactions(sender, [new byte[] { 1 }]) == PeerError.None);

    private static PublicKey Key() => PrivateKey.Generate().PublicKey;

    /// <summary>Validators that do nothing, and intakes whose verification ends when the test says so.</summary>
    public class Grains : DispatchProxy
    {
        public List<TaskCompletionSource<IReadOnlyList<TransactionOutcome>>> Verifications { get; set; } = null!;

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            if (targetMethod!.ReturnType == typeof(IConsensusGrain))
                return Create<IConsensusGrain, Idle>();
            IIntakeGrain intake = Create<IIntakeGrain, Intake>();
            ((Intake)(object)intake).Verifications = Verifications;
            return intake;
        }
    }

    public class Intake : DispatchProxy
    {
        public List<TaskCompletionSource<IReadOnlyList<TransactionOutcome>>> Verifications { get; set; } = null!;

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            Verifications.Add(new TaskCompletionSource<IReadOnlyList<TransactionOutcome>>());
            return Verifications[^1].Task;
        }
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
