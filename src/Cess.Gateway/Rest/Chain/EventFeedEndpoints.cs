using System.Globalization;
using System.Net.ServerSentEvents;
using Cess.Grains;
using Cess.Ledger.Modules;
using Cess.Primitives;
using Cess.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Cess.Gateway.Rest.Chain;

/// <summary>The feed of final blocks, or of one subject's events, as server-sent events.</summary>
internal static class EventFeedEndpoints
{
    private const string LastEventId = "Last-Event-ID";

    public static void Map(RouteGroupBuilder v1) => v1.MapGet("/events", Get)
        .WithSummary("Server-sent events: final blocks, or what they change of one account, file, bucket or miner")
        .Produces<string>(StatusCodes.Status200OK, "text/event-stream");

    private static ServerSentEventsResult<string> Get(HttpContext context, ILedgerReader ledger, EventFeed feed)
    {
        HttpRequest request = context.Request;
        IAsyncEnumerable<SseItem<string>> items = feed.OpenAsync(StartOf(request) ?? ledger.Head.Height, SubjectOf(request), context.RequestAborted);
        context.Response.RegisterForDispose(feed.TakePlace(context.Connection.RemoteIpAddress));
        return TypedResults.ServerSentEvents(items);
    }

    /// <summary>
    /// Behind the block that a listener names, which connects again, or before the one that it asks for. What a lost connection
    /// has cut off within a block is sent again.
    /// </summary>
    private static ulong? StartOf(HttpRequest request)
    {
        if (request.Headers[LastEventId] is [{ } last] && ulong.TryParse(last, NumberStyles.None, CultureInfo.InvariantCulture, out ulong height))
            return height == 0 ? 0 : height - 1;
        return RestQuery.Height(request, "from") is { } from ? (from == 0 ? 0 : from - 1) : null;
    }

    private static Subject? SubjectOf(HttpRequest request)
    {
        Subject?[] given =
        [
            RestQuery.One(request, "account") is { } address
                ? AccountId.TryParse(address, out AccountId account, out _) ? Subject.Of(account) : throw Malformed("account must be an address.")
                : null,
            RestQuery.Hash(request, "file") is { } file ? new Subject(SubjectKind.File, file.ToString()) : null,
            RestQuery.One(request, "bucket") is { } bucket ? Subject.OfBucket(bucket) : null,
            RestQuery.Height(request, "miner") is { } miner ? new Subject(SubjectKind.Miner, miner.ToString(CultureInfo.InvariantCulture)) : null,
        ];
        return given.Count(subject => subject is not null) <= 1
            ? Array.Find(given, subject => subject is not null)
            : throw Malformed("A feed is of one account, file, bucket or miner.");
    }

    private static RestException Malformed(string message) => new(WireErrors.Malformed, message);
}
