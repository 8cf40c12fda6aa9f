using System.Net;
using System.Text;
using Cess.Ledger.Modules;
using Cess.Ledger.Modules.Files;
using Cess.Ledger.Modules.Miners;
using Cess.Primitives;
using Cess.TestHost;
using Cess.Wire;

namespace Cess.Client.Tests;

/// <summary>The feed from a node that does what the test says.</summary>
public sealed class FeedTests : IDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_instant = TimeSpan.FromTicks(1);
    private static readonly CessClientOptions s_quick = new() { FirstRetryDelay = TimeSpan.Zero, RetryDelayMax = TimeSpan.Zero, Attempts = 3 };

    private readonly ManualTime _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly PrivateKey _key = PrivateKey.Generate();
    private readonly Node _node = new();
    private readonly CessClient _client;

    public FeedTests() => _client = new CessClient(new Uri("http://node"), _key, s_quick with { Time = _time }, _node);

    public void Dispose()
    {
        _client.Dispose();
        _key.Dispose();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task After_a_break_within_a_block_no_event_is_lost_and_none_comes_twice(bool isOrderly)
    {
        string third = Event(7, "c");
        _node.Answers(Head(6) + Event(7, "a") + Event(7, "b") + third[..(third.Length / 2)], isOrderly ? End.Ends : End.Breaks);
        _node.Answers(Head(6) + Event(7, "a"), End.Breaks);
        _node.Answers(Head(6) + Event(7, "a") + Event(7, "b") + third + Event(9, "d"));
        Assert.Equal(["a", "b", "c", "d"], await NamesAsync(4));
        Assert.Equal(["/v1/events?bucket=photos", "/v1/events?from=7&bucket=photos", "/v1/events?from=7&bucket=photos"], _node.Asked);
    }

    [Fact]
    public async Task Blocks_that_a_feed_has_looked_through_are_not_asked_for_again()
    {
        _node.Answers(Head(6) + Event(7, "a") + Head(20), End.Breaks);
        _node.Answers(Head(20) + Event(21, "b"));
        Assert.Equal(["a", "b"], await NamesAsync(2));
        Assert.Equal("/v1/events?from=21&bucket=photos", _node.Asked[^1]);
    }

    [Fact]
    public async Task Before_its_first_event_a_feed_goes_on_where_the_head_was()
    {
        _node.Answers("", End.Breaks);
        _node.Answers(Head(6), End.Breaks);
        _node.Answers(Head(6) + Event(7, "a"));
        Assert.Equal(["a"], await NamesAsync(1));
        Assert.Equal(["/v1/events?bucket=photos", "/v1/events?bucket=photos", "/v1/events?from=7&bucket=photos"], _node.Asked);
    }

    [Fact]
    public async Task After_a_break_blocks_go_on_with_the_next_one()
    {
        _node.Answers(Head(6) + Block(7) + Block(8), End.Breaks);
        _node.Answers(Head(8) + Block(9));
        Assert.Equal([7UL, 8, 9], await _client.Chain.WatchBlocksAsync(from: 7).Take(3).Select(block => block.Height).ToListAsync());
        Assert.Equal(["/v1/events?from=7", "/v1/events?from=9"], _node.Asked);
    }

    [Theory]
    [InlineData(9)]
    [InlineData(7)]
    public async Task A_node_that_leaves_out_or_repeats_a_block_is_not_believed(ulong second)
    {
        _node.Answers(Head(6) + Block(7) + Block(second));
        await FailsAsync(ClientErrors.BadAnswer, () => _client.Chain.WatchBlocksAsync(from: 7).Take(2).ToListAsync().AsTask());
    }

    [Fact]
    public async Task A_node_that_leaves_out_on_the_second_time_what_it_told_is_not_believed()
    {
        _node.Answers(Head(6) + Event(7, "a") + Event(7, "b"), End.Breaks);
        _node.Answers(Head(6) + Event(7, "a") + Event(8, "c"));
        await FailsAsync(ClientErrors.BadAnswer, () => NamesAsync(3));
    }

    [Theory]
    [InlineData("event: event\ndata: {\"height\":5,\"name\":\"a\",\"fields\":{}}\n\n")]
    [InlineData("event: event\ndata: {\"height\":18446744073709551615,\"name\":\"a\",\"fields\":{}}\n\n")]
    [InlineData("event: event\ndata: {\"height\":7,\"name\":\"a\",\"fields\":{\"x\":\"1\",\"x\":\"2\"}}\n\n")]
    [InlineData("event: event\ndata: {\"height\":7,\"name\":\"a\"}\n\n")]
    [InlineData("event: event\ndata: null\n\n")]
    [InlineData("event: event\ndata: <html>\n\n")]
    [InlineData("event: head\ndata: {\"height\":8}\nid: x\n\n")]
    [InlineData("event: head\ndata: {\"height\":18446744073709551615}\nid: 18446744073709551615\n\n")]
    public async Task What_is_no_such_feed_is_not_believed(string text)
    {
        _node.Answers(Head(6) + text);
        await FailsAsync(ClientErrors.BadAnswer, () => NamesAsync(1));
    }

    [Fact]
    public async Task A_page_in_the_place_of_a_feed_is_a_bad_answer()
    {
        _node.Answers(() => new HttpResponseMessage { Content = new StringContent("<html></html>", Encoding.UTF8, "text/html") });
        await FailsAsync(ClientErrors.BadAnswer, () => NamesAsync(1));
    }

    [Fact]
    public async Task Events_of_types_that_are_not_known_are_passed_over()
    {
        _node.Answers(Head(6) + "event: weather\ndata: sunny\n\n" + "data: of no type\n\n" + Event(7, "a"));
        Assert.Equal(["a"], await NamesAsync(1));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_connection_over_which_a_node_says_nothing_is_given_up_for_another(bool atOnce)
    {
        Task silent = _node.Answers(atOnce ? "" : Head(6) + Event(7, "a")).Ended;
        _node.Answers(Head(6) + Event(7, "a") + Event(7, "b"));
        Task<List<string>> names = NamesAsync(2, from: 7);
        await silent.WaitAsync(s_limit);
        _time.Advance(ClientLimits.FeedSilenceMax - s_instant);
        Assert.Single(_node.Asked);
        _time.Advance(s_instant);
        Assert.Equal(["a", "b"], await names.WaitAsync(s_limit));
        Assert.Equal(2, _node.Asked.Count);
    }

    [Fact]
    public async Task A_node_that_stays_silent_is_given_up_as_late()
    {
        Task[] silent = [.. Enumerable.Range(0, s_quick.Attempts).Select(_ => _node.Answers(Head(6)).Ended)];
        Task<List<string>> names = NamesAsync(1);
        foreach (Task one in silent)
        {
            await one.WaitAsync(s_limit);
            _time.Advance(ClientLimits.FeedSilenceMax);
        }

        Assert.True((await FailsAsync(ClientErrors.Timeout, () => names.WaitAsync(s_limit))).IsTransient);
    }

    [Fact]
    public async Task A_reader_may_take_any_time()
    {
        _node.Answers(Head(6) + Event(7, "a") + Event(8, "b"));
        await foreach (EventMessage happened in Watch(from: null).Take(2))
            _time.Advance(10 * ClientLimits.FeedSilenceMax);
        Assert.Single(_node.Asked);
    }

    [Theory]
    [InlineData("event: event\ndata: ")]
    [InlineData(": ")]
    [InlineData("data: x\n")]
    public async Task An_event_that_does_not_end_is_refused_within_its_bound(string text)
    {
        Repeated endless = new(text);
        _node.Answers(() => Feed(endless));
        await FailsAsync(ClientErrors.BadAnswer, () => NamesAsync(1));
        Assert.Equal(ClientLimits.FeedEventBytesMax, endless.BytesRead);
        Assert.Single(_node.Asked);
    }

    [Fact]
    public async Task An_event_as_long_as_it_may_be_is_taken_after_any_number_of_others()
    {
        string longest = Event(8, new string('x', ClientLimits.FeedEventBytesMax - Event(8, "").Length));
        Assert.Equal(ClientLimits.FeedEventBytesMax, longest.Length);
        _node.Answers(Event(7, "a") + longest + Event(8, "b"));
        Assert.Equal([1, longest.Length - Event(8, "").Length, 1], (await NamesAsync(3)).Select(name => name.Length));
    }

    [Fact]
    public async Task What_a_node_does_not_have_any_more_is_said_at_once()
    {
        _node.Answers(() => Refusal(WireErrors.BlockGone));
        CessException failure = await FailsAsync(WireErrors.BlockGone.Code, () => NamesAsync(1, from: 1));
        Assert.Equal((410, false), (failure.Status, failure.IsTransient));
        Assert.Single(_node.Asked);
    }

    [Fact]
    public async Task A_node_that_asks_to_come_back_is_asked_again()
    {
        _node.Answers(() => Refusal(WireErrors.SlowDown));
        _node.Answers(Head(6) + Event(7, "a"));
        Assert.Equal(["a"], await NamesAsync(1));
    }

    [Fact]
    public async Task A_feed_that_does_not_get_on_is_given_up()
    {
        _node.Answers(Head(6) + Event(7, "a"), End.Breaks);
        for (int i = 0; i < s_quick.Attempts - 1; i++)
            _node.Answers(Head(6) + Event(7, "a"), End.Breaks);
        Assert.True((await FailsAsync(ClientErrors.Unreachable, () => NamesAsync(2))).IsTransient);
        Assert.Equal(s_quick.Attempts, _node.Asked.Count);
    }

    [Fact]
    public async Task A_feed_that_gets_on_is_never_given_up()
    {
        int breaks = 3 * s_quick.Attempts;
        for (ulong height = 7; height < 7 + (ulong)breaks; height++)
            _node.Answers(Head(height - 2) + Event(height - 1, "again") + Event(height, "new"), End.Breaks);
        List<string> names = await Watch(from: 6).Take(breaks).Select(happened => happened.Name).ToListAsync();
        Assert.Equal(["again", .. Enumerable.Repeat("new", breaks - 1)], names);
    }

    [Fact]
    public async Task Between_two_attempts_there_is_a_pause()
    {
        var second = TimeSpan.FromSeconds(1);
        CessClientOptions slow = s_quick with { Time = _time, FirstRetryDelay = second, RetryDelayMax = second };
        using CessClient client = new(new Uri("http://node"), _key, slow, _node);
        _node.Answers(Head(6) + Event(7, "a"), End.Breaks);
        _node.Answers(Head(6) + Event(7, "a") + Event(7, "b"));
        await using IAsyncEnumerator<EventMessage> events = client.Chain.WatchAsync(Subject.OfBucket("photos")).GetAsyncEnumerator();
        Assert.True(await events.MoveNextAsync());
        Task<bool> next = events.MoveNextAsync().AsTask();
        Assert.Single(_node.Asked);
        Assert.False(next.IsCompleted);
        _time.Advance(second);
        Assert.True(await next.WaitAsync(s_limit));
        Assert.Equal("b", events.Current.Name);
    }

    [Fact]
    public async Task A_reader_who_stops_is_told_so_and_not_that_the_node_is_late()
    {
        using CancellationTokenSource stop = new();
        Task silent = _node.Answers(Head(6)).Ended;
        Task<List<string>> names = NamesAsync(1, cancellation: stop.Token);
        await silent.WaitAsync(s_limit);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => names.WaitAsync(s_limit));
        Assert.Single(_node.Asked);
    }

    [Fact]
    public async Task Who_stops_reading_lets_go_of_the_connection()
    {
        Text text = _node.Answers(Head(6) + Event(7, "a"));
        Assert.Equal(["a"], await NamesAsync(1));
        Assert.True(text.IsDisposed);
    }

    [Fact]
    public async Task A_subject_is_asked_for_as_the_door_names_it()
    {
        var account = new AccountId(Hash256.Sha256("a"u8));
        var file = new FileId(Hash256.Sha256("b"u8));
        (Subject Subject, string Query)[] subjects =
        [
            (Subject.Of(account), $"account={account}"), (Subject.Of(file), $"file={file}"), (Subject.Of(new MinerId(3)), "miner=3"),
            (Subject.OfBucket("a&b"), "bucket=a%26b"),
        ];
        foreach ((Subject subject, string query) in subjects)
        {
            _node.Answers(Event(7, "a"));
            Assert.Single(await _client.Chain.WatchAsync(subject).Take(1).ToListAsync());
            Assert.Equal($"/v1/events?{query}", _node.Asked[^1]);
        }
    }

    private IAsyncEnumerable<EventMessage> Watch(ulong? from, CancellationToken cancellation = default) =>
        _client.Chain.WatchAsync(Subject.OfBucket("photos"), from, cancellation);

    private Task<List<string>> NamesAsync(int count, ulong? from = null, CancellationToken cancellation = default) =>
        Watch(from, cancellation).Take(count).Select(happened => happened.Name).ToListAsync(CancellationToken.None).AsTask();

    private static async Task<CessException> FailsAsync(string code, Func<Task> action)
    {
        CessException failure = await Assert.ThrowsAsync<CessException>(action);
        Assert.Equal(code, failure.Code);
        return failure;
    }

    private static string Head(ulong height) => $$"""
        event: head
        data: {"height":{{height}}}
        id: {{height}}


        """;

    private static string Event(ulong height, string name) => $$$"""
        event: event
        data: {"height":{{{height}}},"name":"{{{name}}}","fields":{}}
        id: {{{height}}}


        """;

    private static string Block(ulong height)
    {
        var block = new BlockMessage(
            height, Hash256.Zero, Hash256.Zero, default, "cess1", Hash256.Zero, Hash256.Zero, Hash256.Zero, TransactionCount: 0);
        return $"""
            event: block
            data: {System.Text.Json.JsonSerializer.Serialize(block, WireJson.Default.BlockMessage)}
            id: {height}


            """;
    }

    private static HttpResponseMessage Feed(Stream stream)
    {
        HttpResponseMessage answer = new() { Content = new StreamContent(stream) };
        answer.Content.Headers.ContentType = new("text/event-stream");
        return answer;
    }

    private static HttpResponseMessage Refusal(WireError error) => new((HttpStatusCode)error.Status)
    {
        Content = new StringContent($$$"""{"error":{"code":"{{{error.Code}}}","message":"No.","requestId":"1"}}"""),
    };

    /// <summary>How a connection ends.</summary>
    private enum End
    {
        /// <summary>In order.</summary>
        Ends,

        /// <summary>It is lost.</summary>
        Breaks,

        /// <summary>Not at all: nothing comes any more.</summary>
        Stays,
    }

    /// <summary>Answers one request after the other.</summary>
    private sealed class Node : HttpMessageHandler
    {
        private readonly Queue<Func<HttpResponseMessage>> _answers = [];

        /// <summary>Paths and queries.</summary>
        public List<string> Asked { get; } = [];

        public Text Answers(string text, End end = End.Stays)
        {
            Text stream = new(text, end);
            Answers(() => Feed(stream));
            return stream;
        }

        public void Answers(Func<HttpResponseMessage> answer) => _answers.Enqueue(answer);

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Asked.Add(request.RequestUri!.PathAndQuery);
            return _answers.TryDequeue(out Func<HttpResponseMessage>? answer)
                ? Task.FromResult(answer())
                : throw new InvalidOperationException("Once too often.");
        }
    }

    /// <summary>Comes event by event.</summary>
    private sealed class Text(string text, End end) : MemoryStream(Encoding.UTF8.GetBytes(text.ReplaceLineEndings("\n")))
    {
        private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>Ends when all of it was read, and more is asked for.</summary>
        public Task Ended => _ended.Task;

        public bool IsDisposed { get; private set; }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (Position < Length || buffer.IsEmpty)
            {
                ReadOnlySpan<byte> left = ToArray().AsSpan((int)Position);
                int count = left.IndexOf("\n\n"u8) is var at and >= 0 ? at + 2 : left.Length;
                return await base.ReadAsync(buffer[..Math.Min(count, buffer.Length)], cancellationToken);
            }

            Task forever = Task.Delay(Timeout.Infinite, cancellationToken);
            _ended.TrySetResult();
            if (end == End.Breaks)
                throw new IOException("The cable was cut.");
            if (end == End.Stays)
                await forever;
            return 0;
        }

        protected override void Dispose(bool disposing)
        {
            IsDisposed = true;
            base.Dispose(disposing);
        }
    }

    /// <summary>A text again and again, without an end.</summary>
    private sealed class Repeated(string text) : MemoryStream
    {
        private readonly byte[] _text = Encoding.UTF8.GetBytes(text);

        public long BytesRead { get; private set; }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            int count = Math.Min(buffer.Length, _text.Length);
            _text.AsSpan(0, count).CopyTo(buffer.Span);
            BytesRead += count;
            return ValueTask.FromResult(count);
        }
    }
}
