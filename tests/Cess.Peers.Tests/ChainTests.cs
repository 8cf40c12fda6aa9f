using System.Collections.Immutable;
using Cess.Consensus.Messages;
using Cess.Ledger.Blocks;
using Cess.Primitives;
using Cess.TestHost;

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
        Assert.Equal(7ul, Assert.Single(_node.Chain.Reads));
        Assert.Empty(_node.Chain.Waits);
    }

    [Fact]
    public async Task Without_new_blocks_there_is_no_answer() =>
        Assert.Null(await _client.GetFinalBlocksAsync(_node.Url, 7, TimeSpan.Zero));

    [Fact]
    public async Task Who_waits_gets_a_block_when_it_is_final_and_waits_no_longer_than_allowed()
    {
        Task<FinalBlocks?> read = _client.GetFinalBlocksAsync(_node.Url, 7, TimeSpan.FromDays(1));
        await Eventually.IsSoAsync("the request", () => _node.Chain.Waits.Count == 1);
        Assert.False(read.IsCompleted);

        _node.Chain.Finalise(TestPeerChain.Blocks(8));

        Assert.Equal(8ul, (await read)!.Blocks[0].Header.Height);
        Assert.Equal((7ul, PeerLimits.BlockWaitMax), _node.Chain.Waits[0]);
    }

    [Fact]
    public async Task Blocks_are_read_for_no_more_at_once_than_get_them()
    {
        TaskCompletionSource goesOn = new();
        _node.Chain.ReadsGoOn = goesOn.Task;
        _node.Chain.Finalise(TestPeerChain.Blocks(8));

        Task<FinalBlocks?>[] reads =
            [.. Enumerable.Range(0, PeerLimits.LargeAnswersMax).Select(_ => _client.GetFinalBlocksAsync(_node.Url, 7, TimeSpan.Zero))];
        const int served = PeerLimits.LargeAnswersMax / 4;
        await Eventually.IsSoAsync("the refusal of the others", () => reads.Count(read => read.IsFaulted) == reads.Length - served);

        Assert.Equal(served, _node.Chain.Reads.Count);
        goesOn.SetResult();
        foreach (Task<FinalBlocks?> read in reads.Where(read => !read.IsFaulted))
            Assert.NotNull(await read);
        Assert.All(reads.Where(read => read.IsFaulted), read => Assert.Equal(PeerError.Busy, ((PeerException)read.Exception!.InnerException!).Error));
    }

    [Fact]
    public async Task A_node_stops_while_others_wait_for_its_blocks()
    {
        Task<FinalBlocks?> read = _client.GetFinalBlocksAsync(_node.Url, 7, PeerLimits.BlockWaitMax);
        await Eventually.IsSoAsync("the request", () => _node.Chain.Waits.Count == 1);

        await _node.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20));

        await Assert.ThrowsAsync<PeerException>(() => read);
    }

    [Fact]
    public async Task A_node_that_no_longer_has_the_blocks_says_so()
    {
        _node.Chain.HasDroppedBlocks = true;

        PeerException e = await Assert.ThrowsAsync<PeerException>(() => _client.GetFinalBlocksAsync(_node.Url, 7, TimeSpan.Zero));

        Assert.Equal(PeerError.BlocksGone, e.Error);
    }

    [Fact]
    public async Task A_snapshot_comes_with_its_block_and_is_read_up_to_a_bound()
    {
        _node.Chain.Snapshot = Filled(300_000);
        _node.Chain.SnapshotBlock = Filled(200_000);
        int all = sizeof(uint) + 200_000 + 300_000;

        var (height, block, content) = await ReadSnapshotAsync(all);
        PeerException e = await Assert.ThrowsAsync<PeerException>(() => ReadSnapshotAsync(all - 1));

        Assert.Equal(7ul, height);
        Assert.Equal(_node.Chain.SnapshotBlock, block);
        Assert.Equal(_node.Chain.Snapshot, content);
        Assert.Equal(PeerError.TooLong, e.Error);
    }

    [Fact]
    public async Task A_snapshot_of_a_node_that_ends_meanwhile_is_no_whole_one()
    {
        _node.Chain.Snapshot = Filled(300_000);
        _node.Chain.SnapshotGoesOn = Task.FromException(new IOException("The disk is broken."));

        PeerException e = await Assert.ThrowsAsync<PeerException>(() => ReadSnapshotAsync(long.MaxValue));

        Assert.Equal(PeerError.Unreachable, e.Error);
    }

    [Fact]
    public async Task Who_sends_a_snapshot_too_slowly_is_given_up()
    {
        const int sent = 10 * PeerLimits.AnswerBytesPerSecondMin;
        ManualTime time = new(DateTimeOffset.UnixEpoch);
        await using SnapshotContent content = new(new StalledStream(sent), long.MaxValue, time, CancellationToken.None);
        await content.ReadExactlyAsync(new byte[sent]);
        Task<int> next = content.ReadAsync(new byte[1]).AsTask();

        time.Advance(PeerLimits.RequestTimeout + TimeSpan.FromSeconds(9));
        Assert.False(next.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(PeerError.TimedOut, (await Assert.ThrowsAsync<PeerException>(() => next)).Error);
    }

    [Fact]
    public async Task Who_takes_the_question_for_a_snapshot_and_says_nothing_is_given_up_soon()
    {
        ManualTime time = new(DateTimeOffset.UnixEpoch);
        using PeerChainClient client = new(_shown, time);
        _node.Chain.SnapshotComes = new TaskCompletionSource().Task;
        Task<bool> read = client.ReadSnapshotAsync(_node.Url, 1, (_, _) => Task.FromResult(true), CancellationToken.None);

        time.Advance(PeerLimits.LargeAnswerTimeout);

        PeerException e = await Assert.ThrowsAsync<PeerException>(() => read.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Equal(PeerError.TimedOut, e.Error);
    }

    [Fact]
    public async Task What_comes_as_a_snapshot_and_ends_within_its_block_is_refused()
    {
        byte[][] answers = [[], [1, 0, 0], [3, 0, 0, 0, 1, 2]];
        foreach (byte[] answer in answers)
        {
            PeerException e = await Assert.ThrowsAsync<PeerException>(() => SnapshotBlock.ReadAsync(new MemoryStream(answer), default));
            Assert.Equal(PeerError.Malformed, e.Error);
        }

        byte[] huge = [0xff, 0xff, 0xff, 0x7f, 1];
        Assert.Equal(
            PeerError.TooLong, (await Assert.ThrowsAsync<PeerException>(() => SnapshotBlock.ReadAsync(new MemoryStream(huge), default))).Error);
    }

    [Fact]
    public async Task A_node_without_snapshots_says_so()
    {
        PeerException e = await Assert.ThrowsAsync<PeerException>(() => ReadSnapshotAsync(1));

        Assert.Equal(PeerError.NotFound, e.Error);
    }

    [Fact]
    public async Task Handovers_are_read_from_an_era_on_and_no_more_than_one_answer_takes()
    {
        _node.Chain.Handovers.AddRange(Enumerable.Range(0, PeerLimits.HandoversMax + 3).Select(era => Scale.Encode(Samples.Handover(era))));

        ImmutableArray<EraHandover> first = await _client.GetHandoversAsync(_node.Url, 1);
        ImmutableArray<EraHandover> last = await _client.GetHandoversAsync(_node.Url, PeerLimits.HandoversMax);

        Assert.Equal(Enumerable.Range(1, PeerLimits.HandoversMax), first.Select(handover => (int)handover.Era.Index - 1));
        Assert.Equal(3, last.Length);
        Assert.Empty(await _client.GetHandoversAsync(_node.Url, 1_000));
    }

    [Fact]
    public async Task What_comes_as_handovers_and_is_none_is_refused()
    {
        _node.Chain.Handovers.Add([1, 2, 3]);

        PeerException e = await Assert.ThrowsAsync<PeerException>(() => _client.GetHandoversAsync(_node.Url, 0));

        Assert.Equal(PeerError.Malformed, e.Error);
    }

    [Fact]
    public async Task Who_is_no_validator_can_hand_in_transactions()
    {
        await _client.SendTransactionsAsync(_node.Url, [new byte[] { 1, 2 }, new byte[] { 3 }]);

        var (sender, transactions) = Assert.Single(_node.Inbox.Transactions);
        Assert.Equal(_shown.Node, sender.Node);
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

    private async Task<(ulong Height, byte[] Block, byte[] Content)> ReadSnapshotAsync(long bytesMax) => await _client.ReadSnapshotAsync(
        _node.Url,
        bytesMax,
        async (snapshot, cancellation) =>
        {
            MemoryStream got = new();
            await snapshot.Content.CopyToAsync(got, cancellation);
            return (snapshot.Height, snapshot.Block.ToArray(), got.ToArray());
        },
        CancellationToken.None);

    private static byte[] Filled(int size)
    {
        byte[] bytes = new byte[size];
        new Random(size).NextBytes(bytes);
        return bytes;
    }

    /// <summary>Gives so many bytes, and no more, and does not end.</summary>
    private sealed class StalledStream(int length) : MemoryStream(new byte[length])
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => Position < Length
            ? base.ReadAsync(buffer, cancellationToken)
            : new ValueTask<int>(new TaskCompletionSource<int>().Task);
    }
}
