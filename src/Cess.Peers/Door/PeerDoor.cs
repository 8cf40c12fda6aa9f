using Cess.Primitives;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Cess.Peers;

/// <summary>The way in for other nodes: finds the path, takes its cost, and makes each failure a coded answer.</summary>
internal sealed class PeerDoor(
    MessageEndpoint messages, RecordEndpoints records, TransactionEndpoint transactions, ChainEndpoints chain, RequestBudgets budgets,
    PeerBook book, PeerMetrics metrics, IHostApplicationLifetime lifetime, ILogger<PeerDoor> log)
{
    /// <summary>HTTP/2's CANCEL (RFC 9113, section 7).</summary>
    private const int CancelCode = 8;

    private readonly Room _posts = new(PeerLimits.PostsMax);

    /// <summary>The node whose connection this came over; null if it came through another door.</summary>
    public static PublicKey? NodeOf(HttpContext http) => PeerConnections.NodeOf(http.Features.Get<IConnectionItemsFeature>()?.Items);

    public async Task InvokeAsync(HttpContext http)
    {
        PublicKey node = NodeOf(http)!.Value;
        PeerCaller caller = new(node, CountedAddress.Of(http.Connection.RemoteIpAddress), !book.Names(node));
        // Links and waits have no end of their own: without this a node would not stop while others are connected.
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, lifetime.ApplicationStopping);
        try
        {
            await RouteAsync(http, caller, ended.Token);
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            End(http);
        }
        catch (Exception e)
        {
            PeerError error = ErrorOf(e, http.RequestAborted.IsCancellationRequested);
            if (error == PeerError.Failed)
                log.LogWarning(e, "{Method} {Path} of node {Node} failed", http.Request.Method, http.Request.Path, node);
            else
                log.LogDebug("{Method} {Path} of node {Node} is refused: {Reason}", http.Request.Method, http.Request.Path, node, e.Message);
            metrics.Refused(error);
            if (http.Response.HasStarted)
            {
                End(http);
                return;
            }

            http.Response.Clear();
            http.Response.StatusCode = StatusOf(error);
            http.Response.Headers[PeerPaths.ErrorField] = error.ToString();
        }
    }

    private Task RouteAsync(HttpContext http, PeerCaller caller, CancellationToken cancellation)
    {
        HttpRequest request = http.Request;
        return (request.Method, request.Path.Value) switch
        {
            ("POST", PeerPaths.Messages) => Spend(RequestCosts.Write, caller, () => messages.HandleAsync(http, caller, cancellation)),
            ("GET", PeerPaths.Records) => Spend(RequestCosts.Read, caller, () => records.GetAsync(http, cancellation)),
            ("POST", PeerPaths.Records) => Post(caller, () => records.PostAsync(http, cancellation)),
            ("POST", PeerPaths.Transactions) => Post(caller, () => transactions.PostAsync(http, caller, cancellation)),
            ("GET", PeerPaths.Genesis) => Spend(RequestCosts.Genesis, caller, () => chain.GetGenesisAsync(http, caller, cancellation)),
            ("GET", PeerPaths.Blocks) => Spend(RequestCosts.Blocks, caller, () => chain.GetBlocksAsync(http, caller, cancellation)),
            ("GET", PeerPaths.Snapshot) => Spend(RequestCosts.Snapshot, caller, () => chain.GetSnapshotAsync(http, caller, cancellation)),
            ("GET", PeerPaths.Handovers) => Spend(RequestCosts.Handovers, caller, () => chain.GetHandoversAsync(http, caller, cancellation)),
            _ => throw new PeerException(PeerError.NotFound, "there is no such path."),
        };
    }

    private Task Post(PeerCaller caller, Func<Task> answer) =>
        Spend(RequestCosts.Write, caller, () => _posts.WithinAsync(caller, answer));

    private Task Spend(int cost, PeerCaller caller, Func<Task> answer) => budgets.TrySpend(caller.Address, cost)
        ? answer()
        : throw new PeerException(PeerError.Busy, "this address asks for too much.");

    private static void End(HttpContext http)
    {
        if (http.Features.Get<IHttpResetFeature>() is { } stream)
            stream.Reset(CancelCode);
        else
            http.Abort();
    }

    private static PeerError ErrorOf(Exception failure, bool isGone) => failure switch
    {
        PeerException coded => coded.Error,
        ScaleException => PeerError.Malformed,
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => PeerError.TooLong,
        BadHttpRequestException => PeerError.Malformed,
        IOException when isGone => PeerError.Unreachable,
        _ => PeerError.Failed,
    };

    private static int StatusOf(PeerError error) => error switch
    {
        PeerError.NotFound => StatusCodes.Status404NotFound,
        PeerError.BlocksGone => StatusCodes.Status410Gone,
        PeerError.TooLong => StatusCodes.Status413PayloadTooLarge,
        PeerError.Busy => StatusCodes.Status429TooManyRequests,
        PeerError.Failed => StatusCodes.Status500InternalServerError,
        _ => StatusCodes.Status400BadRequest,
    };
}
