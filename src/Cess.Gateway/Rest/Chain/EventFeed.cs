using System.Net;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Cess.Gateway.Rest.Chain.History;
using Cess.Grains;
using Cess.Ledger.Blocks;
using Cess.Ledger.Modules;
using Cess.Primitives;
using Cess.Wire;

namespace Cess.Gateway.Rest.Chain;

/// <summary>
/// Final blocks, or what they change of one subject, to whoever listens. Nothing is queued: each listener reads the chain at its
/// own pace, from memory or from the store, and so misses nothing however slow it is.
/// </summary>
internal sealed class EventFeed(ILedgerReader ledger, IBlockArchive archive, INodeGrains grains, TimeProvider time)
{
    private readonly SharedBudget _places = new(RestLimits.FeedsMax, RestLimits.FeedsPerAddressMax);

    /// <summary>A place among those who listen, until it is disposed.</summary>
    /// <param name="address">Where the listener is.</param>
    /// <exception cref="RestException">SlowDown: as many listen as may, of all or of that address.</exception>
    public IDisposable TakePlace(IPAddress? address) => _places.TryTake(address, 1) ?? throw new RestException(
        WireErrors.SlowDown,
        $"As many feeds are open as may be: {RestLimits.FeedsMax}, and {RestLimits.FeedsPerAddressMax} of your address.");

    /// <summary>Everything above a height, for as long as the caller listens.</summary>
    /// <param name="after">The height that the caller knows already.</param>
    /// <param name="subject">Whose events; null for blocks.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="RestException">BlockGone: what follows the height is not here any more.</exception>
    public IAsyncEnumerable<SseItem<string>> OpenAsync(ulong after, Subject? subject, CancellationToken cancellation)
    {
        if (after < ledger.Head.Height && ledger.Above(after) is null)
            archive.RequireStored(after + 1);
        return ReadAsync(after, subject, cancellation);
    }

    private async IAsyncEnumerable<SseItem<string>> ReadAsync(
        ulong after, Subject? subject, [EnumeratorCancellation] CancellationToken cancellation)
    {
        ulong height = after;
        long sent = time.GetTimestamp();
        // Said at once, so that a listener knows that it is heard before anything happens.
        yield return Head();
        while (true)
        {
            // Blocks in which nothing is for this listener don't break its silence.
            TimeSpan left = RestLimits.FeedSilenceMax - time.GetElapsedTime(sent);
            if (left <= TimeSpan.Zero || !await WaitAboveAsync(height, left, cancellation))
            {
                sent = time.GetTimestamp();
                yield return Head();
                continue;
            }

            height++;
            if (await BlockAsync(height) is not { } block)
                throw new InvalidOperationException($"Block {height} is final, but cannot be read.");
            foreach (SseItem<string> item in ItemsOf(block, subject))
            {
                sent = time.GetTimestamp();
                yield return item;
            }
        }

        SseItem<string> Head() => Item("head", height, new HeadMessage(ledger.Head.Height), WireJson.Default.HeadMessage);
    }

    private static IEnumerable<SseItem<string>> ItemsOf(BlockRecord block, Subject? subject) => subject is { } wanted
        ? EventsOf(block, wanted).Select(happened => Item("event", happened.Height, happened, WireJson.Default.EventMessage))
        : [Item("block", block.Block.Header.Height, BlockMessages.Of(block, withTransactions: false), WireJson.Default.BlockMessage)];

    /// <summary>False when there was nothing new for so long that the listener is to be told.</summary>
    private async Task<bool> WaitAboveAsync(ulong height, TimeSpan silenceMax, CancellationToken cancellation)
    {
        using var silence = new CancellationTokenSource(silenceMax, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, silence.Token);
        try
        {
            await ledger.WaitAboveAsync(height, either.Token);
            return true;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return false;
        }
    }

    private async ValueTask<BlockRecord?> BlockAsync(ulong height) =>
        ledger.Above(height - 1) is [{ } recent, ..] ? recent.Block.ToRecord(null)
        : await grains.GetBlockAsync(height) is { } stored ? Scale.Decode<BlockRecord>(stored.Record.Span)
        : null;

    private static IEnumerable<EventMessage> EventsOf(BlockRecord block, Subject subject)
    {
        ulong height = block.Block.Header.Height;
        return block.StartEvents.Select(happened => (Transaction: (Hash256?)null, Event: happened))
            .Concat(block.Receipts.SelectMany(receipt => receipt.Events, (receipt, happened) => (Transaction: (Hash256?)receipt.TransactionId, Event: happened)))
            .Where(happened => happened.Event.Subjects.Contains(subject))
            .Select(happened => EventMessages.Of(height, happened.Transaction, happened.Event));
    }

    /// <summary>
    /// The id is the height up to which the listener knows everything but, perhaps, more of that very block: never a later one, for who
    /// connects again names it, and would miss what lies between.
    /// </summary>
    private static SseItem<string> Item<T>(string name, ulong height, T message, JsonTypeInfo<T> type) =>
        new(JsonSerializer.Serialize(message, type), name) { EventId = height.ToString(System.Globalization.CultureInfo.InvariantCulture) };
}
