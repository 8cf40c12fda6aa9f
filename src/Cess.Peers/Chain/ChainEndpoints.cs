using System.Buffers.Binary;
using System.Globalization;
using Cess.Consensus.Messages;
using Cess.Primitives;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Cess.Peers;

/// <summary>The chain for nodes that join or have fallen behind: any node may read it, and can check what it reads.</summary>
internal sealed class ChainEndpoints(IPeerChain chain, PeerOptions options, TimeProvider time)
{
    private const int CopyBytes = 64 * 1024;

    private readonly Room _waits = new(PeerLimits.BlockWaitsMax);
    private readonly Room _large = new(PeerLimits.LargeAnswersMax);
    private readonly Room _snapshots = new(PeerLimits.SnapshotsMax);

    public async Task GetGenesisAsync(HttpContext http, PeerCaller caller, CancellationToken cancellation)
    {
        string tag = $"\"{options.Genesis}\"";
        http.Response.Headers.ETag = tag;
        if (http.Request.Headers[HeaderNames.IfNoneMatch] == tag)
            http.Response.StatusCode = StatusCodes.Status304NotModified;
        else
            await _large.WithinAsync(caller, () => WriteAsync(http, chain.Genesis, cancellation));
    }

    public async Task GetBlocksAsync(HttpContext http, PeerCaller caller, CancellationToken cancellation)
    {
        ulong above = Number(http, "above") ?? throw new PeerException(PeerError.Malformed, "above is the height of the last block known.");
        TimeSpan wait = TimeSpan.FromMilliseconds(Math.Min(Number(http, "wait") ?? 0, PeerLimits.BlockWaitMax.TotalMilliseconds));
        bool mayBeThere = true;
        if (wait > TimeSpan.Zero)
            await _waits.WithinAsync(caller, async () => mayBeThere = await chain.WaitAboveAsync(above, wait, cancellation));
        FinalBlocks? blocks = null;
        // Many wait, but few at once have blocks in memory.
        if (mayBeThere)
        {
            await _large.WithinAsync(caller, async () =>
            {
                blocks = await chain.ReadFinalBlocksAsync(above, cancellation);
                if (blocks is not null)
                    await WriteAsync(http, Scale.Encode<ConsensusMessage>(blocks), cancellation);
            });
        }

        if (blocks is null)
            http.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    public Task GetSnapshotAsync(HttpContext http, PeerCaller caller, CancellationToken cancellation) => _snapshots.WithinAsync(caller, async () =>
    {
        PeerSnapshot snapshot = await chain.OpenSnapshotAsync(cancellation)
            ?? throw new PeerException(PeerError.NotFound, "this node has no snapshot.");
        await using (snapshot.Content)
        {
            http.Response.ContentType = BinaryAnswer.ContentType;
            http.Response.Headers[PeerPaths.HeightField] = snapshot.Height.ToString(CultureInfo.InvariantCulture);
            PacedWriter writer = new(http.Response.Body, time);
            byte[] length = new byte[sizeof(uint)];
            BinaryPrimitives.WriteUInt32LittleEndian(length, (uint)snapshot.Block.Length);
            await writer.WriteAsync(length, cancellation);
            await writer.WriteAsync(snapshot.Block, cancellation);
            byte[] piece = new byte[CopyBytes];
            while (await snapshot.Content.ReadAsync(piece, cancellation) is var read and > 0)
                await writer.WriteAsync(piece.AsMemory(0, read), cancellation);
        }
    });

    public async Task GetHandoversAsync(HttpContext http, PeerCaller caller, CancellationToken cancellation)
    {
        ulong era = Number(http, "era") ?? throw new PeerException(PeerError.Malformed, "era is the first era whose handover is wanted.");
        await _large.WithinAsync(caller, async () =>
            await WriteAsync(http, PeerHandovers.Join(await chain.ReadHandoversAsync(era, cancellation)), cancellation));
    }

    private Task WriteAsync(HttpContext http, ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        http.Response.ContentType = BinaryAnswer.ContentType;
        http.Response.ContentLength = bytes.Length;
        return new PacedWriter(http.Response.Body, time).WriteAsync(bytes, cancellation);
    }

    private static ulong? Number(HttpContext http, string name)
    {
        if (!http.Request.Query.TryGetValue(name, out var values))
            return null;
        return ulong.TryParse(values, NumberStyles.None, CultureInfo.InvariantCulture, out ulong number)
            ? number
            : throw new PeerException(PeerError.Malformed, $"{name} is a number.");
    }
}
