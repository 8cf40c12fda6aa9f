using Cess.Gateway.Rest;
using Cess.Ledger.Modules;
using Cess.Ledger.Modules.Balances;
using Cess.Ledger.Modules.Batches;
using Cess.Ledger.Modules.Files;
using Cess.Primitives;
using Cess.TestHost;
using Cess.Wire;

namespace Cess.Client.Tests;

/// <summary>The feed from the real door.</summary>
public sealed class FeedOfTheDoorTests : ClientTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    private AccountId Other => Host.Chain.Other.PublicKey.ToAccountId();

    [Fact]
    public async Task Wherever_a_connection_breaks_no_event_is_lost_and_none_comes_twice()
    {
        ulong first = Host.Chain.Head.Height + 1;
        for (int tokens = 1; tokens <= 6; tokens += 3)
        {
            Call[] calls = [.. Enumerable.Range(tokens, 3).Select(each => new Transfer(Other, Balance.FromTokens((ulong)each)))];
            Assert.True(Host.Chain.Execute(Host.Chain.Owner, new Batch(BatchMode.AllOrNothing, [.. calls])).Succeeded);
            Assert.True(Host.Chain.Execute(Host.Chain.Owner, new CreateBucket($"other-{tokens}", new byte[64])).Succeeded);
        }

        using Cutter cutter = new();
        using CessClient client = new(Host.Endpoint, Host.Chain.Owner, Quick with { Time = Host.Time }, cutter);
        Task<List<string>> AmountsAsync() => client.Chain.WatchAsync(Subject.Of(Other), first).Take(6)
            .Select(happened => $"{happened.Height - first}: {happened.Fields["amount"]}").ToListAsync().AsTask().WaitAsync(s_limit);
        string[] expected = ["0: 1", "0: 2", "0: 3", "2: 4", "2: 5", "2: 6"];
        Assert.Equal(expected, await AmountsAsync());
        int whole = cutter.BytesRead;
        const int step = 11;
        for (int at = 0; at < whole; at += step)
        {
            cutter.CutAt(at);
            Assert.Equal(expected, await AmountsAsync());
            Assert.True(cutter.HasCut, $"The connection was not cut after {at} bytes.");
        }
    }

    [Fact]
    public async Task Blocks_come_as_they_become_final()
    {
        ulong first = Host.Chain.Head.Height + 1;
        await using IAsyncEnumerator<BlockMessage> blocks = Client.Chain.WatchBlocksAsync(first).GetAsyncEnumerator();
        for (ulong height = first; height < first + 3; height++)
        {
            Task<bool> next = blocks.MoveNextAsync().AsTask();
            Assert.False(next.IsCompleted);
            Host.Chain.Execute(Host.Chain.Owner, new Transfer(Other, Balance.OneToken));
            Assert.True(await next.WaitAsync(s_limit));
            Assert.Equal((height, Host.Chain.Head.BlockHash, 1), (blocks.Current.Height, blocks.Current.Hash, blocks.Current.TransactionCount));
        }
    }

    [Fact]
    public async Task All_blocks_are_had_from_the_first_on()
    {
        int count = (int)Host.Chain.Head.Height;
        Host.Faults.Plan("GET", "/v1/events", Fault.DropBefore);
        Host.Faults.Plan("GET", "/v1/events", Fault.ServerError);
        List<BlockMessage> blocks = await Client.Chain.WatchBlocksAsync(from: 0).Take(count).ToListAsync().AsTask().WaitAsync(s_limit);
        Assert.Equal(Enumerable.Range(1, count).Select(height => (ulong)height), blocks.Select(block => block.Height));
        Assert.Equal(0, Host.Faults.Left);
    }

    [Fact]
    public async Task What_the_start_of_a_block_changes_has_no_transaction()
    {
        // An era starts every 20 blocks, and the host's miners alone make more.
        AccountId validator = Host.Chain.Validator.PublicKey.ToAccountId();
        EventMessage started = await Client.Chain.WatchAsync(Subject.Of(validator), from: 1)
            .FirstAsync(happened => happened.Name == "Staking.EraStarted").AsTask().WaitAsync(s_limit);
        Assert.Null(started.Transaction);
        Assert.Equal($"{validator}", $"{started.Fields["validators"]![0]}");
    }

    [Fact]
    public async Task From_blocks_that_the_node_does_not_have_any_more_there_is_no_feed()
    {
        Host.Chain.HasForgotten = true;
        Host.Chain.PrunedBelow = 5;
        await FailsAsync(WireErrors.BlockGone.Code, () => Client.Chain.WatchBlocksAsync(from: 4).FirstAsync().AsTask());
        Assert.Equal(5UL, (await Client.Chain.WatchBlocksAsync(from: 5).FirstAsync().AsTask().WaitAsync(s_limit)).Height);
    }

    [Fact]
    public async Task Who_stops_reading_gives_the_place_back_at_once()
    {
        ulong head = Host.Chain.Head.Height;
        for (int i = 0; i < 2 * RestLimits.FeedsPerAddressMax; i++)
            Assert.Equal(head, (await Client.Chain.WatchBlocksAsync(head).FirstAsync().AsTask().WaitAsync(s_limit)).Height);
    }

    [Fact]
    public void A_node_has_said_twice_that_it_is_there_before_it_is_given_up() =>
        Assert.True(2 * RestLimits.FeedSilenceMax < ClientLimits.FeedSilenceMax);

    /// <summary>Cuts one connection after so many bytes of its answer.</summary>
    private sealed class Cutter() : DelegatingHandler(new SocketsHttpHandler { ResponseDrainTimeout = TimeSpan.Zero })
    {
        private int? _cutAt;

        public int BytesRead { get; private set; }

        public bool HasCut => _cutAt is null;

        public void CutAt(int bytes) => _cutAt = bytes;

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            HttpResponseMessage answer = await base.SendAsync(request, cancellationToken);
            HttpContent content = answer.Content;
            answer.Content = new StreamContent(new CutStream(this, await content.ReadAsStreamAsync(cancellationToken)));
            answer.Content.Headers.ContentType = content.Headers.ContentType;
            BytesRead = 0;
            return answer;
        }

        private sealed class CutStream(Cutter cutter, Stream source) : MemoryStream
        {
            public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
            {
                int left = cutter._cutAt is { } at ? at - cutter.BytesRead : buffer.Length;
                if (left == 0 && !buffer.IsEmpty)
                {
                    cutter._cutAt = null;
                    throw new IOException("The cable was cut.");
                }

                int count = await source.ReadAsync(buffer[..Math.Min(left, buffer.Length)], cancellationToken);
                cutter.BytesRead += count;
                return count;
            }

            protected override void Dispose(bool disposing)
            {
                source.Dispose();
                base.Dispose(disposing);
            }
        }
    }
}
