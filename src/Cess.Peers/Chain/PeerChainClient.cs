using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using Cess.Consensus.Messages;
using Cess.Ledger.Blocks;
using Cess.Primitives;

namespace Cess.Peers;

/// <summary>
/// Reads the chain from nodes whose keys need not be known, as what they give proves itself: the genesis by its hash, blocks by their
/// certificate, a snapshot by the state root of a certified header. All but the first is the caller's to check.
/// </summary>
/// <remarks>Every member throws <see cref="PeerException"/>, and what it names in particular.</remarks>
public sealed class PeerChainClient : IDisposable
{
    private readonly PeerClient _client;
    private readonly TimeProvider _time;

    /// <summary>Makes a client; one for all nodes is enough.</summary>
    /// <param name="certificate">What this node shows.</param>
    /// <param name="time">For time-outs.</param>
    public PeerChainClient(NodeCertificate certificate, TimeProvider time) =>
        (_client, _time) = (new PeerClient(certificate, pinned: null, time), time);

    /// <summary>The genesis in SCALE.</summary>
    /// <param name="url">A node.</param>
    /// <param name="expectedHash">The chain; null to believe the node, which is right only for who wants to join any.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="PeerException"><see cref="PeerError.WrongChain"/>, <see cref="PeerError.TooLong"/>.</exception>
    public async Task<byte[]> GetGenesisAsync(string url, Hash256? expectedHash = null, CancellationToken cancellation = default)
    {
        byte[] genesis = await GetAsync(url, PeerPaths.Genesis, PeerLimits.GenesisBytesMax, PeerLimits.LargeAnswerTimeout, cancellation)
            ?? throw new PeerException(PeerError.Malformed, $"{url} gives no genesis.");
        Hash256 hash = Hash256.Sha256(genesis);
        return expectedHash is not { } expected || hash == expected
            ? genesis
            : throw new PeerException(PeerError.WrongChain, $"{url} has the chain {hash}, not {expected}.");
    }

    /// <summary>The final blocks that follow a height; null if there are none within the wait.</summary>
    /// <param name="url">A node.</param>
    /// <param name="above">Height of the last block known.</param>
    /// <param name="wait">How long the node may wait for one; at most <see cref="PeerLimits.BlockWaitMax"/>.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="PeerException">
    /// <see cref="PeerError.BlocksGone"/>, <see cref="PeerError.Malformed"/>, <see cref="PeerError.TooLong"/>, <see cref="PeerError.Busy"/>.
    /// </exception>
    public async Task<FinalBlocks?> GetFinalBlocksAsync(string url, ulong above, TimeSpan wait, CancellationToken cancellation = default)
    {
        TimeSpan bounded = wait < PeerLimits.BlockWaitMax ? wait : PeerLimits.BlockWaitMax;
        string path = string.Create(CultureInfo.InvariantCulture, $"{PeerPaths.Blocks}?above={above}&wait={(long)bounded.TotalMilliseconds}");
        byte[]? bytes = await GetAsync(url, path, PeerLimits.FinalBlocksBytesMax, bounded + PeerLimits.LargeAnswerTimeout, cancellation);
        if (bytes is null)
            return null;
        try
        {
            return Scale.Decode<ConsensusMessage>(bytes) as FinalBlocks
                ?? throw new PeerException(PeerError.Malformed, $"{url} gives something else than final blocks.");
        }
        catch (ScaleException e)
        {
            throw new PeerException(PeerError.Malformed, $"{url} gives no final blocks: {e.Message}", e);
        }
    }

    /// <summary>Where a node says that others are; whether its records are right is not checked.</summary>
    /// <param name="url">A node.</param>
    /// <param name="self">This node, which is left out.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="PeerException"><see cref="PeerError.Malformed"/>, <see cref="PeerError.TooLong"/>.</exception>
    public async Task<ImmutableArray<string>> GetNodeUrlsAsync(string url, PublicKey self, CancellationToken cancellation = default)
    {
        byte[]? bytes = await GetAsync(url, PeerPaths.Records, PeerLimits.RecordsBytesMax, PeerLimits.RequestTimeout, cancellation);
        try
        {
            return KnownNodes.UrlsOf(Scale.Decode<PeerRecords>(bytes), self);
        }
        catch (ScaleException e)
        {
            throw new PeerException(PeerError.Malformed, $"{url} gives no records: {e.Message}", e);
        }
    }

    /// <summary>Handovers out of an era and those after it, as far as one answer goes; none where that era's is not there.</summary>
    /// <param name="url">A node.</param>
    /// <param name="era">The first era.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="PeerException"><see cref="PeerError.Malformed"/>, <see cref="PeerError.TooLong"/>, <see cref="PeerError.Busy"/>.</exception>
    public async Task<ImmutableArray<EraHandover>> GetHandoversAsync(string url, ulong era, CancellationToken cancellation = default)
    {
        string path = string.Create(CultureInfo.InvariantCulture, $"{PeerPaths.Handovers}?era={era}");
        byte[]? bytes = await GetAsync(url, path, PeerLimits.HandoversBytesMax, PeerLimits.LargeAnswerTimeout, cancellation);
        try
        {
            return Scale.Decode<PeerHandovers>(bytes).Handovers;
        }
        catch (ScaleException e)
        {
            throw new PeerException(PeerError.Malformed, $"{url} gives no handovers: {e.Message}", e);
        }
    }

    /// <summary>Lets somebody read the node's newest snapshot while it comes.</summary>
    /// <param name="url">A node.</param>
    /// <param name="bytesMax">Most bytes of the snapshot.</param>
    /// <param name="read">
    /// Gets what the node says the snapshot is, and its bytes as they come. Its stream throws <see cref="PeerException"/>:
    /// <see cref="PeerError.TooLong"/>, or <see cref="PeerError.TimedOut"/> for a node that sends too slowly.
    /// </param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="PeerException">
    /// <see cref="PeerError.NotFound"/>: it has none. <see cref="PeerError.Malformed"/>, <see cref="PeerError.Busy"/>, <see cref="PeerError.TimedOut"/>, and whatever <paramref name="read"/> throws.
    /// </exception>
    public async Task<T> ReadSnapshotAsync<T>(
        string url, long bytesMax, Func<PeerSnapshot, CancellationToken, Task<T>> read, CancellationToken cancellation)
    {
        using HttpRequestMessage request = PeerClient.Request(HttpMethod.Get, url, PeerPaths.Snapshot);
        return await _client.SendAsync(
            request,
            PeerLimits.LargeAnswerTimeout,
            PeerLimits.SnapshotTimeout,
            async (response, timed) =>
            {
                if (!response.Headers.TryGetValues(PeerPaths.HeightField, out IEnumerable<string>? heights)
                    || !ulong.TryParse(heights.First(), NumberStyles.None, CultureInfo.InvariantCulture, out ulong height))
                {
                    throw new PeerException(PeerError.Malformed, $"{url} does not say which height its snapshot has.");
                }

                using Stream body = await response.Content.ReadAsStreamAsync(timed);
                await using SnapshotContent content = new(body, bytesMax, _time, timed);
                return await read(new PeerSnapshot(height, await SnapshotBlock.ReadAsync(content, timed), content), timed);
            },
            cancellation);
    }

    /// <summary>
    /// Hands transactions to a node: how one that is no validator gets them into blocks. Whether they are any good is not answered.
    /// </summary>
    /// <param name="url">A node.</param>
    /// <param name="transactions">Signed transactions in SCALE.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="PeerException"><see cref="PeerError.TooLong"/>: one is longer than the ledger allows.</exception>
    public async Task SendTransactionsAsync(
        string url, IReadOnlyList<ReadOnlyMemory<byte>> transactions, CancellationToken cancellation = default)
    {
        foreach (byte[] list in TransactionList.Encode(transactions))
        {
            using HttpRequestMessage request = PeerClient.Request(HttpMethod.Post, url, PeerPaths.Transactions);
            request.Content = PeerClient.Binary(list);
            await _client.SendAsync(request, PeerLimits.RequestTimeout, (_, _) => Task.FromResult(true), cancellation);
        }
    }

    /// <summary>Closes all connections.</summary>
    public void Dispose() => _client.Dispose();

    private async Task<byte[]?> GetAsync(string url, string path, int bytesMax, TimeSpan timeout, CancellationToken cancellation)
    {
        using HttpRequestMessage request = PeerClient.Request(HttpMethod.Get, url, path);
        return await _client.SendAsync(
            request,
            timeout,
            async (response, timed) =>
                response.StatusCode == HttpStatusCode.NoContent ? null : await PeerClient.ReadAsync(response, bytesMax, timed),
            cancellation);
    }
}
