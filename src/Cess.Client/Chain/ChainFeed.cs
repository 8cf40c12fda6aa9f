using System.Globalization;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Cess.Client.Transport;
using Cess.Ledger.Modules;
using Cess.Primitives;
using Cess.Wire;

namespace Cess.Client.Chain;

/// <summary>The node's feeds; see docs/rest.md.</summary>
internal static class ChainFeed
{
    // A node that names a member twice is found out here, and not when somebody looks at it.
    private static readonly WireJson s_json = new(new JsonSerializerOptions(WireJson.Default.Options) { AllowDuplicateProperties = false });

    /// <summary>Final blocks.</summary>
    public static ChainFeed<BlockMessage> Blocks { get; } = new(null, "block", s_json.BlockMessage, static block => block.Height);

    /// <summary>What happens to a subject.</summary>
    public static ChainFeed<EventMessage> EventsOf(Subject subject) =>
        new(QueryOf(subject), "event", s_json.EventMessage, static happened => happened.Height);

    private static string QueryOf(Subject subject) => subject.Kind switch
    {
        SubjectKind.Account => $"account={new AccountId(Hash256.Parse(subject.Key))}",
        SubjectKind.Bucket => $"bucket={Uri.EscapeDataString(subject.Key)}",
        SubjectKind.File => $"file={Uri.EscapeDataString(subject.Key)}",
        SubjectKind.Miner => $"miner={Uri.EscapeDataString(subject.Key)}",
        _ => throw new ArgumentException($"{subject.Kind} is nothing that events concern.", nameof(subject)),
    };
}

/// <summary>One of the node's feeds, over as many connections as it takes.</summary>
/// <param name="subject">What of, as a query says it; null for the blocks themselves.</param>
/// <param name="name">Type of its events.</param>
/// <param name="type">How they are written.</param>
/// <param name="heightOf">The block of one.</param>
internal sealed class ChainFeed<T>(string? subject, string name, JsonTypeInfo<T> type, Func<T, ulong> heightOf)
    where T : class
{
    private const string Head = "head";

    /// <summary>Everything from a height on, each once.</summary>
    public async IAsyncEnumerable<T> ReadAsync(RestTransport transport, ulong? from, [EnumeratorCancellation] CancellationToken cancellation)
    {
        FeedPosition position = new(from, ofBlocks: subject is null);
        EventConnection<T?>? connection = null;
        int failures = 0;
        try
        {
            while (true)
            {
                SseItem<T?> item;
                bool isFirst = connection is null;
                try
                {
                    connection ??= Connect(transport, position, cancellation);
                    item = await connection.NextAsync();
                }
                catch (CessException e) when (transport.IsRetried(e, failures + 1))
                {
                    connection?.Dispose();
                    connection = null;
                    await transport.WaitAfterAsync(++failures, cancellation);
                    continue;
                }

                if (item.EventType == Head)
                    position.LookUpTo(Parse(item.EventId));
                bool isNew = item.Data is null ? !isFirst : position.Take(Bounded(heightOf(item.Data)));

                // What a connection begins with, and what it repeats, does not show that the feed gets on.
                if (isNew)
                    failures = 0;
                if (isNew && item.Data is not null)
                    yield return item.Data;
            }
        }
        finally
        {
            connection?.Dispose();
        }
    }

    private EventConnection<T?> Connect(RestTransport transport, FeedPosition position, CancellationToken cancellation)
    {
        position.Begin();
        string?[] query = [position.Next is { } next ? $"from={next}" : null, subject];
        RestRequest request = RestRequest.Get($"/v1/events?{string.Join('&', query.OfType<string>())}");
        return new EventConnection<T?>(transport, request, Parse, cancellation);
    }

    private T? Parse(string eventType, ReadOnlySpan<byte> data)
    {
        // Types that are not known yet are passed over.
        if (eventType != name)
            return null;
        try
        {
            return JsonSerializer.Deserialize(data, type) ?? throw new JsonException("It is null.");
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            // The second is for names of fields that come twice.
            throw new CessException(ClientErrors.BadAnswer, $"An event of the node's feed is not the JSON that it should be: {e.Message}", e);
        }
    }

    private static ulong Parse(string? id) => ulong.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out ulong height)
        ? Bounded(height)
        : throw new CessException(ClientErrors.BadAnswer, "The node's feed does not say how far it has looked.");

    private static ulong Bounded(ulong height) => height <= long.MaxValue
        ? height
        : throw new CessException(ClientErrors.BadAnswer, $"The node's feed names block {height}, and no chain has so many.");
}
