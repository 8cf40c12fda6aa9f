using Cess.Coding;
using Microsoft.Extensions.Logging;

namespace Cess.Peers;

/// <summary>What all links of a node share.</summary>
internal sealed record LinkParts(
    NodeCertificate Certificate, RecordExchange Records, PeerMetrics Metrics, IRandomSource Random, TimeProvider Time, ILogger Log);

/// <summary>
/// The way to one node: a queue, and one long request that carries it there, made again whenever it is lost. Each time, and at an
/// interval, records are exchanged first, so that the other node knows who speaks.
/// </summary>
internal sealed class PeerLink : IAsyncDisposable
{
    private readonly LinkParts _parts;
    private readonly LinkQueue _queue;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _run;
    private volatile bool _isUp;

    public PeerLink(PeerEndpoint endpoint, LinkParts parts)
    {
        Endpoint = endpoint;
        _parts = parts;
        _queue = new LinkQueue(parts.Metrics);
        _run = Task.Run(RunAsync);
    }

    public PeerEndpoint Endpoint { get; }

    /// <summary>Whether the other node has taken the link.</summary>
    public bool IsUp => _isUp;

    public int Waiting => _queue.Count;

    public void Enqueue(in LinkFrame frame) => _queue.Enqueue(frame);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _run;
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        using PeerClient client = new(_parts.Certificate, Endpoint.Node, _parts.Time);
        Backoff backoff = new(_parts.Random);
        while (!_stop.IsCancellationRequested)
        {
            long since = _parts.Time.GetTimestamp();
            try
            {
                _parts.Metrics.Connecting();
                await HoldAsync(client, _stop.Token);
            }
            catch (PeerException e)
            {
                if (e.Error == PeerError.WrongNodeKey)
                    _parts.Metrics.Refused(e.Error);
                _parts.Log.LogDebug(e, "Link to {Url} ({Node}) is down", Endpoint.Url, Endpoint.Node);
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }

            if (_parts.Time.GetElapsedTime(since) >= PeerLimits.LinkSettled)
                backoff.Reset();
            try
            {
                await Task.Delay(backoff.Next(), _parts.Time, _stop.Token);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    /// <summary>Makes the link and keeps it until it is lost, which always ends in an exception.</summary>
    private async Task HoldAsync(PeerClient client, CancellationToken cancellation)
    {
        RecordExchange.Memory memory = new();
        await _parts.Records.RunAsync(client, Endpoint.Url, memory, cancellation);

        using HttpRequestMessage request = PeerClient.Request(HttpMethod.Post, Endpoint.Url, PeerPaths.Messages);
        request.Content = new LinkContent(_queue, _parts.Metrics, _parts.Time);
        using HttpResponseMessage response = await OpenAsync(client, request, cancellation);
        using var lost = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Task ended = SeeEndAsync(response, lost.Token);
        SetUp(true);
        try
        {
            while (true)
            {
                if (await Task.WhenAny(ended, Task.Delay(PeerLimits.GossipInterval, _parts.Time, lost.Token)) == ended)
                    await ended;
                cancellation.ThrowIfCancellationRequested();
                await _parts.Records.RunAsync(client, Endpoint.Url, memory, cancellation);
            }
        }
        finally
        {
            SetUp(false);
            await lost.CancelAsync();
        }
    }

    /// <summary>The node answers at once or not at all; the request's body goes on after that.</summary>
    private async Task<HttpResponseMessage> OpenAsync(PeerClient client, HttpRequestMessage request, CancellationToken cancellation)
    {
        using CancellationTokenSource timer = new(PeerLimits.RequestTimeout, _parts.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, timer.Token);
        try
        {
            return await client.OpenAsync(request, either.Token);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw new PeerException(PeerError.TimedOut, $"{Endpoint.Url} did not take the link in time.", e);
        }
    }

    /// <summary>Nothing comes in the answer's body; its end is the link's.</summary>
    private async Task SeeEndAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        try
        {
            await response.Content.CopyToAsync(Stream.Null, cancellation);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw new PeerException(PeerError.Unreachable, $"{Endpoint.Url}: {e.Message}", e);
        }

        throw new PeerException(PeerError.Unreachable, $"{Endpoint.Url} ended the link.");
    }

    private void SetUp(bool isUp)
    {
        _isUp = isUp;
        if (isUp)
            _parts.Metrics.LinkUp();
        else
            _parts.Metrics.LinkDown();
    }
}
