using System.Collections.Immutable;
using Microsoft.Extensions.Logging;

namespace Cess.Peers;

/// <summary>
/// Asks the nodes that the operator has named for records, for as long as the node is alone. Which keys they have is not known, and
/// need not be: records prove themselves, and nothing else is said.
/// </summary>
/// <param name="urls">The nodes.</param>
/// <param name="isAlone">Whether there is no link.</param>
/// <param name="parts">What links are made of.</param>
internal sealed class Bootstrap(ImmutableArray<string> urls, Func<bool> isAlone, LinkParts parts)
{
    /// <summary>Runs until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        Backoff backoff = new(parts.Random);
        while (!urls.IsEmpty)
        {
            TimeSpan wait = PeerLimits.ReconnectDelayMax;
            if (isAlone())
            {
                // All at once: one that hangs must not keep us from the others.
                await Task.WhenAll(urls.Select(url => AskAsync(url, cancellation)));
                wait = backoff.Next();
            }
            else
            {
                backoff.Reset();
            }

            await Task.Delay(wait, parts.Time, cancellation);
        }
    }

    private async Task AskAsync(string url, CancellationToken cancellation)
    {
        using PeerClient client = new(parts.Certificate, pinned: null, parts.Time);
        try
        {
            await parts.Records.RunAsync(client, url, new RecordExchange.Memory(), cancellation);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            parts.Log.LogWarning("Can't join through {Url}: {Reason}", url, e.Message);
        }
    }
}
