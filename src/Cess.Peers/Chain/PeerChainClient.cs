using System.Globalization;
using System.Net;
using Cess.Consensus.Messages;
using Cess.Primitives;

namespace Cess.Peers;

/// <summary>
/// Reads the chain from nodes whose keys need not be known, as what they give proves itself: the genesis by its hash, blocks by their
/// certificate, a snapshot by the state root of a certified header. All but the first is the caller's to check.
/// </summary>
/// <remarks>Every member throws <see cref="PeerException"/>, and what it names in particular.</remarks>
public sealed class PeerChainClient : IDisposable
{
    private const int CopyBytes = 64 * 1024;

    private readonly PeerClient _client;

    /// <summary>Makes a client; one for all nodes is enough.</summary>
    /// <param name="certificate">What this node shows.</param>
    /// <param name="time">For time-outs.</param>
    public PeerChainClient(NodeCertificate certificate, TimeProvider time) => _client = new PeerClient(certificate, pinned: null, time);

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
    /// <exception cref="PeerException"><see cref="PeerError.Malformed"/>, <see cref="PeerError.TooLong"/>, <see cref="PeerError.Busy"/>.</exception>
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

    /// <summary>Writes the node's newest snapshot to a stream.</summary>
    /// <param name="url">A node.</param>
    /// <param name="destination">Gets the bytes; whatever came until an exception stays there.</param>
    /// <param name="bytesMax">Most bytes to take.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>The height that the node says it is of.</returns>
    /// <exception cref="PeerException"><see cref="PeerError.NotFound"/>: it has none. <see cref="PeerError.TooLong"/>.</exception>
    public async Task<ulong> GetSnapshotAsync(string url, Stream destination, long bytesMax, CancellationToken cancellation)
    {
        using HttpRequestMessage request = PeerClient.Request(HttpMethod.Get, url, PeerPaths.Snapshot);
        return await _client.SendAsync(
            request,
            PeerLimits.SnapshotTimeout,
            async (response, timed) =>
            {
                if (!response.Headers.TryGetValues(PeerPaths.HeightField, out IEnumerable<string>? heights)
                    || !ulong.TryParse(heights.First(), NumberStyles.None, CultureInfo.InvariantCulture, out ulong height))
                {
                    throw new PeerException(PeerError.Malformed, $"{url} does not say which height its snapshot has.");
                }

                using Stream body = await response.Content.ReadAsStreamAsync(timed);
                byte[] piece = new byte[CopyBytes];
                long done = 0;
                while (await body.ReadAsync(piece, timed) is var read and > 0)
                {
                    done += read;
                    if (done > bytesMax)
                        throw new PeerException(PeerError.TooLong, $"the snapshot has more than {bytesMax} bytes.");
                    await destination.WriteAsync(piece.AsMemory(0, read), timed);
                }

                return height;
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
