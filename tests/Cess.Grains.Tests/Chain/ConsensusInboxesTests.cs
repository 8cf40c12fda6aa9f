using System.Reflection;
using Cess.Consensus;
using Cess.Consensus.Messages;
using Cess.Grains.Chain;
using Cess.Primitives;
using Orleans;

namespace Cess.Grains.Tests.Chain;

public sealed class ConsensusInboxesTests
{
    private static readonly AccountId[] s_accounts = [.. Enumerable.Range(0, 8).Select(_ => PrivateKey.Generate().PublicKey.ToAccountId())];
    private static readonly AccountId s_self = s_accounts[0];
    private static readonly AccountId s_honest = s_accounts[1];

    private readonly CountedGrains _calls;
    private readonly ConsensusInboxes _inboxes;

    public ConsensusInboxesTests()
    {
        IGrainFactory grains = DispatchProxy.Create<IGrainFactory, CountedGrains>();
        _calls = (CountedGrains)(object)grains;
        _inboxes = new ConsensusInboxes(grains, new NodeIdentity([s_self]));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1_000)]
    [InlineData(ConsensusLimits.MessageBytesMax)]
    public void Senders_that_flood_take_no_room_from_others(int bytes)
    {
        foreach (AccountId flooder in s_accounts[2..])
        {
            for (int i = 0; i < 2 * GrainLimits.InboxMessages; i++)
                _inboxes.Post(flooder, s_self, new FinalBlocksRequest(0), bytes);
        }

        for (ulong i = 0; i < 100; i++)
            Assert.True(_inboxes.Post(s_honest, s_self, new FinalBlocksRequest(i), 1_000));
        Assert.Equal(Enumerable.Range(0, 100).Select(i => (ulong)i), Drain().Where(taken => taken.From == s_honest).Select(taken => taken.Number));
    }

    [Fact]
    public void A_sender_that_floods_is_heard_no_more_often_than_others()
    {
        for (int i = 0; i < GrainLimits.InboxMessages; i++)
            _inboxes.Post(s_accounts[2], s_self, new FinalBlocksRequest(0), 100);
        for (ulong i = 0; i < 10; i++)
            _inboxes.Post(s_honest, s_self, new FinalBlocksRequest(i), 100);

        Assert.Equal(10, Drain().Take(20).Count(taken => taken.From == s_honest));
    }

    [Fact]
    public void The_grain_is_called_once_for_all_that_waits_and_again_when_nothing_did()
    {
        _inboxes.Post(s_honest, s_self, new FinalBlocksRequest(0));
        _inboxes.Post(s_accounts[2], s_self, new FinalBlocksRequest(0));
        Assert.Equal(1, _calls.Count);

        Assert.Equal(2, Drain().Count);
        _inboxes.Post(s_honest, s_self, new FinalBlocksRequest(0));
        Assert.Equal(2, _calls.Count);
    }

    [Fact]
    public void A_validator_of_another_node_has_no_inbox() =>
        Assert.False(_inboxes.Post(s_self, s_honest, new FinalBlocksRequest(0)));

    private List<(AccountId From, ulong Number)> Drain()
    {
        var taken = new List<(AccountId, ulong)>();
        while (_inboxes.Take(s_self) is { } next)
            taken.Add((next.From, ((FinalBlocksRequest)next.Message).Above));
        return taken;
    }

    /// <summary>Gives grains that take nothing, and counts how often they are called.</summary>
    public class CountedGrains : DispatchProxy
    {
        public int Count { get; set; }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            IConsensusGrain grain = Create<IConsensusGrain, CountedGrain>();
            ((CountedGrain)(object)grain).Grains = this;
            return grain;
        }
    }

    public class CountedGrain : DispatchProxy
    {
        public CountedGrains Grains { get; set; } = null!;

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            Grains.Count++;
            return Task.CompletedTask;
        }
    }
}
