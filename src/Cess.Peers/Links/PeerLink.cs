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
    private readonly Wake _recordsChanged;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _run;
    private volatile bool _isUp;
    private PeerError _lastError;

    public PeerLink(PeerEndpoint endpoint, LinkParts parts)
    {
        Endpoint = endpoint;
        _parts = parts;
        _queue = new LinkQueue(parts.Metrics, parts.Time);
        _recordsChanged = new Wake(parts.Time);
        _run = Task.Run(RunAsync);
    }

    public PeerEndpoint Endpoint { get; }

    /// <summary>Whether the other node has taken the link.</summary>
    public bool IsUp => _isUp;

    public int Waiting => _queue.Count;

    public void Enqueue(in LinkFrame frame) => _queue.Enqueue(frame);

    /// <summary>Exchanges records now instead of at the next interval.</summary>
    public void ExchangeRecords() => _recordsChanged.Set();

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
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                PeerError error = e is PeerException coded ? coded.Error : PeerError.Failed;
                if (error == PeerError.WrongNodeKey)
                    _parts.Metrics.Refused(error);
                if (error != _lastError)
                    _parts.Log.Log(LevelOf(error), "The link to {Url} ({Node}) is down: {Reason}", Endpoint.Url, Endpoint.Node, e.Message);
                _lastError = error;
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

        using var lost = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using LinkContent content = new(_queue, _parts.Metrics, _parts.Time, lost.Token);
        using HttpRequestMessage request = PeerClient.Request(HttpMethod.Post, Endpoint.Url, PeerPaths.Messages);
        request.Content = content;
        try
        {
            // The node answers at once or not at all; the request's body goes on after that.
            using HttpResponseMessage response = await client.OpenAsync(request, PeerLimits.RequestTimeout, cancellation);
            Task ended = SeeEndAsync(response, lost.Token);
            SetUp();
            while (true)
            {
                if (await Task.WhenAny(ended, _recordsChanged.WaitAsync(PeerLimits.GossipInterval, lost.Token)) == ended)
                    await ended;
                cancellation.ThrowIfCancellationRequested();
                await _parts.Records.RunAsync(client, Endpoint.Url, memory, cancellation);
            }
        }
        finally
        {
            await lost.CancelAsync();
            await content.EndAsync();
            SetDown();
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

    private void SetUp()
    {
        _isUp = true;
        _lastError = PeerError.None;
        _parts.Metrics.LinkUp();
        _parts.Log.LogInformation("The link to {Url} ({Node}) is up", Endpoint.Url, Endpoint.Node);
    }

    private void SetDown()
    {
        if (!_isUp)
            return;
        _isUp = false;
        _parts.Metrics.LinkDown();
    }

    /// <summary>That a node is away is its operator's concern; that it is another one, or that we fail, is ours.</summary>
    private static LogLevel LevelOf(PeerError error) => error switch
    {
        PeerError.WrongNodeKey or PeerError.WrongChain => LogLevel.Warning,
        PeerError.Failed => LogLevel.Error,
        _ => LogLevel.Information,
    };
}
