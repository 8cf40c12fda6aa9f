using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Authentication;
using Cess.Primitives;

namespace Cess.Peers;

/// <summary>
/// Requests to other nodes' doors: HTTP/2 over TLS 1.3, with this node's certificate shown and the other's key pinned, or, for what
/// proves itself, any key taken.
/// </summary>
internal sealed class PeerClient : IDisposable
{
    private const int HeadersKibibytesMax = 16;

    private readonly PublicKey? _pinned;
    private readonly TimeProvider _time;
    private readonly HttpMessageInvoker _http;

    /// <param name="own">What is shown.</param>
    /// <param name="pinned">The key that must be at the other end; null takes any, which nothing secret or consensus may go to.</param>
    /// <param name="time">For time-outs.</param>
    public PeerClient(NodeCertificate own, PublicKey? pinned, TimeProvider time)
    {
        _pinned = pinned;
        _time = time;
        _http = new HttpMessageInvoker(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectTimeout = PeerLimits.ConnectTimeout,
            KeepAlivePingDelay = PeerLimits.PingInterval,
            KeepAlivePingTimeout = PeerLimits.PingTimeout,
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
            MaxResponseHeadersLength = HeadersKibibytesMax,
            UseCookies = false,
            UseProxy = false,
            SslOptions = new SslClientAuthenticationOptions
            {
                AllowTlsResume = false,
                CertificateChainPolicy = NodeCertificate.NoChain(),
                ClientCertificateContext = own.Context,
                EnabledSslProtocols = SslProtocols.Tls13,
                RemoteCertificateValidationCallback = (_, certificate, _, _) =>
                    NodeCertificate.TryReadKey(certificate, out PublicKey node) && (pinned is not { } expected || node == expected),
            },
        });
    }

    public static HttpRequestMessage Request(HttpMethod method, string url, string path) => new(method, url + path)
    {
        Version = HttpVersion.Version20,
        VersionPolicy = HttpVersionPolicy.RequestVersionExact,
    };

    /// <summary>A body that is known as a whole.</summary>
    public static HttpContent Binary(ReadOnlyMemory<byte> bytes) =>
        new ReadOnlyMemoryContent(bytes) { Headers = { ContentType = new MediaTypeHeaderValue("application/octet-stream") } };

    /// <summary>Sends, and gives what <paramref name="read"/> makes of a successful answer.</summary>
    /// <exception cref="PeerException">Anything that can go wrong.</exception>
    public Task<T> SendAsync<T>(
        HttpRequestMessage request, TimeSpan timeout, Func<HttpResponseMessage, CancellationToken, Task<T>> read, CancellationToken cancellation) =>
        SendAsync(request, timeout, timeout, read, cancellation);

    /// <summary>The same, where the answer has to begin long before it has to end.</summary>
    /// <exception cref="PeerException">Anything that can go wrong.</exception>
    public async Task<T> SendAsync<T>(
        HttpRequestMessage request, TimeSpan headTimeout, TimeSpan timeout, Func<HttpResponseMessage, CancellationToken, Task<T>> read,
        CancellationToken cancellation)
    {
        using CancellationTokenSource timer = new(timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, timer.Token);
        try
        {
            using HttpResponseMessage response = await OpenAsync(request, headTimeout, either.Token);
            return await read(response, either.Token);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw new PeerException(PeerError.TimedOut, $"{request.RequestUri} did not answer in time.", e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw Lost(request.RequestUri, e);
        }
    }

    /// <summary>The same as without a time-out, for a node that answers in time or not at all.</summary>
    /// <exception cref="PeerException">There is no connection, the answer is a refusal, or it has not begun in time.</exception>
    public async Task<HttpResponseMessage> OpenAsync(HttpRequestMessage request, TimeSpan timeout, CancellationToken cancellation)
    {
        using CancellationTokenSource timer = new(timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, timer.Token);
        try
        {
            return await OpenAsync(request, either.Token);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw new PeerException(PeerError.TimedOut, $"{request.RequestUri} did not answer in time.", e);
        }
    }

    /// <summary>Sends, and gives the answer as soon as its head has come; the caller reads and disposes it.</summary>
    /// <exception cref="PeerException">There is no connection, or the answer is a refusal.</exception>
    public async Task<HttpResponseMessage> OpenAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        HttpResponseMessage response;
        try
        {
            response = await _http.SendAsync(request, cancellation);
        }
        catch (HttpRequestException e) when (e.InnerException is AuthenticationException)
        {
            throw new PeerException(
                PeerError.WrongNodeKey,
                _pinned is { } pinned ? $"{request.RequestUri} does not show the key {pinned}." : $"{request.RequestUri} shows no node key.", e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw Lost(request.RequestUri, e);
        }

        if (response.IsSuccessStatusCode || response.StatusCode == HttpStatusCode.NotModified)
            return response;
        using (response)
            throw Refusal(response);
    }

    /// <summary>The whole body, no more of it than allowed.</summary>
    /// <exception cref="PeerException"><see cref="PeerError.TooLong"/>.</exception>
    public static async Task<byte[]> ReadAsync(HttpResponseMessage response, int bytesMax, CancellationToken cancellation)
    {
        if (response.Content.Headers.ContentLength is { } length && length > bytesMax)
            throw new PeerException(PeerError.TooLong, $"the answer has {length} bytes where {bytesMax} are allowed.");
        using Stream body = await response.Content.ReadAsStreamAsync(cancellation);
        return await BoundedBody.ReadAsync(body, bytesMax, cancellation);
    }

    public void Dispose() => _http.Dispose();

    private static PeerException Lost(Uri? url, Exception cause) => new(PeerError.Unreachable, $"{url}: {cause.Message}", cause);

    private static PeerException Refusal(HttpResponseMessage response)
    {
        PeerError error = PeerError.Failed;
        if (response.Headers.TryGetValues(PeerPaths.ErrorField, out IEnumerable<string>? names)
            && Enum.TryParse(names.First(), out PeerError named) && Enum.IsDefined(named))
        {
            error = named;
        }

        return new PeerException(
            error, $"{response.RequestMessage?.RequestUri} answers {((int)response.StatusCode).ToString(CultureInfo.InvariantCulture)}.");
    }
}
