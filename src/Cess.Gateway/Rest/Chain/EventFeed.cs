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
internal sealed class EventFeed(ILedgerReader ledger, IBlockArchive archive, INodeGrains grains, TimeProvider time) : IDisposable
{
    private readonly SemaphoreSlim _places = new(RestLimits.FeedsMax);

    /// <summary>Everything above a height, for as long as the caller listens.</summary>
    /// <param name="after">The height that the caller knows already.</param>
    /// <param name="subject">Whose events; null for blocks.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="RestException">SlowDown: as many listen as may. BlockGone: what follows the height is not here any more.</exception>
    public IAsyncEnumerable<SseItem<string>> OpenAsync(ulong after, Subject? subject, CancellationToken cancellation)
    {
        if (after < ledger.Head.Height && ledger.Above(after) is null)
            archive.RequireStored(after + 1);
        return _places.Wait(0, cancellation)
            ? ReadAsync(after, subject, cancellation)
            : throw new RestException(WireErrors.SlowDown, $"{RestLimits.FeedsMax} feeds are open, as many as may be.");
    }

    public void Dispose() => _places.Dispose();

    private async IAsyncEnumerable<SseItem<string>> ReadAsync(
        ulong after, Subject? subject, [EnumeratorCancellation] CancellationToken cancellation)
    {
        try
        {
            ulong height = after;
            // Said at once, so that a listener knows that it is heard before anything happens.
            yield return Item("head", ledger.Head.Height, new HeadMessage(ledger.Head.Height), WireJson.Default.HeadMessage);
            while (true)
            {
                if (!await WaitAboveAsync(height, cancellation))
                {
                    yield return Item("head", height, new HeadMessage(ledger.Head.Height), WireJson.Default.HeadMessage);
                    continue;
                }

                height++;
                if (await BlockAsync(height) is not { } block)
                    throw new InvalidOperationException($"Block {height} is final, but cannot be read.");
                if (subject is not { } wanted)
                {
                    yield return Item("block", height, BlockMessages.Of(block, withTransactions: false), WireJson.Default.BlockMessage);
                    continue;
                }

                foreach (EventMessage message in EventsOf(block, wanted))
                    yield return Item("event", height, message, WireJson.Default.EventMessage);
            }
        }
        finally
        {
            _places.Release();
        }
    }

    /// <summary>False when there was nothing new for so long that the listener is to be told.</summary>
    private async Task<bool> WaitAboveAsync(ulong height, CancellationToken cancellation)
    {
        using var silence = new CancellationTokenSource(RestLimits.FeedSilenceMax, time);
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

    /// <summary>The id is the height up to which the listener knows everything but, perhaps, more of that very block.</summary>
    private static SseItem<string> Item<T>(string name, ulong height, T message, JsonTypeInfo<T> type) =>
        new(JsonSerializer.Serialize(message, type), name) { EventId = height.ToString(System.Globalization.CultureInfo.InvariantCulture) };
}
