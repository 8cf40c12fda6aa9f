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
}
