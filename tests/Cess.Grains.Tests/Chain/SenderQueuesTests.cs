using Cess.Consensus;
using Cess.Consensus.Messages;
using Cess.Grains.Chain;
using Cess.Primitives;
using FsCheck;
using FsCheck.Fluent;

namespace Cess.Grains.Tests.Chain;

public sealed class SenderQueuesTests
{
    private static readonly AccountId[] s_senders = [.. Enumerable.Range(0, 8).Select(_ => PrivateKey.Generate().PublicKey.ToAccountId())];

    /// <summary>Eight messages and 80 bytes in all, four and 40 of one sender.</summary>
    private readonly SenderQueues _queues = new(8, 80, 4, 40);

    [Fact]
    public void A_sender_that_floods_takes_no_room_from_others()
    {
        Flood(0, bytes: 0);

        Assert.Equal(4, Enumerable.Range(0, 4).Count(number => Add(1, number)));
        Assert.Equal([0, 1, 2, 3], Drain().Where(taken => taken.Sender == 1).Select(taken => taken.Number));
    }

    [Fact]
    public void A_sender_that_floods_with_long_messages_takes_no_room_from_others()
    {
        Flood(0, bytes: 40);
        Flood(1, bytes: 20);

        Assert.True(Add(2, 0, bytes: 25));
        Assert.Contains((2, 0), Drain());
    }

    [Fact]
    public void Many_that_flood_leave_one_that_comes_after_them_its_equal_part()
    {
        for (int flooder = 0; flooder < 7; flooder++)
            Flood(flooder, bytes: 10);

        Assert.True(Add(7, 0, bytes: 10));
        Assert.Contains((7, 0), Drain());
    }

    [Fact]
    public void Many_that_flood_leave_one_that_came_before_them_its_equal_part()
    {
        Add(7, 0, bytes: 10);
        for (int flooder = 0; flooder < 7; flooder++)
            Flood(flooder, bytes: 10);

        Assert.Contains((7, 0), Drain());
    }

    [Fact]
    public void A_sender_that_floods_takes_no_turn_from_others()
    {
        Flood(0, bytes: 0);
        Add(1, 0);
        Add(1, 1);
        Add(2, 0);

        Assert.Equal([(0, 0), (1, 0), (2, 0), (0, 1), (1, 1), (0, 2), (0, 3)], Drain());
    }

    [Fact]
    public void Whoever_has_most_loses_its_oldest_when_all_have_too_much()
    {
        Flood(0, bytes: 0);
        Flood(1, bytes: 0);

        Assert.True(Add(2, 0));
        Assert.Equal([(0, 1), (1, 0), (2, 0), (0, 2), (1, 1), (0, 3), (1, 2), (1, 3)], Drain());
    }

    [Fact]
    public void What_was_taken_makes_room_again()
    {
        for (int round = 0; round < 100; round++)
        {
            Assert.True(Add(0, round, bytes: 40));
            Assert.Equal([(0, round)], Drain());
        }
        Assert.Equal(0, _queues.Lost);
    }

    [Fact]
    public void What_is_refused_or_gives_way_is_counted()
    {
        Flood(0, bytes: 0);
        Assert.Equal(96, _queues.Lost);
        Flood(1, bytes: 0);
        Assert.Equal(192, _queues.Lost);
        Add(2, 0);
        Assert.Equal(193, _queues.Lost);
    }

    [Fact]
    public void The_longest_message_has_room_wherever_messages_wait()
    {
        Assert.True(GrainLimits.InboxBytesOfSender >= ConsensusLimits.MessageBytesMax);
        Assert.True(GrainLimits.EarlyBytesOfSender >= ConsensusLimits.MessageBytesMax);
    }

    /// <summary>Senders 6 and 7 keep to one message of ten bytes, an eighth of the whole; the others send what they like.</summary>
    [Fact]
    public void Whatever_comes_bounds_and_order_hold_and_who_keeps_to_its_equal_part_loses_nothing() =>
        Prop.ForAll(Gen.Choose(0, 9).Zip(Gen.Choose(0, 44)).ListOf().ToArbitrary(), steps =>
        {
            var queues = new SenderQueues(8, 80, 4, 40);
            int[] last = new int[8];
            var modest = new Dictionary<int, int?> { [6] = null, [7] = null };
            int number = 0;
            int waiting = 0;
            foreach ((int step, int bytes) in steps)
            {
                bool isModest = modest.TryGetValue(step, out int? own);
                if (step >= 8)
                    Take();
                else if (own is null)
                    Add(step, isModest ? 10 : bytes, isModest);
            }
            while (waiting > 0)
                Take();
            Assert.Null(queues.Take());
            Assert.All(modest.Values, own => Assert.Null(own));

            void Add(int sender, int bytes, bool isModest)
            {
                int lost = queues.Lost;
                bool isIn = queues.TryAdd(Message(sender, ++number, bytes));
                waiting += 1 - (queues.Lost - lost);
                Assert.InRange(waiting, 0, 8);
                if (!isModest)
                    return;
                Assert.True(isIn);
                modest[sender] = number;
            }

            void Take()
            {
                WaitingMessage? next = queues.Take();
                Assert.Equal(waiting > 0, next is not null);
                if (next is not { } taken)
                    return;
                waiting--;
                int sender = Array.IndexOf(s_senders, taken.From);
                Assert.True(Number(taken) > last[sender]);
                last[sender] = Number(taken);
                if (!modest.TryGetValue(sender, out int? own))
                    return;
                Assert.Equal(own, Number(taken));
                modest[sender] = null;
            }
        }).QuickCheckThrowOnFailure();

    private void Flood(int sender, int bytes)
    {
        for (int number = 0; number < 100; number++)
            Add(sender, number, bytes);
    }

    private bool Add(int sender, int number, int bytes = 0) => _queues.TryAdd(Message(sender, number, bytes));

    private List<(int Sender, int Number)> Drain()
    {
        var taken = new List<(int, int)>();
        while (_queues.Take() is { } next)
            taken.Add((Array.IndexOf(s_senders, next.From), Number(next)));
        return taken;
    }

    private static WaitingMessage Message(int sender, int number, int bytes) => new(s_senders[sender], new FinalBlocksRequest((ulong)number), bytes);

    private static int Number(WaitingMessage message) => (int)((FinalBlocksRequest)message.Message).Above;
}
