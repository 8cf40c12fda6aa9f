using Cess.Consensus;
using Cess.Primitives;

namespace Cess.Peers.Tests;

public sealed class LinkTests
{
    private readonly TestChain _chain = new();

    [Fact]
    public async Task A_message_reaches_the_right_validator_of_the_right_node()
    {
        TestValidator[] validators = _chain.Validators(4);
        await using TestNode a = await TestNode.StartAsync(_chain, validators[..1]);
        await using TestNode b = await TestNode.StartAsync(_chain, validators[1..3], [a.Url]);
        await using TestNode c = await TestNode.StartAsync(_chain, validators[3..], [a.Url]);
        await TestNode.AreLinkedAsync(a, b, c);

        a.Links.Send(validators[0].Account, validators[2].Account, "for the third"u8.ToArray());

        await Eventually.IsSoAsync("the message", () => !b.Inbox.Messages.IsEmpty);
        var (from, to, message) = Assert.Single(b.Inbox.Messages);
        Assert.Equal(validators[0].Account, from);
        Assert.Equal(validators[2].Account, to);
        Assert.Equal("for the third"u8.ToArray(), message);
        Assert.Empty(c.Inbox.Messages);
    }

    [Fact]
    public async Task A_message_to_a_validator_of_the_same_node_arrives_at_once()
    {
        TestValidator[] validators = _chain.Validators(2);
        await using TestNode node = await TestNode.StartAsync(_chain, validators);

        node.Links.Send(validators[0].Account, validators[1].Account, new byte[3]);

        Assert.Equal(validators[1].Account, Assert.Single(node.Inbox.Messages).To);
    }

    [Fact]
    public async Task Messages_of_all_sizes_arrive_whole_and_in_order()
    {
        await using LinkedPair pair = await LinkedPair.StartAsync(_chain);
        var (a, b) = pair;
        int[] sizes = [0, 1, 150, 65_536, 65_537, 300, 1_000_000, 7, ConsensusLimits.MessageBytesMax, 20, 64 * 1024 - 69, 64 * 1024 - 68];
        byte[][] messages = [.. sizes.Select((size, seed) => Filled(size, seed))];

        foreach (byte[] message in messages)
            a.Links.Send(a.Validator, b.Validator, message);

        await Eventually.IsSoAsync("all messages", () => b.Inbox.Messages.Count == sizes.Length);
        Assert.All(b.Inbox.Messages.Zip(messages), pair => Assert.True(pair.First.Message.AsSpan().SequenceEqual(pair.Second)));
        Assert.Equal(0, a.Counts.Of("cess.peers.drops"));
        long bytes = messages.Sum(message => 5L + 64 + message.Length);
        Assert.Equal(bytes, a.Counts.Of("cess.peers.bytes", "out"));
        Assert.Equal(bytes, b.Counts.Of("cess.peers.bytes", "in"));
        Assert.Equal(sizes.Length, b.Counts.Of("cess.peers.messages", "consensus"));
    }

    [Fact]
    public async Task Many_messages_in_a_burst_arrive()
    {
        await using LinkedPair pair = await LinkedPair.StartAsync(_chain);
        var (a, b) = pair;

        for (int i = 0; i < PeerLimits.QueueMessagesMax; i++)
            a.Links.Send(a.Validator, b.Validator, BitConverter.GetBytes(i));

        await Eventually.IsSoAsync("all messages", () => b.Inbox.Messages.Count == PeerLimits.QueueMessagesMax);
        Assert.Equal(Enumerable.Range(0, PeerLimits.QueueMessagesMax), b.Inbox.Messages.Select(got => BitConverter.ToInt32(got.Message)));
    }

    [Fact]
    public async Task A_message_to_who_is_not_known_is_dropped_and_counted()
    {
        TestValidator[] validators = _chain.Validators(1);
        await using TestNode node = await TestNode.StartAsync(_chain, validators);

        node.Links.Send(node.Validator, TestValidator.Create().Account, new byte[1]);

        Assert.Equal(1, node.Counts.Of("cess.peers.drops", DropReason.ReceiverUnknown));
    }

    [Fact]
    public async Task A_message_that_is_too_long_is_its_senders_fault()
    {
        await using TestNode node = await TestNode.StartAsync(_chain, _chain.Validators(1));

        Assert.Throws<ArgumentException>(() =>
            node.Links.Send(node.Validator, TestValidator.Create().Account, new byte[ConsensusLimits.MessageBytesMax + 1]));
    }

    [Fact]
    public async Task A_peer_that_restarts_elsewhere_is_found_again()
    {
        NodeCertificate identity = TestNode.NewCertificate();
        MemoryStore kept = new();
        await using LinkedPair pair = await LinkedPair.StartAsync(_chain, identity, kept);
        var (a, b) = pair;
        string before = b.Url;
        await pair.LoseSecondAsync();

        // From what it has kept: nobody names a node to join.
        await using TestNode restarted = await TestNode.StartAsync(_chain, b.Validators, null, identity, kept);
        await TestNode.AreLinkedAsync(a, restarted);
        a.Links.Send(a.Validator, restarted.Validator, "welcome back"u8.ToArray());

        await Eventually.IsSoAsync("the message", () => !restarted.Inbox.Messages.IsEmpty);
        Assert.NotEqual(before, restarted.Url);
        Assert.Equal(restarted.Url, Assert.Single(a.Links.Peers).Endpoint.Url);
    }

    [Fact]
    public async Task A_peer_that_restarts_where_it_was_is_found_again()
    {
        NodeCertificate identity = TestNode.NewCertificate();
        await using LinkedPair pair = await LinkedPair.StartAsync(_chain, identity);
        var (a, b) = pair;
        int port = await pair.LoseSecondAsync();
        a.Links.Send(a.Validator, b.Validator, "kept for you"u8.ToArray());
        await using TestNode restarted = await TestNode.StartAsync(_chain, b.Validators, null, identity, port: port);

        await Eventually.IsSoAsync("the message", () => restarted.Inbox.Messages.Any(got => got.Message.AsSpan().SequenceEqual("kept for you"u8)));
    }

    [Fact]
    public async Task Links_to_former_validators_end()
    {
        await using LinkedPair pair = await LinkedPair.StartAsync(_chain);
        var (a, b) = pair;

        _chain.Forget(b.Validators[0]);
        a.Links.Refresh();

        await Eventually.IsSoAsync("the end of the link", () => a.Links.Peers.Count == 0);
        Assert.Single(a.Book.Records);
    }

    [Fact]
    public async Task A_new_validator_of_a_node_is_known_to_the_others_at_once()
    {
        TestValidator[] validators = _chain.Validators(2);
        await using TestNode a = await TestNode.StartAsync(_chain, validators[..1]);
        TestValidator late = TestValidator.Create();
        await using TestNode b = await TestNode.StartAsync(_chain, [validators[1], late], [a.Url]);
        await TestNode.AreLinkedAsync(a, b);
        Assert.False(a.Book.TryFind(late.Account, out _));

        _chain.Remember(late);
        b.Links.Refresh();

        await Eventually.IsSoAsync("the new validator's record", () => a.Book.TryFind(late.Account, out _));
    }

    [Fact]
    public async Task A_full_queue_costs_its_oldest_messages_only()
    {
        NodeCertificate identity = TestNode.NewCertificate();
        await using LinkedPair pair = await LinkedPair.StartAsync(_chain, identity);
        var (a, b) = pair;
        int port = await pair.LoseSecondAsync();
        for (int i = 0; i < PeerLimits.QueueMessagesMax + 3; i++)
            a.Links.Send(a.Validator, b.Validator, BitConverter.GetBytes(i));
        Assert.Equal(PeerLimits.QueueMessagesMax, a.Links.Peers[0].Waiting);
        Assert.Equal(3, a.Counts.Of("cess.peers.drops", DropReason.QueueFull));
        await using TestNode restarted = await TestNode.StartAsync(_chain, b.Validators, null, identity, port: port);

        await Eventually.IsSoAsync("the newest message", () =>
            restarted.Inbox.Messages.Any(got => BitConverter.ToInt32(got.Message) == PeerLimits.QueueMessagesMax + 2));
        Assert.DoesNotContain(restarted.Inbox.Messages, got => BitConverter.ToInt32(got.Message) < 3);
    }

    private static byte[] Filled(int size, int seed)
    {
        byte[] bytes = new byte[size];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
