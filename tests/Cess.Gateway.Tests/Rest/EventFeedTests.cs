using System.Collections.Concurrent;
using System.Net;
using System.Net.ServerSentEvents;
using System.Text.Json;
using Cess.Gateway.Rest;
using Cess.Gateway.Rest.Chain;
using Cess.Grains;
using Cess.Ledger.Blocks;
using Cess.Ledger.Modules;
using Cess.Ledger.Modules.Balances;
using Cess.Ledger.Modules.Files;
using Cess.Ledger.Modules.Staking;
using Cess.Primitives;
using Cess.TestHost;
using Cess.Wire;
using Microsoft.Extensions.DependencyInjection;

namespace Cess.Gateway.Tests.Rest;

public sealed class EventFeedTests : RestTests
{
    private AccountId Other => Host.Chain.Other.PublicKey.ToAccountId();

    [Fact]
    public async Task A_listener_hears_of_each_block_that_becomes_final()
    {
        await using Feed feed = await Feed.OpenAsync(Host, "/v1/events");
        for (int i = 0; i < 3; i++)
        {
            Pay(Host.Chain.Owner, Other);
            BlockMessage block = JsonSerializer.Deserialize(await feed.NextAsync("block"), WireJson.Default.BlockMessage)!;
            Assert.Equal((Host.Chain.Head.Height, Host.Chain.Head.BlockHash, 1), (block.Height, block.Hash, block.TransactionCount));
        }
    }

    [Fact]
    public async Task A_listener_of_one_account_hears_of_nothing_else()
    {
        await using Feed feed = await Feed.OpenAsync(Host, $"/v1/events?account={Other}");
        Host.Chain.Execute(Host.Chain.Owner, new CreateBucket("not-of-interest", new byte[64]));
        Pay(Host.Chain.Owner, Other);
        EventMessage happened = JsonSerializer.Deserialize(await feed.NextAsync("event"), WireJson.Default.EventMessage)!;
        Assert.Equal((Host.Chain.Head.Height, "Balances.Transferred"), (happened.Height, happened.Name));
        Assert.Equal($"{Other}", $"{happened.Fields["to"]}");
        Assert.NotNull(happened.Transaction);
    }

    [Fact]
    public async Task An_event_shows_also_the_fields_that_all_events_of_its_module_have()
    {
        await using Feed feed = await Feed.OpenAsync(Host, $"/v1/events?account={Other}");
        Host.Chain.Execute(Host.Chain.Other, new Bond(Balance.OneToken));
        EventMessage happened = JsonSerializer.Deserialize(await feed.NextAsync("event"), WireJson.Default.EventMessage)!;
        Assert.Equal("Staking.Bonded", happened.Name);
        Assert.Equal(["account", "amount", "kind"], happened.Fields.Select(field => field.Key).Order(StringComparer.Ordinal));
        Assert.Equal($"{Other}", $"{happened.Fields["account"]}");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Who_connects_again_misses_nothing(bool hasForgotten)
    {
        Pay(Host.Chain.Owner, Other);
        ulong known = Host.Chain.Head.Height;
        Pay(Host.Chain.Owner, Other);
        Pay(Host.Chain.Owner, Other);
        Host.Chain.HasForgotten = hasForgotten;
        await using Feed feed = await Feed.OpenAsync(Host, "/v1/events", lastEventId: known);
        for (ulong height = known; height <= Host.Chain.Head.Height; height++)
            Assert.Equal(height, JsonSerializer.Deserialize(await feed.NextAsync("block"), WireJson.Default.BlockMessage)!.Height);
    }

    [Fact]
    public async Task A_feed_starts_where_its_listener_says()
    {
        await using Feed feed = await Feed.OpenAsync(Host, "/v1/events?from=3");
        Assert.Equal(3UL, JsonSerializer.Deserialize(await feed.NextAsync("block"), WireJson.Default.BlockMessage)!.Height);
    }

    [Fact]
    public async Task A_feed_that_starts_far_ahead_waits_for_its_first_block()
    {
        const int ahead = 20;
        ulong first = Host.Chain.Head.Height + ahead;
        await using Feed feed = await Feed.OpenAsync(Host, $"/v1/events?from={first}");
        for (int i = 0; i < ahead; i++)
            Pay(Host.Chain.Owner, Other);
        Assert.Equal(first, JsonSerializer.Deserialize(await feed.NextAsync("block"), WireJson.Default.BlockMessage)!.Height);
    }

    [Fact]
    public async Task A_listener_whom_no_block_concerns_is_told_how_far_the_feed_has_looked()
    {
        var ledger = new WatchedLedger(Host.Chain);
        var feed = new EventFeed(ledger, Host.Chain, Host.Chain, Host.Time);
        ulong start = Host.Chain.Head.Height;
        await using IAsyncEnumerator<SseItem<string>> items = feed.OpenAsync(start, Subject.Of(Other), default).GetAsyncEnumerator();
        Assert.True(await items.MoveNextAsync());
        for (int round = 0; round < 2; round++)
        {
            Task<bool> next = items.MoveNextAsync().AsTask();
            for (TimeSpan silent = TimeSpan.Zero; silent < RestLimits.FeedSilenceMax; silent += TimeSpan.FromSeconds(3))
            {
                Assert.False(next.IsCompleted);
                Host.Chain.Execute(Host.Chain.Owner, new CreateBucket($"not-of-interest-{Host.Chain.Head.Height}", new byte[64]));
                await ledger.UntilWaitedAboveAsync(Host.Chain.Head.Height);
                Host.Time.Advance(TimeSpan.FromSeconds(3));
            }

            Assert.True(await next.WaitAsync(TimeSpan.FromSeconds(30)));
            Assert.Equal(("head", $"{Host.Chain.Head.Height}"), (items.Current.EventType, items.Current.EventId));
        }
    }

    [Fact]
    public async Task Who_loses_a_feed_at_once_does_not_skip_what_it_asked_for()
    {
        await using Feed feed = await Feed.OpenAsync(Host, "/v1/events?from=3");
        Assert.Equal("2", feed.LastId);
    }

    [Fact]
    public async Task One_address_leaves_places_to_others()
    {
        EventFeed feed = Host.Services.GetRequiredService<EventFeed>();
        IDisposable[] all = [.. Enumerable.Range(0, RestLimits.FeedsPerAddressMax).Select(_ => feed.TakePlace(IPAddress.Loopback))];
        await Tester.RefusedAsync(WireErrors.SlowDown, "/v1/events");
        feed.TakePlace(IPAddress.Parse("192.0.2.1")).Dispose();
        all[0].Dispose();
        await using Feed open = await Feed.OpenAsync(Host, "/v1/events");
        await Tester.RefusedAsync(WireErrors.SlowDown, "/v1/events");
    }

    [Theory]
    [InlineData("account=nobody")]
    [InlineData("file=12")]
    [InlineData("miner=first")]
    [InlineData("from=x")]
    [InlineData("bucket=photos&miner=1")]
    public async Task A_feed_of_nothing_in_particular_is_refused(string query) => await Tester.RefusedAsync(WireErrors.Malformed, $"/v1/events?{query}");

    private void Pay(PrivateKey from, AccountId to) => Assert.True(Host.Chain.Execute(from, new Transfer(to, Balance.OneToken)).Succeeded);

    /// <summary>One connection that listens. It is heard of before <see cref="OpenAsync"/> returns.</summary>
    private sealed class Feed : IAsyncDisposable
    {
        private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(30);

        private readonly HttpClient _http = new();
        private IAsyncEnumerator<SseItem<string>> _items = null!;

        public static async Task<Feed> OpenAsync(RestHost host, string path, ulong? lastEventId = null)
        {
            Feed feed = new();
            HttpRequestMessage request = new(HttpMethod.Get, new Uri(host.Endpoint, path));
            if (lastEventId is { } last)
                request.Headers.Add("Last-Event-ID", $"{last}");
            HttpResponseMessage answer = await feed._http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            Assert.Equal("text/event-stream", answer.Content.Headers.ContentType?.MediaType);
            feed._items = SseParser.Create(await answer.Content.ReadAsStreamAsync()).EnumerateAsync().GetAsyncEnumerator();
            await feed.NextAsync("head");
            return feed;
        }

        /// <summary>What to name as Last-Event-ID when the connection is lost now.</summary>
        public string? LastId => _items.Current.EventId;

        public async Task<string> NextAsync(string type)
        {
            Assert.True(await _items.MoveNextAsync().AsTask().WaitAsync(s_limit));
            Assert.Equal(type, _items.Current.EventType);
            return _items.Current.Data;
        }

        public ValueTask DisposeAsync()
        {
            _http.Dispose();
            return ValueTask.CompletedTask;
        }
    }

    /// <summary>The chain, and how far a feed has looked.</summary>
    private sealed class WatchedLedger(TestChain chain) : ILedgerReader
    {
        private readonly ConcurrentDictionary<ulong, TaskCompletionSource> _waits = [];

        public LedgerState Head => chain.Head;

        public IReadOnlyList<FinalBlock>? Above(ulong height) => chain.Above(height);

        public bool IsNamed(Hash256 firstFragment) => chain.IsNamed(firstFragment);

        public Task WaitAboveAsync(ulong height, CancellationToken cancellation)
        {
            WaitOf(height).TrySetResult();
            return chain.WaitAboveAsync(height, cancellation);
        }

        public Task UntilWaitedAboveAsync(ulong height) => WaitOf(height).Task.WaitAsync(TimeSpan.FromSeconds(30));

        private TaskCompletionSource WaitOf(ulong height) =>
            _waits.GetOrAdd(height, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
    }
}
