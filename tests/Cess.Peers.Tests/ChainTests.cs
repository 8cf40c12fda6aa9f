using Cess.Consensus.Messages;
using Cess.Primitives;

namespace Cess.Peers.Tests;

public sealed class ChainTests : IAsyncLifetime, IDisposable
{
    private readonly TestChain _chain = new();
    private readonly NodeCertificate _shown = TestNode.NewCertificate();
    private readonly PeerChainClient _client;
    private TestNode _node = null!;

    public ChainTests() => _client = new PeerChainClient(_shown, TimeProvider.System);

    public async Task InitializeAsync() => _node = await TestNode.StartAsync(_chain, _chain.Validators(1));

    public async Task DisposeAsync() => await _node.DisposeAsync();

    public void Dispose()
    {
        _client.Dispose();
        _shown.Dispose();
    }

    [Fact]
    public async Task A_node_that_joins_gets_the_genesis() =>
        Assert.Equal(TestPeerChain.GenesisBytes.ToArray(), await _client.GetGenesisAsync(_node.Url, _chain.Genesis));

    [Fact]
    public async Task The_genesis_of_another_chain_is_refused()
    {
        PeerException e = await Assert.ThrowsAsync<PeerException>(() => _client.GetGenesisAsync(_node.Url, Hash256.Sha256([1])));

        Assert.Equal(PeerError.WrongChain, e.Error);
    }

    [Fact]
    public async Task Final_blocks_are_read_as_they_were_given()
    {
        FinalBlocks blocks = TestPeerChain.Blocks(8);
        _node.Chain.Finalise(blocks);

        FinalBlocks? read = await _client.GetFinalBlocksAsync(_node.Url, 7, TimeSpan.Zero);

        Assert.Equal(Scale.Encode<ConsensusMessage>(blocks), Scale.Encode<ConsensusMessage>(read!));
        Assert.Equal((7ul, TimeSpan.Zero), Assert.Single(_node.Chain.Asked));
    }

    [Fact]
    public async Task Without_new_blocks_there_is_no_answer() =>
        Assert.Null(await _client.GetFinalBlocksAsync(_node.Url, 7, TimeSpan.Zero));

    [Fact]
    public async Task Who_waits_gets_a_block_when_it_is_final_and_waits_no_longer_than_allowed()
    {
        Task<FinalBlocks?> read = _client.GetFinalBlocksAsync(_node.Url, 7, TimeSpan.FromDays(1));
        await Eventually.IsSoAsync("the request", () => _node.Chain.Asked.Count == 1);
        Assert.False(read.IsCompleted);

        _node.Chain.Finalise(TestPeerChain.Blocks(8));

        Assert.Equal(8ul, (await read)!.Blocks[0].Header.Height);
        Assert.Equal(PeerLimits.BlockWaitMax, _node.Chain.Asked[0].Wait);
    }

    [Fact]
    public async Task A_node_stops_while_others_wait_for_its_blocks()
    {
        Task<FinalBlocks?> read = _client.GetFinalBlocksAsync(_node.Url, 7, PeerLimits.BlockWaitMax);
        await Eventually.IsSoAsync("the request", () => _node.Chain.Asked.Count == 1);

        await _node.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20));

        await Assert.ThrowsAsync<PeerException>(() => read);
    }

    [Fact]
    public async Task A_snapshot_is_read_up_to_a_bound()
    {
        _node.Chain.Snapshot = new byte[300_000];
        new Random(1).NextBytes(_node.Chain.Snapshot);
        MemoryStream got = new();

        ulong height = await _client.GetSnapshotAsync(_node.Url, got, 300_000, default);
        PeerException e = await Assert.ThrowsAsync<PeerException>(() => _client.GetSnapshotAsync(_node.Url, new MemoryStream(), 299_999, default));

        Assert.Equal(7ul, height);
        Assert.Equal(_node.Chain.Snapshot, got.ToArray());
        Assert.Equal(PeerError.TooLong, e.Error);
    }

    [Fact]
    public async Task A_node_without_snapshots_says_so()
    {
        PeerException e = await Assert.ThrowsAsync<PeerException>(() => _client.GetSnapshotAsync(_node.Url, new MemoryStream(), 1, default));

        Assert.Equal(PeerError.NotFound, e.Error);
    }

    [Fact]
    public async Task Who_is_no_validator_can_hand_in_transactions()
    {
        await _client.SendTransactionsAsync(_node.Url, [new byte[] { 1, 2 }, new byte[] { 3 }]);

        var (node, transactions) = Assert.Single(_node.Inbox.Transactions);
        Assert.Equal(_shown.Node, node);
        Assert.Equal(["0102", "03"], transactions.Select(Convert.ToHexString));
    }

    [Fact]
    public async Task A_stranger_that_hands_in_too_many_transactions_is_put_off()
    {
        PeerException? refusal = null;
        for (int i = 0; i < PeerLimits.RequestBudget && refusal is null; i++)
            refusal = (PeerException?)await Record.ExceptionAsync(() => _client.SendTransactionsAsync(_node.Url, [new byte[1024 * 1024]]));

        Assert.Equal(PeerError.Busy, refusal?.Error);
        Assert.InRange(_node.Inbox.Transactions.Count, 1, 20);
    }

    [Fact]
    public async Task A_node_that_is_not_there_is_unreachable()
    {
        string url = _node.Url;
        await _node.DisposeAsync();

        PeerException e = await Assert.ThrowsAsync<PeerException>(() => _client.GetGenesisAsync(url));

        Assert.Equal(PeerError.Unreachable, e.Error);
    }

    [Fact]
    public async Task Who_asks_for_too_much_is_put_off()
    {
        PeerException? refusal = null;
        for (int i = 0; i < PeerLimits.RequestBudget && refusal is null; i++)
            refusal = (PeerException?)await Record.ExceptionAsync(() => _client.GetGenesisAsync(_node.Url));

        Assert.Equal(PeerError.Busy, refusal?.Error);
    }
}
