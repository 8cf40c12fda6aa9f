namespace Cess.Peers.Tests;

/// <summary>Two nodes with a validator each; the second has joined through the first, and they have links to each other.</summary>
internal sealed class LinkedPair : IAsyncDisposable
{
    private LinkedPair(TestNode first, TestNode second) => (First, Second) = (first, second);

    public TestNode First { get; }

    public TestNode Second { get; }

    /// <summary>Starts both.</summary>
    /// <param name="chain">Who is a validator.</param>
    /// <param name="identity">The second node's; null for any.</param>
    /// <param name="kept">What the second node keeps.</param>
    public static async Task<LinkedPair> StartAsync(TestChain chain, NodeCertificate? identity = null, IPeerStore? kept = null)
    {
        TestValidator[] validators = chain.Validators(2);
        TestNode first = await TestNode.StartAsync(chain, validators[..1]);
        TestNode second = await TestNode.StartAsync(chain, validators[1..], [first.Url], identity, kept);
        LinkedPair pair = new(first, second);
        try
        {
            await TestNode.AreLinkedAsync(first, second);
            return pair;
        }
        catch
        {
            await pair.DisposeAsync();
            throw;
        }
    }

    public void Deconstruct(out TestNode first, out TestNode second) => (first, second) = (First, Second);

    /// <summary>Ends the second node; once the first has lost it, gives the port where it was.</summary>
    public async Task<int> LoseSecondAsync()
    {
        int port = Second.Port;
        await Second.DisposeAsync();
        await Eventually.IsSoAsync("the end of the link", () => !First.Links.Peers[0].IsUp);
        return port;
    }

    public async ValueTask DisposeAsync()
    {
        await Second.DisposeAsync();
        await First.DisposeAsync();
    }
}
