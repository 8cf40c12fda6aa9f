using System.Globalization;
using Cess.Gateway.Rest.Chain.History;
using Cess.Grains;
using Cess.Ledger.Blocks;
using Cess.Primitives;
using Cess.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Cess.Gateway.Rest.Chain;

/// <summary>Final blocks, as JSON or as the stored SCALE record.</summary>
internal static class BlockEndpoints
{
    private const int PageBlocks = 20;

    public static void Map(RouteGroupBuilder v1)
    {
        v1.MapGet("/blocks", ListAsync).WithSummary("Final blocks without their transactions, ascending; the newest unless from says where to begin")
            .Produces<BlockPage>();
        v1.MapGet("/blocks/{block}", GetAsync)
            .WithSummary("A final block by height, by hash, or \"latest\"; as SCALE when application/octet-stream is asked for")
            .Produces<BlockMessage>().Produces<ErrorMessage>(StatusCodes.Status404NotFound).Produces<ErrorMessage>(StatusCodes.Status410Gone);
    }

    private static async Task<IResult> ListAsync(HttpRequest request, ILedgerReader ledger, IBlockArchive archive, INodeGrains grains)
    {
        ulong count = (ulong)RestQuery.Limit(request, PageBlocks, RestLimits.BlocksPerPageMax);
        ulong head = ledger.Head.Height;
        ulong first = RestQuery.Height(request, "from") ?? Math.Max(head + 1 > count ? head + 1 - count : 0, archive.FirstHeight());
        archive.RequireStored(Math.Max(first, 1));
        ulong end = Math.Min(first + count, head + 1);
        List<BlockMessage> blocks = [];
        for (ulong height = first; height < end; height++)
        {
            if (await grains.GetBlockAsync(height) is { } stored)
                blocks.Add(BlockMessages.Of(Scale.Decode<BlockRecord>(stored.Record.Span), withTransactions: false));
        }

        return JsonAnswer.Of(new BlockPage(blocks, end <= head && first <= head ? end : null), WireJson.Readable.BlockPage);
    }

    private static async Task<IResult> GetAsync(
        HttpRequest request, ILedgerReader ledger, IBlockArchive archive, ChainIndex index, INodeGrains grains, string block)
    {
        ulong height = await FindHeightAsync(ledger, index, block)
            ?? throw new RestException(WireErrors.BlockNotFound, "There is no such final block: give a height, a hash, or \"latest\".");
        archive.RequireStored(height);
        StoredBlock stored = await grains.GetBlockAsync(height)
            ?? throw NotStored(height, ledger.Head.Height);
        return WantsBinary(request)
            ? TypedResults.Bytes(stored.Record, RequestBody.Binary)
            : JsonAnswer.Of(BlockMessages.Of(Scale.Decode<BlockRecord>(stored.Record.Span), withTransactions: true), WireJson.Readable.BlockMessage);
    }

    private static async ValueTask<ulong?> FindHeightAsync(ILedgerReader ledger, ChainIndex index, string block)
    {
        if (block == "latest")
            return ledger.Head.Height;
        if (Hash256.TryParse(block, out Hash256 hash))
            return await index.FindBlockAsync(hash);
        return ulong.TryParse(block, NumberStyles.None, CultureInfo.InvariantCulture, out ulong height) && height <= long.MaxValue ? height : null;
    }

    private static RestException NotStored(ulong height, ulong head) => new(
        WireErrors.BlockNotFound,
        height == 0 ? "Block 0 follows from the genesis and is not stored." : $"Block {height} is not final; the head is {head}.");

    private static bool WantsBinary(HttpRequest request) =>
        request.GetTypedHeaders().Accept.Any(accepted => accepted.MediaType == RequestBody.Binary && accepted.Quality is not 0);
}
