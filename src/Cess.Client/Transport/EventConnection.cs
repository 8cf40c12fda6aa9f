using System.Net.ServerSentEvents;

namespace Cess.Client.Transport;

/// <summary>
/// One connection over which a node sends events for as long as both sides like; made with the first event that is asked for. For one
/// reader. What it cannot make up for, such as a break, it only tells.
/// </summary>
/// <param name="transport">Where the node is.</param>
/// <param name="request">What to ask for.</param>
/// <param name="parse">Reads an event's data; gets its type first.</param>
/// <param name="cancellation">Ends it.</param>
internal sealed class EventConnection<T>(RestTransport transport, RestRequest request, SseItemParser<T> parse, CancellationToken cancellation)
    : IDisposable
{
    private const string ContentType = "text/event-stream";

    private readonly CancellationTokenSource _silence = transport.NewTimeout();
    private CancellationTokenSource? _either;
    private HttpResponseMessage? _answer;
    private EventBytes? _bytes;
    private IAsyncEnumerator<SseItem<T>>? _items;

    /// <summary>The next event.</summary>
    /// <exception cref="CessException">
    /// The door's code; Unreachable, also when the node ends the feed; Timeout after <see cref="ClientLimits.FeedSilenceMax"/>; BadAnswer.
    /// </exception>
    public async Task<SseItem<T>> NextAsync()
    {
        try
        {
            _silence.CancelAfter(ClientLimits.FeedSilenceMax);
            _items ??= await OpenAsync();
            if (!await _items.MoveNextAsync())
                throw new IOException("The node ended the feed.");
            _bytes!.Restart();
            return _items.Current;
        }
        catch (Exception e) when (transport.FailureOf(e, _silence, ClientLimits.FeedSilenceMax, cancellation) is { } failure)
        {
            throw failure;
        }
        finally
        {
            // The reader may take its time.
            _silence.CancelAfter(Timeout.InfiniteTimeSpan);
        }
    }

    public void Dispose()
    {
        _answer?.Dispose();
        _either?.Dispose();
        _silence.Dispose();
    }

    private async Task<IAsyncEnumerator<SseItem<T>>> OpenAsync()
    {
        _either = CancellationTokenSource.CreateLinkedTokenSource(_silence.Token, cancellation);
        _answer = await transport.OpenAsync(request, _either.Token);
        if (_answer.Content.Headers.ContentType?.MediaType != ContentType)
            throw new CessException(ClientErrors.BadAnswer, $"{request.Path} did not answer with events: is it a Cess node?");
        _bytes = new EventBytes(await _answer.Content.ReadAsStreamAsync(_either.Token));
        return SseParser.Create(_bytes, parse).EnumerateAsync(_either.Token).GetAsyncEnumerator(CancellationToken.None);
    }

    /// <summary>
    /// What the node sends, no further than an event may be long: the parser keeps what it has read until an event is complete, and reads on
    /// only when it has none.
    /// </summary>
    private sealed class EventBytes(Stream source) : Stream
    {
        private int _left = ClientLimits.FeedEventBytesMax;

        /// <summary>The parser has found an event.</summary>
        public void Restart() => _left = ClientLimits.FeedEventBytesMax;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (_left == 0)
                throw new CessException(ClientErrors.BadAnswer, $"An event of the feed has more than {ClientLimits.FeedEventBytesMax} bytes.");
            int count = await source.ReadAsync(buffer[..Math.Min(buffer.Length, _left)], cancellationToken);
            _left -= count;
            return count;
        }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush() => throw new NotSupportedException();
    }
}
