using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Cess.Primitives;
using Cess.Wire;

namespace Cess.Client.Transport;

/// <summary>
/// Sends requests to one node, again when that makes sense: after lost connections, time-outs, and answers that ask to come
/// back. Every request of the protocol may be repeated.
/// </summary>
internal sealed class RestTransport(HttpMessageInvoker http, Uri endpoint, RequestSigner? signer, CessClientOptions options)
{
    /// <summary>Connections as a client makes them when nobody gives it others.</summary>
    public static HttpMessageHandler NewHandler() => new SocketsHttpHandler
    {
        ConnectTimeout = TimeSpan.FromSeconds(10),
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        AllowAutoRedirect = false,
        // Only feeds are left before their end, and the rest of one is never worth waiting for: the node is to know at once.
        ResponseDrainTimeout = TimeSpan.Zero,
    };

    /// <summary>Reads SCALE that a node has given.</summary>
    /// <exception cref="CessException">BadAnswer.</exception>
    public static T Decode<T>(string path, ReadOnlyMemory<byte> bytes)
        where T : IScaleValue<T>
    {
        try
        {
            return Scale.Decode<T>(bytes.Span);
        }
        catch (ScaleException e)
        {
            throw new CessException(ClientErrors.BadAnswer, $"{path} answered with bytes that are not what was asked for: {e.Message}", e);
        }
    }

    /// <summary>Sends a request and reads its JSON answer.</summary>
    /// <exception cref="CessException">The door's code, Unreachable, Timeout, or BadAnswer.</exception>
    public Task<T> SendAsync<T>(RestRequest request, JsonTypeInfo<T> answer, CancellationToken cancellation) =>
        SendAsync(request, (content, token) => ReadJsonAsync(content, answer, token), cancellation);

    /// <summary>Sends a request whose answer has no content.</summary>
    /// <exception cref="CessException">The door's code, Unreachable, or Timeout.</exception>
    public Task SendAsync(RestRequest request, CancellationToken cancellation) =>
        SendAsync(request, static (_, _) => Task.FromResult(true), cancellation);

    /// <summary>Sends a request and fills a buffer with its answer, which must be just as long.</summary>
    /// <exception cref="CessException">The door's code, Unreachable, Timeout, or BadAnswer.</exception>
    public Task FillAsync(RestRequest request, Memory<byte> buffer, CancellationToken cancellation) => SendAsync(
        request,
        async (content, token) =>
        {
            using Stream body = await content.ReadAsStreamAsync(token);
            await body.ReadExactlyAsync(buffer, token);
            return await body.ReadAsync(new byte[1], token) == 0
                ? true
                : throw new CessException(ClientErrors.BadAnswer, $"{request.Path} answered with more than {buffer.Length} bytes.");
        },
        cancellation);

    /// <summary>Sends a request and reads its answer in SCALE.</summary>
    /// <exception cref="CessException">The door's code, Unreachable, Timeout, or BadAnswer.</exception>
    public async Task<T> SendScaleAsync<T>(RestRequest request, CancellationToken cancellation)
        where T : IScaleValue<T> => Decode<T>(request.Path, await ReadBytesAsync(request, cancellation));

    /// <summary>Sends a request and reads its answer as it is.</summary>
    /// <exception cref="CessException">The door's code, Unreachable, Timeout, or BadAnswer.</exception>
    public Task<byte[]> ReadBytesAsync(RestRequest request, CancellationToken cancellation) =>
        SendAsync(request, static (content, token) => ReadUpToAsync(content, ClientLimits.AnswerBytesMax, token), cancellation);

    /// <summary>Sends a request once and leaves its answer to be read as it comes, for it may have no end.</summary>
    /// <exception cref="CessException">The door's code.</exception>
    public async Task<HttpResponseMessage> OpenAsync(RestRequest request, CancellationToken cancellation)
    {
        using HttpRequestMessage message = Build(request);
        return await OpenAsync(message, cancellation);
    }

    /// <summary>Whether a request that has failed this many times in a row is sent again.</summary>
    public bool IsRetried(CessException failure, int attempts) => failure.IsTransient && attempts < options.Attempts;

    /// <summary>The pause after a request that has failed this many times in a row.</summary>
    public Task WaitAfterAsync(int attempts, CancellationToken cancellation) => Task.Delay(DelayAfter(attempts), options.Time, cancellation);

    /// <summary>A source that cancels what takes longer than it may, by the client's clock; at first without a bound.</summary>
    public CancellationTokenSource NewTimeout() => new(Timeout.InfiniteTimeSpan, options.Time);

    /// <summary>What an exception says of the connection; null for one that says nothing of it, such as the caller's own cancellation.</summary>
    /// <param name="e">What was thrown.</param>
    /// <param name="timeout">What cancels when it takes too long.</param>
    /// <param name="longest">How long it might take.</param>
    /// <param name="cancellation">The caller's.</param>
    /// <returns>Timeout or Unreachable.</returns>
    public CessException? FailureOf(Exception e, CancellationTokenSource timeout, TimeSpan longest, CancellationToken cancellation)
    {
        if (e is OperationCanceledException && cancellation.IsCancellationRequested)
            return null;
        if (e is OperationCanceledException && timeout.IsCancellationRequested)
            return new CessException(ClientErrors.Timeout, $"{endpoint} did not answer within {longest.TotalSeconds:0} s.", e) { IsTransient = true };
        if (e is not (HttpRequestException or IOException or OperationCanceledException))
            return null;

        // A connection that was not made in time comes as a cancellation for which nobody has asked.
        string reason = (e.InnerException as TimeoutException ?? e).Message;
        return new CessException(ClientErrors.Unreachable, $"The connection to {endpoint} failed: {reason}", e) { IsTransient = true };
    }

    private async Task<T> SendAsync<T>(RestRequest request, Func<HttpContent, CancellationToken, Task<T>> read, CancellationToken cancellation)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                return await AttemptAsync(request, read, cancellation);
            }
            catch (CessException e) when (IsRetried(e, attempt))
            {
                await WaitAfterAsync(attempt, cancellation);
            }
        }
    }

    private async Task<T> AttemptAsync<T>(RestRequest request, Func<HttpContent, CancellationToken, Task<T>> read, CancellationToken cancellation)
    {
        using CancellationTokenSource timeout = new(options.AttemptTimeout, options.Time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellation);
        try
        {
            using HttpRequestMessage message = Build(request);
            using HttpResponseMessage answer = await OpenAsync(message, either.Token);
            return await read(answer.Content, either.Token);
        }
        catch (Exception e) when (FailureOf(e, timeout, options.AttemptTimeout, cancellation) is { } failure)
        {
            throw failure;
        }
    }

    private async Task<HttpResponseMessage> OpenAsync(HttpRequestMessage message, CancellationToken cancellation)
    {
        HttpResponseMessage answer = await http.SendAsync(message, cancellation);
        if (answer.IsSuccessStatusCode)
            return answer;
        using (answer)
            throw await ReadErrorAsync(answer, cancellation);
    }

    private HttpRequestMessage Build(RestRequest request)
    {
        HttpRequestMessage message = new(request.Method, new Uri(endpoint, request.Path))
        {
            Version = HttpVersion.Version11,
            Content = request.ContentType is null ? null : new ReadOnlyMemoryContent(request.Body),
        };
        if (message.Content is { } content)
            content.Headers.ContentType = new(request.ContentType!);
        message.Headers.Range = request.Range;
        if (request.IsSigned)
            (signer ?? throw new InvalidOperationException($"{request.Path} has to be signed, and there is no account.")).Sign(message, request.Body.Span);
        return message;
    }

    private async Task<CessException> ReadErrorAsync(HttpResponseMessage answer, CancellationToken cancellation)
    {
        int status = (int)answer.StatusCode;
        ErrorDetail detail = await TryReadDetailAsync(answer, cancellation)
            ?? new ErrorDetail(ClientErrors.BadAnswer, $"{endpoint} answered {status} without saying why: is it a Cess node?", "");
        bool isClock = detail.Code == WireErrors.SignatureExpired.Code;
        if (isClock)
            signer?.AdoptClock(answer.Headers);

        bool isTransient = isClock || status is 429 or 500 or 502 or 503 or 504;
        string code = detail.Reason ?? detail.Code;
        return new CessException(code, detail.Message) { Status = status, RequestId = detail.RequestId, IsTransient = isTransient };
    }

    private static async Task<ErrorDetail?> TryReadDetailAsync(HttpResponseMessage answer, CancellationToken cancellation)
    {
        try
        {
            byte[] body = await ReadUpToAsync(answer.Content, ClientLimits.ErrorBytesMax, cancellation);
            return JsonSerializer.Deserialize(body, WireJson.Default.ErrorMessage)?.Error;
        }
        catch (Exception e) when (e is JsonException or CessException)
        {
            return null;
        }
    }

    private static async Task<T> ReadJsonAsync<T>(HttpContent content, JsonTypeInfo<T> type, CancellationToken cancellation)
    {
        try
        {
            byte[] body = await ReadUpToAsync(content, ClientLimits.AnswerBytesMax, cancellation);
            return JsonSerializer.Deserialize(body, type) ?? throw new CessException(ClientErrors.BadAnswer, "The answer is null.");
        }
        catch (JsonException e)
        {
            throw new CessException(ClientErrors.BadAnswer, $"The answer is not the JSON that was asked for (at {e.Path}).", e);
        }
    }

    private static async Task<byte[]> ReadUpToAsync(HttpContent content, int bytesMax, CancellationToken cancellation)
    {
        using Stream body = await content.ReadAsStreamAsync(cancellation);
        using MemoryStream read = new();
        byte[] buffer = new byte[16 << 10];
        for (int count; (count = await body.ReadAsync(buffer, cancellation)) > 0;)
        {
            if (read.Length + count > bytesMax)
                throw new CessException(ClientErrors.BadAnswer, $"The answer has more than {bytesMax} bytes.");
            read.Write(buffer, 0, count);
        }

        return read.ToArray();
    }

    private TimeSpan DelayAfter(int attempt)
    {
        double doubled = options.FirstRetryDelay.TotalMilliseconds * Math.Pow(2, Math.Min(attempt - 1, 30));
        double longest = Math.Min(doubled, options.RetryDelayMax.TotalMilliseconds);

        // Clients that failed together must not come back together.
        return TimeSpan.FromMilliseconds(longest * (1 - (Random.Shared.NextDouble() / 2)));
    }
}
