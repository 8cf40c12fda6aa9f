using System.Net;
using System.Net.Http.Headers;
using Cess.Primitives;

namespace Cess.Peers;

/// <summary>Gossip of records with one node: it gets ours, we get all that it has.</summary>
internal sealed class RecordExchange(PeerBook book, IPeerValidators validators, PublicKey ownNode)
{
    /// <summary>What has been exchanged over one link, so that it is not sent again.</summary>
    public sealed class Memory
    {
        public IReadOnlyList<PeerRecord>? Taken { get; set; }

        public string? Tag { get; set; }
    }

    /// <summary>Exchanges records.</summary>
    /// <exception cref="PeerException">It failed; what came until then is in the book.</exception>
    public async Task RunAsync(PeerClient client, string url, Memory memory, CancellationToken cancellation)
    {
        PeerRecord[] own = [.. book.Records.Where(record => record.Node == ownNode && validators.Local.Contains(record.Validator))];
        if (memory.Taken is null || !memory.Taken.SequenceEqual(own))
        {
            bool areTaken = true;
            foreach (PeerRecord[] some in own.Chunk(PeerLimits.RecordsPerPostMax))
                areTaken &= await PostAsync(client, url, some, cancellation);
            memory.Taken = areTaken ? own : null;
        }

        await GetAsync(client, url, memory, cancellation);
    }

    /// <returns>Whether the other node has all of them now.</returns>
    private static async Task<bool> PostAsync(PeerClient client, string url, PeerRecord[] records, CancellationToken cancellation)
    {
        using HttpRequestMessage request = PeerClient.Request(HttpMethod.Post, url, PeerPaths.Records);
        request.Content = PeerClient.Binary(Scale.Encode(PeerRecords.Of(records)));
        return await client.SendAsync(
            request, PeerLimits.RequestTimeout, (response, _) => Task.FromResult(response.StatusCode == HttpStatusCode.NoContent), cancellation);
    }

    private async Task GetAsync(PeerClient client, string url, Memory memory, CancellationToken cancellation)
    {
        using HttpRequestMessage request = PeerClient.Request(HttpMethod.Get, url, PeerPaths.Records);
        if (memory.Tag is { } tag)
            request.Headers.IfNoneMatch.Add(new EntityTagHeaderValue(tag));
        byte[]? bytes = await client.SendAsync(
            request,
            PeerLimits.RequestTimeout,
            async (response, timed) =>
            {
                if (response.StatusCode == HttpStatusCode.NotModified)
                    return null;
                memory.Tag = response.Headers.ETag?.Tag;
                return await PeerClient.ReadAsync(response, PeerLimits.RecordsBytesMax, timed);
            },
            cancellation);
        if (bytes is null)
            return;
        try
        {
            // Those who are not known yet may be by the next time.
            if (book.Add(Scale.Decode<PeerRecords>(bytes).Records) > 0)
                memory.Tag = null;
        }
        catch (ScaleException e)
        {
            throw new PeerException(PeerError.Malformed, $"{url} gives no records: {e.Message}", e);
        }
    }
}
